import { describe, expect, it } from '@jest/globals';
import { STATUSES } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeConnectionViews } from '../../../../lambdas/core/connections/connection-views';
import { dispatch, dueRun } from '../../../../lambdas/core/runs/dispatch';
import { firstBackfill, scheduledSync, weeklyKeepAlive } from '../../../../lambdas/core/runs/run-starter';
import { DAY, FakeClock, HOUR, NOW, instant } from '../../../support/clock';
import {
  InMemoryConnectionStore,
  backfillRecord,
  connectedRecord,
  disconnectRecord,
} from '../../../support/connections';
import { RecordingDisconnectStarter } from '../../../support/disconnect';
import { InMemoryQuotaLedger } from '../../../support/quota';
import { RecordingRunStarter } from '../../../support/runs';

describe('the run that is due', () => {
  it.each(['connected', 'degraded'] as const)('is a sync of a connection that is %s', (status) => {
    expect(dueRun(connectedRecord({ status }), NOW)).toEqual(scheduledSync('c1', NOW));
  });

  it('is one a week of a connection that is paused, so that its grant does not lapse', () => {
    const paused = connectedRecord({ status: 'paused' });
    const [monday, sunday, next] = ['2026-11-23T00:00:00Z', '2026-11-29T23:59:59Z', '2026-11-30T00:00:00Z'].map((at) =>
      dueRun(paused, Date.parse(at)),
    );
    expect(monday).toEqual({ connectionId: 'c1', runId: 'keep-alive-2026-W48', kind: 'sync', keepAlive: true });
    expect([sunday, next?.runId]).toEqual([monday, 'keep-alive-2026-W49']);
  });

  it('is none of a connection that is paused and has no grant', () => {
    expect(dueRun(connectedRecord({ status: 'paused', generation: null }), NOW)).toBeUndefined();
  });

  it.each(STATUSES.filter((status) => !['connected', 'degraded', 'paused'].includes(status)))(
    'is none of a connection that is %s and has its backfill',
    (status) => {
      expect(dueRun(connectedRecord({ status, backfill: backfillRecord() }), NOW)).toBeUndefined();
    },
  );

  it('is the backfill that a consent should have started and did not', () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    expect(dueRun(record, NOW)).toEqual(firstBackfill('c1', 'g1'));
  });

  it('is the backfill that somebody who resumed it should have started and did not', () => {
    const backfill = backfillRecord({ executionArn: '', part: 2 });
    expect(dueRun(connectedRecord({ status: 'backfilling', backfill }), NOW)).toEqual({
      connectionId: 'c1',
      runId: 'consent-g1',
      kind: 'backfill',
      part: 2,
    });
  });

  it('is none without a grant', () => {
    expect(dueRun(connectedRecord({ status: 'backfilling', backfill: null, generation: null }), NOW)).toBeUndefined();
  });
});

