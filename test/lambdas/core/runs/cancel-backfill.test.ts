import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { ConflictError } from '../../../../lambdas/core/errors';
import { cancelBackfill } from '../../../../lambdas/core/runs/cancel-backfill';
import { firstBackfill } from '../../../../lambdas/core/runs/run-starter';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { FakeClock, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { BACKFILL, InMemoryProgressStore, RecordingRunStopper, doneShard } from '../../../support/runs';

const [ACTIVE, INACTIVE, PENDING] = userShards();
const BACKFILLING = connectedRecord({ status: 'backfilling', firstReadAt: null, backfill: backfillRecord() });
/** Consent was given a moment ago. */
const UNPLANNED = { ...BACKFILLING, backfill: null };

function cancelling(record: ConnectionRecord) {
  const connections = new InMemoryConnectionStore(record);
  const progress = new InMemoryProgressStore().put(
    BACKFILL,
    doneShard(ACTIVE!, { facts: 300, calls: 2 }),
    { ...doneShard(INACTIVE!, { facts: 40, calls: 1 }), state: 'reading' },
    plannedShard(PENDING!, 0),
  );
  const executions = new RecordingRunStopper();
  const ports = { connections, progress, executions, clock: new FakeClock() };
  const cancel = () => cancelBackfill(ports, record);
  return { connections, executions, cancel };
}

describe('cancelling a backfill', () => {
  it('notes what it came to', async () => {
    const cancelled = await cancelling(BACKFILLING).cancel();
    expect(cancelled?.backfill).toEqual(
      backfillRecord({ state: 'cancelled', endedAt: instant(), shardsDone: 1, facts: 340, calls: 3 }),
    );
  });

  it('stops its execution', async () => {
    const { cancel, executions } = cancelling(BACKFILLING);
    await cancel();
    expect(executions.stopped).toEqual(['arn:execution:c1_consent-g1']);
  });

  it('is noted before the execution is stopped, for that one may not be', async () => {
    const { cancel, executions, connections } = cancelling(BACKFILLING);
    executions.before = () => {
      throw new Error('out of order');
    };
    await cancel().catch(() => undefined);
    expect(connections.get('c1').backfill?.state).toBe('cancelled');
  });

  it('leaves a connection degraded that was never read, and says what to do', async () => {
    expect(await cancelling(BACKFILLING).cancel()).toMatchObject({
      status: 'degraded',
      reason: 'The first backfill was cancelled; start it again: connector backfill ID.',
    });
  });

  it.each(['connected', 'degraded'] as const)('leaves a connection %s that was so', async (status) => {
    const record = connectedRecord({ status, reason: 'as it was', backfill: backfillRecord() });
    expect(await cancelling(record).cancel()).toMatchObject({ status, reason: 'as it was' });
  });

  it('names the run that follows the consent when that is not planned yet, so that it never is', async () => {
    expect((await cancelling(UNPLANNED).cancel())?.backfill).toMatchObject({
      runId: firstBackfill({ id: 'c1', generation: 'g1' }).runId,
      state: 'cancelled',
      startedAt: instant(),
    });
  });

  it('stops no execution that is not known yet', async () => {
    const { cancel, executions } = cancelling(UNPLANNED);
    await cancel();
    expect(executions.stopped).toEqual([]);
  });

  it.each([
    ['is over', connectedRecord()],
    ['was cancelled already', connectedRecord({ backfill: backfillRecord({ state: 'cancelled' }) })],
    ['never was', connectedRecord({ backfill: null })],
  ])('is refused when it %s', async (_what, record) => {
    await expect(cancelling(record).cancel()).rejects.toThrow(ConflictError);
  });

  it('is refused to the second of two who do so at once', async () => {
    const { cancel, executions } = cancelling(BACKFILLING);
    const outcomes = await Promise.allSettled([cancel(), cancel()]);
    expect([outcomes.map(({ status }) => status).sort(), executions.stopped.length]).toEqual([
      ['fulfilled', 'rejected'],
      1,
    ]);
  });

  it('is refused when another backfill began meanwhile', async () => {
    const { cancel, connections } = cancelling(BACKFILLING);
    connections.change('c1', { backfill: backfillRecord({ runId: 'backfill-2' }) });
    await expect(cancel()).rejects.toThrow(ConflictError);
  });

  it('is refused when the backfill came to its end meanwhile', async () => {
    const { cancel, connections } = cancelling(BACKFILLING);
    connections.change('c1', { status: 'connected', backfill: backfillRecord({ state: 'done' }) });
    await expect(cancel()).rejects.toThrow(ConflictError);
  });
});
