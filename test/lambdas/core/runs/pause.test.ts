import { describe, expect, it } from '@jest/globals';
import { STATUSES } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { streamsBehind } from '../../../../lambdas/core/connections/freshness';
import { ConflictError } from '../../../../lambdas/core/errors';
import { pause, resume } from '../../../../lambdas/core/runs/pause';
import { dueRuns } from '../../../../lambdas/core/runs/dispatch';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { DAY, FakeClock, MINUTE, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import {
  BACKFILL,
  InMemoryProgressStore,
  RecordingRunStarter,
  RecordingRunStopper,
  doneShard,
} from '../../../support/runs';

function lifecycle(change: Partial<ConnectionRecord> = {}) {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(connectedRecord(change));
  const progress = new InMemoryProgressStore();
  const executions = new RecordingRunStopper();
  const runs = new RecordingRunStarter();
  const ports = { connections, progress, executions, runs, clock };
  const now = () => connections.get('c1');
  return { ...ports, now, pause: () => pause(ports, now()), resume: () => resume(ports, now()) };
}

const READABLE = ['backfilling', 'connected', 'degraded'] as const;
const FIRST_READ = { status: 'backfilling', firstReadAt: null } as const;

describe('pausing a connection', () => {
  it.each(READABLE)('stops what runs of one that is %s', async (status) => {
    const { pause, now, executions } = lifecycle({
      status,
      reason: 'why',
      syncRun: { runId: 's', startedAt: instant() },
    });
    await pause();
    expect([now(), executions.stopped]).toMatchObject([
      { status: 'paused', reason: null, syncRun: null },
      ['all of c1'],
    ]);
  });

  it('keeps how far the backfill is', async () => {
    const { pause, now, progress } = lifecycle({ ...FIRST_READ, backfill: backfillRecord() });
    progress.put(BACKFILL, ...userShards().map((shard) => doneShard(shard, { facts: 5 })));
    await pause();
    expect(now().backfill).toMatchObject({ state: 'paused', shardsDone: 3, facts: 15, runId: 'consent-g1' });
  });

  it('has a backfill never planned that is not planned yet', async () => {
    const { pause, now } = lifecycle({ ...FIRST_READ, backfill: null });
    await pause();
    expect(now().backfill).toMatchObject({ state: 'cancelled', runId: 'consent-g1' });
  });

  it('stops what may still run when it is asked for again', async () => {
    const { pause, now, executions } = lifecycle();
    await pause();
    const paused = now();
    await pause();
    expect([now(), executions.stopped.length]).toEqual([paused, 2]);
  });

  it.each(STATUSES.filter((status) => status !== 'paused' && !READABLE.some((readable) => readable === status)))(
    'fails for one that is %s, and stops nothing',
    async (status) => {
      const { pause, executions } = lifecycle({ status });
      await expect(pause()).rejects.toThrow(
        new ConflictError(`this connection is ${status}: there is nothing to pause`, ''),
      );
      expect(executions.stopped).toEqual([]);
    },
  );
});

describe('resuming a connection', () => {
  it('reads what came since', async () => {
    const { pause, resume, now, runs } = lifecycle();
    await pause();
    await resume();
    expect([now().status, runs.requests]).toMatchObject(['connected', [{ connectionId: 'c1', kind: 'sync' }]]);
  });

  it('notes when: what was not read meanwhile is not behind yet', async () => {
    const { pause, resume, now } = lifecycle({
      connectedAt: instant(-90 * DAY),
      firstReadAt: instant(-90 * DAY),
      backfill: backfillRecord({ state: 'done', endedAt: instant(-90 * DAY) }),
    });
    await pause();
    await resume();
    expect([now().resumedAt, streamsBehind(now(), 15, NOW)]).toEqual([instant(), []]);
  });

  it('goes on with the first backfill where it stopped, in another execution of it', async () => {
    const { pause, resume, now, runs } = lifecycle({ ...FIRST_READ, backfill: backfillRecord() });
    await pause();
    await resume();
    expect(now()).toMatchObject({ status: 'backfilling', backfill: { state: 'running', part: 3, endedAt: null } });
    expect([...runs.started]).toEqual([
      ['c1_consent-g1_3', { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill', part: 3 }],
    ]);
  });

  it('takes a name that no execution has had each time, not even one that the stopped part had just begun', async () => {
    const { pause, resume, runs } = lifecycle({ ...FIRST_READ, backfill: backfillRecord({ part: 4 }) });
    for (let round = 0; round < 2; round++) {
      await pause();
      await resume();
    }
    expect([...runs.started.keys()]).toEqual(['c1_consent-g1_6', 'c1_consent-g1_8']);
  });

  it('has the schedule start the backfill when that fails', async () => {
    const { pause, resume, now, runs } = lifecycle({ ...FIRST_READ, backfill: backfillRecord() });
    await pause();
    runs.before = () => {
      throw new Error('no answer');
    };
    await expect(resume()).rejects.toThrow('no answer');
    expect(dueRuns(now(), NOW)).toMatchObject([{ runId: 'consent-g1', part: 3 }]);
  });

  it('has the schedule start a backfill of other dates when that fails, beside the syncs', async () => {
    const { pause, resume, now, runs } = lifecycle({
      backfill: backfillRecord({ runId: 'backfill-1', isOfRange: true }),
    });
    await pause();
    runs.before = () => {
      throw new Error('no answer');
    };
    await expect(resume()).rejects.toThrow('no answer');
    expect(dueRuns(now(), NOW)).toMatchObject([{ runId: 'backfill-1', part: 3 }, { kind: 'sync' }]);
  });

  it('goes on with a backfill of other dates, of one whose first read is done', async () => {
    const { pause, resume, now, runs } = lifecycle({
      backfill: backfillRecord({ runId: 'backfill-1', isOfRange: true }),
    });
    await pause();
    await resume();
    expect([now().status, runs.requests]).toMatchObject(['connected', [{ runId: 'backfill-1', part: 3 }]]);
  });

  it('starts the first read anew when that was cancelled', async () => {
    const { pause, resume, now, runs } = lifecycle({
      status: 'degraded',
      firstReadAt: null,
      backfill: backfillRecord({ state: 'cancelled' }),
    });
    await pause();
    await resume();
    expect(now()).toMatchObject({ status: 'degraded', reason: expect.stringContaining('connector backfill ID') });
    expect(runs.requests).toMatchObject([{ kind: 'backfill', runId: expect.stringMatching(/^backfill-/) }]);
  });

  it('starts the backfill of a consent that came meanwhile, by a name that nothing that broke off has used up', async () => {
    const { resume, clock, now, runs } = lifecycle({ status: 'paused', generation: 'g2', backfill: null });
    clock.advance(MINUTE);
    await resume();
    expect([now().status, runs.requests]).toMatchObject([
      'backfilling',
      [{ runId: 'consent-g2-20261012T081600000Z', kind: 'backfill' }],
    ]);
  });

  it.each(STATUSES.filter((status) => status !== 'paused'))('fails for one that is %s', async (status) => {
    const { resume, runs } = lifecycle({ status });
    await expect(resume()).rejects.toThrow(`this connection is ${status}, not paused`);
    expect(runs.requests).toEqual([]);
  });
});
