import { describe, expect, it } from '@jest/globals';
import { type BrokenEnd, noteBrokenRun } from '../../../../lambdas/core/runs/run-broken';
import type { RunRequest } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { FakeClock, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { BACKFILL, SYNC } from '../../../support/runs';

const BACKFILLING = connectedRecord({ status: 'backfilling', backfill: backfillRecord() });
const SYNCING = connectedRecord({ syncRun: { runId: SYNC.runId, startedAt: instant() } });

/** The connection after a run of it broke off. */
async function after(record: ConnectionRecord, run: RunRequest = BACKFILL, end: BrokenEnd = 'FAILED') {
  const connections = new InMemoryConnectionStore(record);
  await noteBrokenRun({ connections, clock: new FakeClock() }, run, end);
  return connections.get('c1');
}

describe('a backfill that broke off', () => {
  it.each([
    ['FAILED', 'failed'],
    ['TIMED_OUT', 'failed'],
    ['ABORTED', 'cancelled'],
  ] as const)('by %s is %s', async (end, state) => {
    expect((await after(BACKFILLING, BACKFILL, end)).backfill).toEqual(backfillRecord({ state, endedAt: instant() }));
  });

  it('leaves the connection degraded, with a reason', async () => {
    expect(await after(BACKFILLING)).toMatchObject({
      status: 'degraded',
      reason: 'The last backfill broke off; its execution says why.',
    });
  });

  it.each([
    ['has ended already', { backfill: backfillRecord({ state: 'done' }) }],
    ['is not the connection’s any more', { backfill: backfillRecord({ runId: 'another' }) }],
    ['was never noted', { backfill: null }],
    ['is not the consent’s own and was never noted', { status: 'backfilling', backfill: null, generation: 'g2' }],
  ] as const)('changes nothing when it %s', async (_, change) => {
    expect(await after(connectedRecord(change))).toEqual(connectedRecord(change));
  });

  it('leaves the connection degraded when it is the first and was not even planned', async () => {
    expect((await after({ ...BACKFILLING, backfill: null })).status).toBe('degraded');
  });

  it('changes nothing when it was paused and another execution of it goes on since', async () => {
    const resumed = { ...BACKFILLING, backfill: backfillRecord({ part: 2 }) };
    expect(await after(resumed, BACKFILL, 'ABORTED')).toEqual(resumed);
  });

  it('is noted when the execution that goes on broke off', async () => {
    const resumed = { ...BACKFILLING, backfill: backfillRecord({ part: 2 }) };
    expect((await after(resumed, { ...BACKFILL, part: 2 })).backfill?.state).toBe('failed');
  });

  it('does not raise a connection that was stopped', async () => {
    expect((await after({ ...BACKFILLING, status: 'reconnect_needed' })).status).toBe('reconnect_needed');
  });
});

describe('a sync that broke off', () => {
  it('bars the next one no longer', async () => {
    expect((await after(SYNCING, SYNC)).syncRun).toBeNull();
  });

  it('is shown as failed', async () => {
    expect((await after(SYNCING, SYNC)).lastSync).toEqual({ at: instant(), result: 'failed', newFacts: 0 });
  });

  it('changes nothing when it is not the connection’s', async () => {
    expect(await after(SYNCING, { ...SYNC, runId: 'another' })).toEqual(SYNCING);
  });

  it('changes nothing when it is told a second time', async () => {
    const once = await after(SYNCING, SYNC);
    expect(await after(once, SYNC)).toEqual(once);
  });
});
