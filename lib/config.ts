import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Whether an address is this machine's own, so that what is sent there stays on it. */
export function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

/** An https origin (scheme, host, port); plain http only where no traffic leaves the machine. */
const origin = z
  .string()
  .refine((value) => {
    if (!URL.canParse(value)) return false;
    const url = new URL(value);
    const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(value));
    return safe && url.username === '' && url.origin === value.replace(/\/$/, '');
  }, 'must be an https origin such as https://example.com without a path (plain http only for localhost)')
  .transform((value) => value.replace(/\/$/, ''));

/** The domain of Zoom's cloud that an address is in; `undefined` for another stand-in for Zoom. */
function zoomCloud(url: string): string | undefined {
  const { hostname } = new URL(url);
  return ['zoom.us', 'zoomgov.com'].find((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

function areApart(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

const share = z.number().gt(0).max(1);
const wholeNumber = z.number().int();

/** What says how far back the connector reads again, and how long it keeps what it read. */
const ReRead = z.object({
  backfill: z.object({ days: z.number() }),
  sync: z.object({ sweepDays: z.number() }),
  retentionDays: z.number(),
});
type ReRead = z.output<typeof ReRead>;

function reReadDays({ backfill, sync }: ReRead): number {
  return Math.max(backfill.days, sync.sweepDays);
}

const Config = z
  .strictObject({
    stackName: z
      .string()
      .regex(
        // a state machine's name has 80 characters at most, and the longest that is made of it ends in -Disconnect
        /^[A-Za-z][A-Za-z0-9-]{0,68}$/,
        'must start with a letter and hold letters, digits and hyphens, 69 characters at most',
      )
      .default('ZoomSecurityConnector'),
    publicUrl: origin.optional(),
    zoom: z
      .strictObject({
        oauthUrl: origin.default('https://zoom.us'),
        apiUrl: origin.default('https://api.zoom.us'),
      })
      .refine(({ oauthUrl, apiUrl }) => !areApart(zoomCloud(oauthUrl), zoomCloud(apiUrl)), {
        path: ['apiUrl'],
        error:
          'must be of the same cloud of Zoom as zoom.oauthUrl, or tokens of one would be sent to the other: ' +
          'https://zoom.us with https://api.zoom.us, https://zoomgov.com with https://api.zoomgov.com',
      })
      .prefault({}),
    backfill: z.strictObject({ days: wholeNumber.min(1).max(180).default(7) }).prefault({}),
    sync: z
      .strictObject({
        everyMinutes: wholeNumber.min(1).max(1440).default(15),
        overlapMinutes: wholeNumber.min(0).max(1440).default(60),
        sweepDays: wholeNumber.min(1).max(30).default(3),
      })
      .prefault({}),
    quota: z.strictObject({ perSecondShare: share.default(0.5), perDayShare: share.default(0.5) }).prefault({}),
    retentionDays: wholeNumber.min(1).max(3650).default(365),
    logRetentionDays: z
      .literal([
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
      ])
      .default(90),
    removal: z.enum(['retain', 'destroy']).default('retain'),
    sampleConsumer: z.boolean().default(false),
  })
  .refine((config) => config.retentionDays > reReadDays(config), {
    path: ['retentionDays'],
    error: ({ input }) =>
      `must be more than the ${reReadDays(input as ReRead)} days that are re-read, or expired facts would come back`,
    // told beside other problems too, once these three are numbers
    when: ({ value }) => ReRead.safeParse(value).success,
  });

/** Deploy-time settings, complete: what the file leaves out has its default. */
export type Config = z.output<typeof Config>;

/**
 * Reads the settings.
 *
 * @param file - path of a JSON file, as given by `-c config=FILE`; all defaults when `undefined`.
 * @throws Error that names every problem of the file at once.
 */
export function loadConfig(file: string | undefined): Config {
  return parseConfig(file === undefined ? {} : readJson(file), file ?? 'the defaults');
}

/** Checks settings. @param source - what to call them in an error. @throws Error that names every problem at once. */
export function parseConfig(value: unknown, source: string): Config {
  const parsed = Config.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  ${nameAndValue(path, value)}: ${message}`);
  throw new Error(`fix these settings in ${source}:\n${problems.join('\n')}`);
}

/** A setting as the file has it, `sync.sweepDays = 0`; its name alone where the file has none, or has more than a value. */
function nameAndValue(path: readonly PropertyKey[], file: unknown): string {
  if (path.length === 0) return '(file)';
  const given = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], file);
  const name = path.map(String).join('.');
  return given === undefined || typeof given === 'object' ? name : `${name} = ${JSON.stringify(given)}`;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot read the configuration ${file} as JSON: ${(error as Error).message}`, { cause: error });
  }
}
