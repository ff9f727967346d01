import { describe, expect, it } from '@jest/globals';
import { type BackfillOptions, makeProgram } from '../../../dev/bench/options';

async function parse(...args: string[]): Promise<BackfillOptions | undefined> {
  let parsed: BackfillOptions | undefined;
  const program = makeProgram((options) => {
    parsed = options;
    return Promise.resolve();
  });
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
