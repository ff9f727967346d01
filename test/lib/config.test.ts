import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLoopback, loadConfig, parseConfig } from '../../lib/config';

const DEFAULTS = {
  stackName: 'ZoomSecurityConnector',
  zoom: { oauthUrl: 'https://zoom.us', apiUrl: 'https://api.zoom.us' },
  backfill: { days: 7 },
  sync: { everyMinutes: 15, overlapMinutes: 60, sweepDays: 3 },
  quota: { perSecondShare: 0.5, perDayShare: 0.5 },
  retentionDays: 365,
  logRetentionDays: 90,
  removal: 'retain',
  sampleConsumer: false,
};

const problemsOf = (settings: unknown): string[] => {
  try {
    parseConfig(settings, 'connector.json');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
};

describe('settings that are left out', () => {
  it('have their defaults', () => {
    expect(loadConfig(undefined)).toEqual(DEFAULTS);
  });

  it.each([
    [
      'zoom',
      { zoom: { apiUrl: 'https://api-eu.zoom.us' } },
      { oauthUrl: 'https://zoom.us', apiUrl: 'https://api-eu.zoom.us' },
    ],
    ['sync', { sync: { sweepDays: 5 } }, { ...DEFAULTS.sync, sweepDays: 5 }],
    ['quota', { quota: { perDayShare: 1 } }, { perSecondShare: 0.5, perDayShare: 1 }],
  ] as const)('have their defaults beside others of the same group: %s', (group, settings, expected) => {
    expect(parseConfig(settings, 'the test')[group]).toEqual(expected);
  });
});

describe('where Zoom is', () => {
  it.each([
    { oauthUrl: 'https://zoomgov.com', apiUrl: 'https://api.zoomgov.com' },
    { oauthUrl: 'https://zoom.us', apiUrl: 'https://api-eu.zoom.us' },
    { oauthUrl: 'https://zoom-proxy.example', apiUrl: 'https://api.zoomgov.com' },
  ])('may be either cloud of Zoom: $oauthUrl, $apiUrl', (zoom) => {
    expect(parseConfig({ zoom }, 'the test').zoom).toEqual(zoom);
  });

  it.each([
    { oauthUrl: 'https://zoomgov.com' },
    { apiUrl: 'https://api.zoomgov.com' },
    { oauthUrl: 'https://zoomgov.com', apiUrl: 'https://api.zoom.us' },
  ])('fails when it is partly one cloud and partly the other: %j', (zoom) => {
    expect(problemsOf({ zoom })).toEqual([
      expect.stringMatching(/^ {2}zoom\.apiUrl.*must be of the same cloud of Zoom as zoom\.oauthUrl.*zoomgov\.com/),
    ]);
  });
});

describe('an address', () => {
  it.each([
    'https://connector.example.com',
    'https://connector.example.com:8443',
    'http://localhost:8787',
    'http://127.0.0.1:1',
    'http://[::1]:8787',
  ])('may be an origin, over plain http only on this machine: %s', (publicUrl) => {
    expect(parseConfig({ publicUrl }, 'the test').publicUrl).toBe(publicUrl);
  });

  it('loses a slash at its end', () => {
    expect(parseConfig({ publicUrl: 'https://connector.example.com/' }, 'the test').publicUrl).toBe(
      'https://connector.example.com',
    );
  });

  it.each([
    'http://connector.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'https://connector.example.com/path',
    'https://connector.example.com?query',
    'https://connector.example.com#fragment',
    'https://user@connector.example.com',
    'ftp://connector.example.com',
    'connector.example.com',
    '',
  ])('fails when it is no origin, or not safe: %j', (publicUrl) => {
    expect(problemsOf({ publicUrl })).toEqual([
      `  publicUrl = "${publicUrl}": must be an https origin such as https://example.com without a path (plain http only for localhost)`,
    ]);
  });

  it.each(['oauthUrl', 'apiUrl'])('fails likewise where Zoom is: %s', (name) => {
    expect(problemsOf({ zoom: { [name]: 'http://zoom.us' } })).toHaveLength(1);
  });

  it.each([
    ['http://localhost:8787', true],
    ['https://localhost', true],
    ['https://connector.example.com', false],
  ])("is or is not this machine's own: %s", (url, expected) => {
    expect(isLoopback(url)).toBe(expected);
  });
});

describe('a value that cannot be', () => {
  it.each([
    [
      { stackName: '1st' },
      'stackName = "1st": must start with a letter and hold letters, digits and hyphens, 69 characters at most',
    ],
    [
      { stackName: 'under_score' },
      'stackName = "under_score": must start with a letter and hold letters, digits and hyphens, 69 characters at most',
    ],
    [{ backfill: { days: 0 } }, 'backfill.days = 0: Too small: expected number to be >=1'],
    [{ backfill: { days: 181 } }, 'backfill.days = 181: Too big: expected number to be <=180'],
    [{ backfill: { days: 1.5 } }, 'backfill.days = 1.5: Invalid input: expected int, received number'],
    [{ sync: { everyMinutes: 0 } }, 'sync.everyMinutes = 0: Too small: expected number to be >=1'],
    [{ sync: { everyMinutes: 1441 } }, 'sync.everyMinutes = 1441: Too big: expected number to be <=1440'],
    [{ sync: { overlapMinutes: -1 } }, 'sync.overlapMinutes = -1: Too small: expected number to be >=0'],
    [{ sync: { overlapMinutes: 1441 } }, 'sync.overlapMinutes = 1441: Too big: expected number to be <=1440'],
    [{ sync: { sweepDays: 0 } }, 'sync.sweepDays = 0: Too small: expected number to be >=1'],
    [{ sync: { sweepDays: 31 } }, 'sync.sweepDays = 31: Too big: expected number to be <=30'],
    [{ quota: { perSecondShare: 0 } }, 'quota.perSecondShare = 0: Too small: expected number to be >0'],
    [{ quota: { perDayShare: 1.1 } }, 'quota.perDayShare = 1.1: Too big: expected number to be <=1'],
    [{ retentionDays: 3651 }, 'retentionDays = 3651: Too big: expected number to be <=3650'],
    [
      { logRetentionDays: 2 },
      expect.stringMatching(/^logRetentionDays = 2: Invalid option: expected one of 1\|3\|5\|/),
    ],
    [{ removal: 'keep' }, 'removal = "keep": Invalid option: expected one of "retain"|"destroy"'],
    [{ sampleConsumer: 'yes' }, 'sampleConsumer = "yes": Invalid input: expected boolean, received string'],
    [{ retention: 30 }, '(file): Unrecognized key: "retention"'],
    [{ sync: { minutes: 5 } }, 'sync: Unrecognized key: "minutes"'],
    [[], '(file): Invalid input: expected object, received array'],
  ])('fails with its name, what it is and what it must be: %j', (settings, message) => {
    expect(problemsOf(settings).map((problem) => problem.trim())).toEqual([message]);
  });
});

describe('facts', () => {
  const tooShort = (days: number, reRead: number) =>
    `  retentionDays = ${days}: must be more than the ${reRead} days that are re-read, or expired facts would come back`;

  it.each([
    [{ retentionDays: 7 }, tooShort(7, 7)],
    [{ retentionDays: 30, backfill: { days: 30 } }, tooShort(30, 30)],
    [{ retentionDays: 9, sync: { sweepDays: 9 } }, tooShort(9, 9)],
  ])('fail to be kept no longer than they are re-read: %j', (settings, message) => {
    expect(problemsOf(settings)).toEqual([message]);
  });

  it('may be kept one day longer than they are re-read', () => {
    expect(problemsOf({ retentionDays: 8 })).toEqual([]);
  });
});

it('tells of all problems at once', () => {
  expect(
    problemsOf({ stackName: 7, sync: { sweepDays: 0 }, removal: 'keep', retentionDays: 5, colour: 'red' }),
  ).toEqual([
    expect.stringContaining('stackName'),
    expect.stringContaining('sync.sweepDays'),
    expect.stringContaining('removal'),
    expect.stringContaining('colour'),
    expect.stringContaining('retentionDays'),
  ]);
});

it('tells where the settings come from', () => {
  expect(() => parseConfig({ stackName: '' }, 'connector.json')).toThrow(
    /^fix these settings in connector\.json:\n {2}stackName/,
  );
});

describe('a file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'connector-config-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };

  it('is read as JSON', () => {
    expect(loadConfig(file('good.json', '{ "stackName": "Zoom" }')).stackName).toBe('Zoom');
  });

  it('is named where a setting of it is wrong', () => {
    const path = file('wrong.json', '{ "removal": "keep" }');
    expect(() => loadConfig(path)).toThrow(`fix these settings in ${path}:`);
  });

  it('fails by its name when it is not there', () => {
    const path = join(directory, 'missing.json');
    expect(() => loadConfig(path)).toThrow(`cannot read the configuration ${path} as JSON: ENOENT`);
  });

  it('fails by its name when it is not JSON', () => {
    const path = file('bad.json', '{ stackName: Zoom }');
    expect(() => loadConfig(path)).toThrow(`cannot read the configuration ${path} as JSON: `);
  });
});

