import { beforeAll, describe, expect, it } from '@jest/globals';
import { simulateIncrement } from '../../../../dev/bench/simulated/increment';
import type { IncrementOptions } from '../../../../dev/bench/options';
import { problemsOfIncrement } from '../../../../dev/bench/result';

const OPTIONS: IncrementOptions = { users: 20, perDay: 40, connections: 30, plan: 'pro', latency: 200, simulate: true };

describe('three simulated ticks', () => {
  let simulated: Awaited<ReturnType<typeof simulateIncrement>>;
  beforeAll(async () => {
    simulated = await simulateIncrement(OPTIONS, () => undefined);
  }, 60_000);

  it('are as they should be', () => {
    expect(problemsOfIncrement(OPTIONS, simulated)).toEqual([]);
  });

  it('write nothing to the facts table when there is nothing new, and each new row once', () => {
    const { nothingNew, thousandNewRows, oneDayLate } = simulated;
    expect([nothingNew, thousandNewRows, oneDayLate].map(({ streamRecords }) => streamRecords)).toEqual([
      0,
      30 * 1000,
      30 * 40,
    ]);
  });

  it('start no more than 25 syncs in a second, and as many as that', () => {
    const { nothingNew, oneDayLate } = simulated;
    expect([nothingNew.startsPerSecondMost, oneDayLate.startsPerSecondMost]).toEqual([25, 25]);
  });
});
