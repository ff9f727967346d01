import { readFileSync } from 'node:fs';

/** The text of a document. @param path - from the project's folder. */
export function readDocument(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * The rows of the first table after a heading, without its head, as texts of cells.
 *
 * @throws Error when there is no such heading, or no table below it.
 */
export function tableAfter(document: string, heading: string): string[][] {
  const lines = document.split('\n');
  const start = lines.indexOf(heading);
  const first = lines.findIndex((line, index) => index > start && line.startsWith('|'));
  if (start < 0 || first < 0) throw new Error(`there is no table after "${heading}"`);
  const after = lines.slice(first);
  const length = after.findIndex((line) => !line.startsWith('|'));
  return after.slice(2, length < 0 ? undefined : length).map(cellsOf);
}

/** The contents of the fenced blocks of a language. */
export function codeBlocks(document: string, language: string): string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, content]) => content ?? '',
  );
}

/** A `|` in a cell is written `\|`. */
function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
