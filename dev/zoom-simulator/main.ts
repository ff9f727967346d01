import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { AccountOptions, SimulatorOptions } from './options';
import { startZoomSimulator } from './simulator';

const AccountArgument: z.ZodType<AccountOptions> = z.strictObject({
  id: z.string().regex(/^[\w-]+$/),
  plan: z.enum(['free', 'pro', 'business']),
  users: z.int().positive().optional(),
  activitiesPerDay: z.int().nonnegative().optional(),
  operationsPerDay: z.int().nonnegative().optional(),
  historyDays: z.int().nonnegative().optional(),
  quietHours: z.int().nonnegative().optional(),
  admins: z.int().nonnegative().optional(),
  webhooks: z.boolean().optional(),
});

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function collectAccount(json: string, previous: AccountOptions[] = []): AccountOptions[] {
  try {
    return [...previous, AccountArgument.parse(JSON.parse(json))];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

const program = new Command('zoom-simulator')
  .description('stands in for Zoom on loopback until it is told to stop')
  .option('--port <n>', 'port, 0 for a free one', wholeNumber)
  .option('--seed <n>', 'what the world is made from', wholeNumber)
  .option('--client-id <id>', "the app's client id")
  .option('--client-secret <secret>', "the app's client secret")
  .option('--app-name <name>', 'name of the app on the consent page')
  .option('--redirect-uris <uri>', 'allowed redirect URI, can be given more than once', collect)
  .option('--scopes <scope>', 'scope that the app asks for, can be given more than once', collect)
  .option('--optional-scopes <scope>', 'scope that the admin may leave out, can be given more than once', collect)
  .option('--accounts <json>', 'account as JSON, can be given more than once', collectAccount)
  .option('--latency-ms <n>', 'added to each answer', wholeNumber)
  .option('--access-token-seconds <n>', 'life of an access token', wholeNumber)
  .option('--page-token-seconds <n>', 'life of a next page token', wholeNumber)
  .option('--code-seconds <n>', 'life of an authorisation code', wholeNumber)
  .option('--refresh-grace-seconds <n>', 'how long a refresh token outlives its rotation', wholeNumber)
  .option('--no-enforce-quota', 'let calls over the limits pass')
  .addOption(new Option('--rate-limit-headers <set>', 'which rate-limit headers to send').choices(['all', 'none']))
  .option('--webhook-url <url>', 'where events of accounts with webhooks are sent')
  .option('--webhook-secret <token>', "the app's secret token, which signs them")
  .option('--api-url <url>', "value of api_url in token answers instead of the simulator's own");

const simulator = await startZoomSimulator(program.parse().opts<SimulatorOptions>());
const stop = (): void => void simulator.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
console.log(simulator.url);
