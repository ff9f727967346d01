import { describe, expect, it } from '@jest/globals';
import {
  type BackfillOptions,
  type IncrementOptions,
  type SimulatedOptions,
  makeProgram,
} from '../../../dev/bench/options';

type Options = BackfillOptions | IncrementOptions | SimulatedOptions;

async function parse(...args: string[]): Promise<Options | undefined> {
  let parsed: Options | undefined;
  const keep = (options: Options) => {
    parsed = options;
    return Promise.resolve();
  };
  const program = makeProgram({ backfill: keep, increment: keep, simulated: keep });
  for (const command of [program, ...program.commands]) command.configureOutput({ writeErr: () => undefined });
  await program.parseAsync(args, { from: 'user' });
  return parsed;
}

describe('bench backfill', () => {
  it('measures the account of the targets unless told otherwise', async () => {
    expect(await parse('backfill')).toEqual({
      users: 2000,
      perDay: 20_000,
      days: 7,
      plan: 'pro',
      latency: 200,
      faults: 'none',
      share: 1,
    });
  });

  it('takes every option', async () => {
    const counts = ['--users', '5', '--per-day', '0', '--days', '30', '--latency', '0'];
    const words = ['--plan', 'business', '--faults', 'light', '--share', '0.5', '--compare', 'serial'];
    expect(await parse('backfill', ...counts, ...words)).toEqual({
      users: 5,
      perDay: 0,
      days: 30,
      plan: 'business',
      latency: 0,
      faults: 'light',
      share: 0.5,
      compare: 'serial',
    });
  });

  it.each([
    ['--users', '0'],
    ['--users', '1.5'],
    ['--per-day', '-1'],
    ['--days', '181'],
    ['--days', ''],
    ['--latency', '200ms'],
    ['--plan', 'free'],
    ['--faults', 'heavy'],
    ['--share', '0'],
    ['--share', '1.1'],
    ['--share', ''],
    ['--compare', 'parallel'],
    ['--nosuch', 'option'],
  ])('fails with %s %s, which it names', async (option, value) => {
    await expect(parse('backfill', option, value)).rejects.toThrow(option);
  });

  it('fails with a scenario that there is not', async () => {
    await expect(parse('nosuch')).rejects.toThrow('nosuch');
  });
});

describe('bench increment', () => {
  it('measures three small accounts on a stack unless told otherwise', async () => {
    expect(await parse('increment')).toEqual({
      users: 100,
      perDay: 200,
      connections: 3,
      plan: 'pro',
      latency: 200,
      simulate: false,
    });
  });

  it('measures ten thousand on simulated time unless told otherwise', async () => {
    expect(await parse('increment', '--simulate')).toMatchObject({ connections: 10_000, simulate: true });
  });

  it('takes every option', async () => {
    const counts = ['--users', '5', '--per-day', '0', '--connections', '7', '--latency', '0'];
    expect(await parse('increment', ...counts, '--plan', 'business', '--simulate')).toEqual({
      users: 5,
      perDay: 0,
      connections: 7,
      plan: 'business',
      latency: 0,
      simulate: true,
    });
  });

  it.each([
    ['--users', '0'],
    ['--per-day', '-1'],
    ['--connections', '0'],
    ['--latency', '1s'],
    ['--plan', 'free'],
    ['--days', '7'],
  ])('fails with %s %s, which it names', async (option, value) => {
    await expect(parse('increment', option, value)).rejects.toThrow(option);
  });
});

describe('bench simulated', () => {
  it('reads an account that takes seconds unless told otherwise', async () => {
    expect(await parse('simulated')).toEqual({
      users: 10_000,
      rows: 1_000_000,
      plan: 'pro',
      latency: 200,
      share: 1,
      profile: 'even',
    });
  });

  it('takes every option', async () => {
    const counts = ['--users', '1000000', '--rows', '100000000', '--latency', '0'];
    const words = ['--plan', 'business', '--share', '0.5', '--profile', 'office-hours'];
    expect(await parse('simulated', ...counts, ...words)).toEqual({
      users: 1_000_000,
      rows: 100_000_000,
      plan: 'business',
      latency: 0,
      share: 0.5,
      profile: 'office-hours',
    });
  });

  it.each([
    ['--users', '0'],
    ['--rows', 'many'],
    ['--plan', 'free'],
    ['--share', '2'],
    ['--profile', 'nights'],
    ['--per-day', '10'],
  ])('fails with %s %s, which it names', async (option, value) => {
    await expect(parse('simulated', option, value)).rejects.toThrow(option);
  });
});