describe('any valid settings', () => {
  const port = fc.integer({ min: 1024, max: 65_535 });
  const origin = fc.oneof(
    fc.domain().map((host) => `https://${host}`),
    fc.tuple(fc.domain(), port).map(([host, number]) => `https://${host}:${number}`),
    fc
      .tuple(fc.constantFrom('localhost', '127.0.0.1', '[::1]'), port)
      .map(([host, number]) => `http://${host}:${number}`),
  );
  const share = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });
  const part = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });
  const settings = part({
    stackName: fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,99}$/),
    publicUrl: origin,
    zoom: part({ oauthUrl: origin, apiUrl: origin }),
    backfill: part({ days: fc.integer({ min: 1, max: 180 }) }),
    sync: part({
      everyMinutes: fc.integer({ min: 1, max: 1440 }),
      overlapMinutes: fc.integer({ min: 0, max: 1440 }),
      sweepDays: fc.integer({ min: 1, max: 30 }),
    }),
    quota: part({ perSecondShare: share, perDayShare: share }),
    retentionDays: fc.integer({ min: 181, max: 3650 }),
    logRetentionDays: fc.constantFrom(1, 30, 365, 3653),
    removal: fc.constantFrom('retain', 'destroy'),
    sampleConsumer: fc.boolean(),
  });

  it('parse to themselves, completed by defaults', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(parseConfig(given, 'the test')).toMatchObject(given);
      }),
    );
  });

  it('parse no further once they are complete', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const complete = parseConfig(given, 'the test');
        expect(parseConfig(complete, 'the test')).toEqual(complete);
      }),
    );
  });
});
