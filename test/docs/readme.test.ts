import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseConfig } from '../../lib/config';
import { readDocument, tableAfter } from './support';

const README = readDocument('README.md');

/** The names in backticks at the beginning of a cell. */
function name(cell: string | undefined): string {
  return /^`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';
}

describe('the configuration table', () => {
  const rows = tableAfter(README, '## Configuration');
  const documented = Object.fromEntries(rows.map(([key, value]) => [name(key), name(value)]));
  const defaults = leaves(parseConfig({}, 'the defaults'));
  const optional = { publicUrl: 'https://connector.example.com' };

  it('names every key', () => {
    expect(Object.keys(documented).sort()).toEqual([...Object.keys(defaults), ...Object.keys(optional)].sort());
  });

  it('says the default of every key', () => {
    const none = Object.fromEntries(Object.keys(optional).map((key) => [key, '']));
    expect(documented).toEqual({ ...defaults, ...none });
  });

  it('lists the optional keys that there are, and no others', () => {
    expect(Object.keys(leaves(parseConfig(optional, 'a test')))).toHaveLength(rows.length);
    expect(readFileSync('lib/config.ts', 'utf8').match(/\.optional\(\)/g)).toHaveLength(Object.keys(optional).length);
  });

  it.each<[key: string, constraint: string, violation: object]>([
    ['publicUrl', 'https origin without a path', { publicUrl: 'https://connector.example.com/path' }],
    ['publicUrl', 'http only for localhost', { publicUrl: 'http://connector.example.com' }],
    ['backfill.days', '1 to 180', { backfill: { days: 181 } }],
    ['sync.everyMinutes', '1 to 1440', { sync: { everyMinutes: 1441 } }],
    ['sync.overlapMinutes', '0 to 1440', { sync: { overlapMinutes: -1 } }],
    ['sync.sweepDays', '1 to 30', { sync: { sweepDays: 31 } }],
    ['quota.perSecondShare', 'Above 0', { quota: { perSecondShare: 0 } }],
    ['quota.perDayShare', 'at most 1', { quota: { perDayShare: 1.1 } }],
    ['retentionDays', '1 to 3650', { retentionDays: 3651 }],
    ['retentionDays', 'more than `backfill.days`', { retentionDays: 7 }],
    ['logRetentionDays', 'A period that CloudWatch Logs knows', { logRetentionDays: 2 }],
    ['removal', '`retain` or `destroy`', { removal: 'keep' }],
    ['stackName', '69 characters at most', { stackName: `A${'b'.repeat(69)}` }],
  ])('says of %s "%s", which is so', (key, constraint, violation) => {
    expect(rows.find(([cell]) => name(cell) === key)?.[3]).toContain(constraint);
    expect(() => parseConfig(violation, 'a test')).toThrow('fix these settings');
  });

  it.each<[what: string, settings: object]>([
    ['http for localhost', { publicUrl: 'http://localhost:8787' }],
    ['a name of 69 characters', { stackName: `A${'b'.repeat(68)}` }],
    ['180 days', { backfill: { days: 180 } }],
    ['no overlap', { sync: { overlapMinutes: 0 } }],
    ['the whole quota', { quota: { perSecondShare: 1, perDayShare: 1 } }],
    ['ten years', { retentionDays: 3650 }],
  ])('allows %s', (_what, settings) => {
    expect(() => parseConfig(settings, 'a test')).not.toThrow();
  });
});

describe('the command table', () => {
  const source = readdirSync('cli')
    .map((file) => readFileSync(join('cli', file), 'utf8'))
    .join('\n');
  const defined = [...source.matchAll(/\.command\('([\w-]+)'/g)].map(([, command]) => command ?? '');
  const documented = tableAfter(README, '## Operate it').map(([command]) => name(command));

  it('has every command of the operator CLI, and no others', () => {
    const words = documented.flatMap((command) => /^[a-z][a-z-]*( [a-z][a-z-]*)*/.exec(command)?.[0].split(' ') ?? []);
    expect([...new Set(words)].sort()).toEqual([...new Set(defined)].sort());
  });

  it('names options that there are', () => {
    const options = new Set(documented.flatMap((command) => command.match(/--[a-z]+/g) ?? []));
    for (const option of [...options, '--stack', '--local', '--json']) {
      expect(source).toMatch(new RegExp(`ption\\('${option}\\b`));
    }
  });
});

describe('what else the documents say', () => {
  it('names the outputs of the stack', () => {
    const outputs = readFileSync('lib/connector-stack.ts', 'utf8').matchAll(/this\.output\(\s*'(\w+)'/g);
    const documented = tableAfter(README, '## Consume the stream').flatMap(([names]) => names?.match(/\w+/g) ?? []);
    expect(documented.sort()).toEqual([...outputs].map(([, output]) => output).sort());
  });

  it.each(['README.md', 'docs/zoom-app.md'])('names in %s the scopes that the invite announces', (path) => {
    const announced = readFileSync('lambdas/web/views/what-is-read.tsx', 'utf8').matchAll(/scope: '([\w:]+)'/g);
    const named = new Set(readDocument(path).match(/\b(user|report):read:[\w:]+/g));
    expect([...named].sort()).toEqual([...announced].map(([, scope]) => scope).sort());
  });

  it.each(documents())('leads nowhere that is not there, in %s', (path) => {
    const links = [...readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
    const broken = links.filter((target) => !target.startsWith('https://') && !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });
});

/** All settings by their path, as the table writes them. */
function leaves(settings: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(leaves(value, `${prefix}${key}.`))
        : [[prefix + key, String(value)]],
    ),
  );
}

function documents(): string[] {
  const below = ['docs', 'docs/adr'].flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const examples = readdirSync('examples').map((folder) => join('examples', folder, 'README.md'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...examples, ...below.filter((file) => file.endsWith('.md'))];
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchorsOf(readDocument(path)).includes(anchor);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): string[] {
  return [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
