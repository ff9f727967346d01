import { beforeAll, describe, expect, it } from '@jest/globals';
import { FACT_KINDS } from '../../../../lambdas/contract/fact';
import { simulateBackfill } from '../../../../dev/bench/simulated/backfill';

type Props = Parameters<typeof simulateBackfill>[0];
type Result = Awaited<ReturnType<typeof simulateBackfill>>;

/** A small account, read in small pages, but for what `change` says. */
const simulate = (change: Partial<Props> = {}): Promise<Result> =>
  simulateBackfill({
    users: 100,
    rows: 5000,
    plan: 'pro',
    latencyMs: 200,
    share: { perSecond: 1, perDay: 1 },
    profile: 'even',
    pageSize: () => 10,
    ...change,
  });

describe('a simulated backfill', () => {
  let result: Result;
  beforeAll(async () => {
    result = await simulate();
  });

  it('stores a fact for each user and each row', () => {
    expect(result).toMatchObject({ facts: 5100, lost: 0 });
  });

  it('stores none twice', () => {
    expect(result).toMatchObject({ duplicated: 0, restartedShards: 0 });
  });

  it('makes the calls that are needed and tries each stream, and is refused none', () => {
    expect(result).toMatchObject({ calls: result.callsNeeded + FACT_KINDS.length, throttled: 0 });
  });

  it('takes no less time than anybody would', () => {
    expect(result.simulatedSeconds).toBeGreaterThanOrEqual(result.floorSeconds);
  });

  it('is the same each time', async () => {
    expect(await simulate()).toEqual(result);
  });
});
