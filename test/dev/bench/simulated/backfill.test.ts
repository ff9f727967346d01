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
});

describe('a simulated backfill of several days', () => {
  /** Of 30,000 calls a day so many are ours, as are 10 a second: 16 chains stay alive on half of them. */
  const CALLS_PER_DAY = 6000;
  let result: Result;
  beforeAll(async () => {
    const share = { perSecond: 1, perDay: CALLS_PER_DAY / 30_000 };
    result = await simulate({ rows: 14_000, pageSize: ({ stream }) => (stream === 'user' ? 10 : 1), share });
  });

  it('stores a fact for each user and each row, and none twice', () => {
    expect(result).toMatchObject({ facts: 14_100, lost: 0, duplicated: 0 });
  });

  it('asks for no page twice over the nights, and tries the streams once', () => {
    const calls = result.callsNeeded + FACT_KINDS.length;
    expect(result).toMatchObject({ calls, restartedShards: 0, throttled: 0 });
  });

  it('goes on in an execution for each day, none of which has a long history', () => {
    expect(result.executions).toBe(Math.ceil(14_000 / CALLS_PER_DAY));
    expect(result.historyEventsMax).toBeLessThan(10_000);
  });

  it('ends within a twentieth of the least time that the calls of its days allow', () => {
    expect(result.simulatedSeconds / result.floorSeconds).toBeLessThanOrEqual(1.05);
  });
});