describe('dispatch', () => {
  const dispatching = async (...records: readonly ConnectionRecord[]) => {
    const runs = new RecordingRunStarter();
    const failures: string[] = [];
    runs.before = ({ connectionId }) => {
      if (connectionId === 'broken') throw new Error('out of order');
    };
    const overdue: string[] = [];
    const log = {
      failed: (connectionId: string) => failures.push(connectionId),
      overdue: (connectionId: string, why: string) => overdue.push(`${connectionId}: ${why}`),
    };
    const connections = new InMemoryConnectionStore(...records);
    const views = makeConnectionViews({
      connections,
      progress: {
        list: ({ connectionId }) =>
          connectionId === 'unseen' ? Promise.reject(new Error('out of order')) : Promise.resolve([]),
      },
      quota: new InMemoryQuotaLedger(),
      quotaShare: { perSecond: 1, perDay: 1 },
      now: () => NOW,
    });
    const disconnects = new RecordingDisconnectStarter();
    const clock = new FakeClock();
    const result = await dispatch({ connections, disconnects, clock, views, runs, log }, NOW);
    return { connections, runs, disconnects, failures, overdue, result };
  };

  it('starts what each connection is due', async () => {
    const { runs } = await dispatching(connectedRecord({ id: 'a' }), connectedRecord({ id: 'b' }));
    expect(runs.requests).toEqual([scheduledSync('a', NOW), scheduledSync('b', NOW)]);
  });

  it('has an idle grant kept alive', async () => {
    const { runs } = await dispatching(connectedRecord({ status: 'paused' }));
    expect(runs.requests).toEqual([weeklyKeepAlive('c1', NOW)]);
  });

  it('goes on with a disconnect', async () => {
    const { runs, disconnects } = await dispatching(
      connectedRecord({ status: 'disconnecting', disconnect: disconnectRecord({ attempt: 2 }) }),
    );
    expect([runs.requests, disconnects.started]).toEqual([
      [],
      [{ connectionId: 'c1', requestedAt: instant(), attempt: 2 }],
    ]);
  });

  it.each(['reconnect_needed', 'paused'] as const)(
    'disconnects what has removed the app, and is %s',
    async (status) => {
      const { connections, disconnects, runs } = await dispatching(
        connectedRecord({ status, deauthorizedAt: instant() }),
      );
      expect(connections.get('c1')).toMatchObject({
        status: 'disconnecting',
        disconnect: { cause: 'deauthorized', keepFacts: false },
      });
      expect([disconnects.started.length, runs.requests]).toEqual([1, []]);
    },
  );

  it.each(['connected', 'degraded', 'backfilling'] as const)(
    'disconnects nothing whose grant may be good: %s',
    async (status) => {
      const { disconnects } = await dispatching(connectedRecord({ status, deauthorizedAt: instant() }));
      expect(disconnects.started).toEqual([]);
    },
  );

  it('disconnects nothing because of what Zoom said of another grant days ago', async () => {
    const { disconnects } = await dispatching(
      connectedRecord({ status: 'reconnect_needed', deauthorizedAt: instant(-3 * DAY) }),
    );
    expect(disconnects.started).toEqual([]);
  });

  it('starts the others when one fails', async () => {
    const { runs } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }));
    expect(runs.requests).toEqual([scheduledSync('b', NOW)]);
  });

  it('tells which one fails', async () => {
    const { failures } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }));
    expect(failures).toEqual(['broken']);
  });

  it('says how many were started and how many were not', async () => {
    const dead = connectedRecord({ id: 'c', status: 'reconnect_needed' });
    const { result } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }), dead);
    expect(result).toMatchObject({ started: 1, failed: 1 });
  });

  const runningSince = (startedAt: string, id = 'slow') =>
    connectedRecord({ id, status: 'backfilling', backfill: backfillRecord({ startedAt }) });

  it('says why a backfill takes more than four hours', async () => {
    const { overdue } = await dispatching(runningSince(instant(-5 * HOUR)));
    expect(overdue).toEqual(['slow: There is much to read. 0 of 17 parts are read, the time left is not known.']);
  });

  it('tells of one that has not begun four hours after the consent', async () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null, connectedAt: instant(-5 * HOUR) });
    expect((await dispatching(record)).overdue).toEqual([expect.stringContaining('It has not begun to read')]);
  });

  it('tells of one of a connection that has its syncs', async () => {
    const record = connectedRecord({ backfill: backfillRecord({ startedAt: instant(-5 * HOUR) }) });
    expect((await dispatching(record)).result).toEqual({ started: 1, failed: 0, overdue: 1 });
  });

  it('counts none that is in time or over', async () => {
    const over = connectedRecord({ backfill: backfillRecord({ startedAt: instant(-5 * HOUR), state: 'done' }) });
    expect((await dispatching(runningSince(instant(-4 * HOUR)), over)).result.overdue).toBe(0);
  });

  it('counts the others when one cannot be looked at', async () => {
    const records = ['unseen', 'slow'].map((id) => runningSince(instant(-5 * HOUR), id));
    expect((await dispatching(...records)).result).toEqual({ started: 0, failed: 1, overdue: 1 });
  });
});
