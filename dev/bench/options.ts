import { Command, InvalidArgumentError, Option } from 'commander';
import type { AccountOptions } from '../zoom-simulator/options';
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

/**
 * The command line, which throws commander's errors instead of ending the process.
 *
 * @param backfill - runs the scenario of that name.
 */
export function makeProgram(backfill: (options: BackfillOptions) => Promise<void>): Command {
  const program = new Command('bench')
    .description('measures the connector on this machine; the last line of standard output is one JSON object')
    .exitOverride();
  program
    .command('backfill')
    .description('a first backfill, from the start of its execution to "connected"')
    .option('--users <n>', 'users of the account', wholeNumber(1), 2000)
    .option('--per-day <n>', 'rows of both reports on each whole day', wholeNumber(0), 20_000)
    .option('--days <n>', 'dates before today that are read', wholeNumber(1, 180), 7)
    .addOption(new Option('--plan <plan>', "the account's plan").choices(['pro', 'business']).default('pro'))
    .option('--latency <ms>', 'what Zoom takes for each answer', wholeNumber(0), 200)
    .addOption(new Option('--faults <mix>', 'what goes wrong').choices(Object.keys(FAULT_MIXES)).default('none'))
    .option('--share <fraction>', "share of the account's calls a second", fraction, 1)
    .addOption(new Option('--compare <reader>', 'another way of reading beside it').choices(['serial']))
    .action((options: BackfillOptions) => backfill(options));
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
