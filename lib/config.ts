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

const share = z.number().gt(0).max(1);
const wholeNumber = z.number().int();

const Config = z
  .strictObject({
    stackName: z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9-]{0,99}$/,
        'must start with a letter and hold letters, digits and hyphens, 100 at most',
      )
      .default('ZoomSecurityConnector'),
    publicUrl: origin.optional(),
    zoom: z
      .strictObject({
        oauthUrl: origin.default('https://zoom.us'),
        apiUrl: origin.default('https://api.zoom.us'),
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
  .superRefine((config, context) => {
    const reRead = Math.max(config.backfill.days, config.sync.sweepDays);
    if (config.retentionDays <= reRead) {
      context.addIssue({
        code: 'custom',
        path: ['retentionDays'],
        message: `must be more than the ${reRead} days that are re-read, or expired facts would come back`,
      });
    }
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
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(file)'}: ${issue.message}`);
  throw new Error(`fix these settings in ${source}:\n${problems.join('\n')}`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot read the configuration ${file} as JSON: ${(error as Error).message}`, { cause: error });
  }
}
