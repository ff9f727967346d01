import { describe, expect, it } from '@jest/globals';
import { readDocument, tableAfter } from './support';

const SECURITY = readDocument('docs/security.md');

/** Tests as the document names them: file, and title. */
const named = [...SECURITY.matchAll(/`([\w./-]+\.test\.tsx?)` › \*([^*]+)\*/g)].map(([, file = '', title = '']) => ({
  file,
  title,
}));

/** Titles of tests and of their groups, as they are written. */
function titlesIn(file: string): string[] {
  const source = readDocument(`test/${file}`);
  return [...source.matchAll(/\b(?:it|test|describe)(?:\.concurrent)?(?:\.each\b[^]*?\))?\(\s*(['`])(.+?)\1,/g)].map(
    ([, , title = '']) => title,
  );
}

describe('the threat model', () => {
  it('names a test for each threat', () => {
    // a row in bold begins a group
    const threats = tableAfter(SECURITY, '## Threats').filter(([threat]) => !threat?.startsWith('**'));
    const untested = threats.filter((cells) => !/\.test\.tsx?` › \*/.test(cells.at(-1) ?? ''));
    expect(untested).toEqual([]);
  });

  it.each(named)('names a test that there is: $file › $title', ({ file, title }) => {
    expect(titlesIn(file)).toContain(title);
  });
});
