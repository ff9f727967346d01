import { Command, InvalidArgumentError, Option } from 'commander';
import type { AccountOptions } from '../zoom-simulator/options';
import { PROFILES, type Profile } from './simulated/day-curve';
import { FAULT_MIXES, type FaultMix } from './faults';

/** What a measured backfill reads, and under which conditions. */
export interface BackfillOptions {
  /** Users of the account, in all three statuses together. */
  readonly users: number;
  /** Rows of both reports on each whole day. */
  readonly perDay: number;
  /** Dates before today that are read. */
  readonly days: number;
  readonly plan: Exclude<AccountOptions['plan'], 'free'>;
  /** Milliseconds that Zoom takes for each answer. */
  readonly latency: number;
  readonly faults: FaultMix;
  /** Share of the account's calls a second that the connector may use. */
  readonly share: number;
  readonly compare?: 'serial';
}

/** What a backfill on simulated time reads, and under which conditions. */
export interface SimulatedOptions extends Pick<BackfillOptions, 'users' | 'plan' | 'latency'> {
  /** Rows of both reports on all dates together. */
  readonly rows: number;
  /** Share of the account's calls a second, and of those a day, that the connector may use. */
  readonly share: number;
  /** How the rows of a day are spread over its hours. */
  readonly profile: Profile;
}

/** What measured syncs read, and under which conditions. */
export interface IncrementOptions extends Pick<BackfillOptions, 'plan' | 'latency'> {
  /** Users of each account. */
  readonly users: number;
  /** Rows of both reports of each account on each day. */
  readonly perDay: number;
  /** Each of a Zoom account of its own. */
  readonly connections: number;
  /** Whether time and everything around the core is simulated. */
  readonly simulate: boolean;
}

/** What runs each scenario. */
export interface Scenarios {
  backfill(options: BackfillOptions): Promise<void>;
  increment(options: IncrementOptions): Promise<void>;
  simulated(options: SimulatedOptions): Promise<void>;
}

/** The command line, which throws commander's errors instead of ending the process. */
export function makeProgram(scenarios: Scenarios): Command {
  const program = new Command('bench')
    .description('measures the connector on this machine; the last line of standard output is one JSON object')
    .exitOverride();
  const plan = new Option('--plan <plan>', "the account's plan").choices(['pro', 'business']).default('pro');
  program
    .command('backfill')
    .description('a first backfill, from the start of its execution to "connected"')
    .option('--users <n>', 'users of the account', wholeNumber(1), 2000)
    .option('--per-day <n>', 'rows of both reports on each whole day', wholeNumber(0), 20_000)
    .option('--days <n>', 'dates before today that are read', wholeNumber(1, 180), 7)
    .addOption(plan)
    .option('--latency <ms>', 'what Zoom takes for each answer', wholeNumber(0), 200)
    .addOption(new Option('--faults <mix>', 'what goes wrong').choices(Object.keys(FAULT_MIXES)).default('none'))
    .option('--share <fraction>', "share of the account's calls a second", fraction, 1)
    .addOption(new Option('--compare <reader>', 'another way of reading beside it').choices(['serial']))
    .action((options: BackfillOptions) => scenarios.backfill(options));
  program
    .command('increment')
    .description('a tick of the schedule: nothing new, a thousand new rows for each connection, and a day late')
    .option('--users <n>', 'users of each account', wholeNumber(1), 100)
    .option('--per-day <n>', 'rows of both reports on each day of an account', wholeNumber(0), 200)
    .option('--connections <n>', 'connections, each of an account of its own (3; simulated 10000)', wholeNumber(1))
    .addOption(plan)
    .option('--latency <ms>', 'what Zoom takes for each answer', wholeNumber(0), 200)
    .option('--simulate', 'by the real core, with time and everything around it simulated', false)
    .action((options: Omit<IncrementOptions, 'connections'> & { readonly connections?: number }) =>
      scenarios.increment({ ...options, connections: options.connections ?? (options.simulate ? 10_000 : 3) }),
    );
  program
    .command('simulated')
    .description('a first backfill by the real core, with time and everything around it simulated')
    .option('--users <n>', 'users of the account', wholeNumber(1), 10_000)
    .option('--rows <n>', 'rows of both reports on all dates together', wholeNumber(0), 1_000_000)
    .addOption(plan)
    .option('--latency <ms>', 'what Zoom takes for each answer', wholeNumber(0), 200)
    .option('--share <fraction>', "share of the account's calls, a second and a day", fraction, 1)
    .addOption(new Option('--profile <profile>', 'how a day spreads its rows').choices(PROFILES).default('even'))
    .action((options: SimulatedOptions) => scenarios.simulated(options));
  return program;
}

function wholeNumber(least: number, most = 100_000_000) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function fraction(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number <= 1) return number;
  throw new InvalidArgumentError('It must be above 0 and at most 1.');
}
