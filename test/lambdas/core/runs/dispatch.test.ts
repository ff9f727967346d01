import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { STATUSES } from '../../../../lambdas/contract/connection';
import { type ConnectionRecord, isSyncRunning } from '../../../../lambdas/core/connections/connection-record';
import { makeConnectionViews } from '../../../../lambdas/core/connections/connection-views';
import { STARTS_PER_SECOND, beginningAt, dispatch, dueRuns } from '../../../../lambdas/core/runs/dispatch';
import {
  type RunStarter,
  firstBackfill,
  scheduledSync,
  weeklyKeepAlive,
} from '../../../../lambdas/core/runs/run-starter';
import { DAY, FakeClock, HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
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
    expect(dueRuns(connectedRecord({ status }), NOW)).toEqual([scheduledSync('c1', NOW)]);
  });

  it('is one a week of a connection that is paused, so that its grant does not lapse', () => {
    const paused = connectedRecord({ status: 'paused' });
    const [monday, sunday, next] = ['2026-11-23T00:00:00Z', '2026-11-29T23:59:59Z', '2026-11-30T00:00:00Z'].map(
      (at) => dueRuns(paused, Date.parse(at))[0],
    );
    expect(monday).toEqual({ connectionId: 'c1', runId: 'keep-alive-2026-W48', kind: 'sync', keepAlive: true });
    expect([sunday, next?.runId]).toEqual([monday, 'keep-alive-2026-W49']);
  });

  it('is none of a connection that is paused and has no grant', () => {
    expect(dueRuns(connectedRecord({ status: 'paused', generation: null }), NOW)).toEqual([]);
  });

  it.each(STATUSES.filter((status) => !['connected', 'degraded', 'paused'].includes(status)))(
    'is none of a connection that is %s and has its backfill',
    (status) => {
      expect(dueRuns(connectedRecord({ status, backfill: backfillRecord() }), NOW)).toEqual([]);
    },
  );

  it('is the backfill that a consent should have started and did not', () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    expect(dueRuns(record, NOW)).toEqual([firstBackfill({ id: 'c1', generation: 'g1' })]);
  });

  it('is the backfill that somebody who resumed it should have started and did not', () => {
    const backfill = backfillRecord({ executionArn: '', part: 2 });
    const due = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill', part: 2 };
    expect(dueRuns(connectedRecord({ status: 'backfilling', backfill }), NOW)).toEqual([due]);
  });

  it.each(['connected', 'degraded'] as const)('is that backfill beside a sync of a connection that is %s', (status) => {
    const backfill = backfillRecord({ executionArn: '', part: 2 });
    const kinds = dueRuns(connectedRecord({ status, backfill }), NOW).map(({ kind }) => kind);
    expect(kinds).toEqual(['backfill', 'sync']);
  });

  it('is none without a grant', () => {
    expect(dueRuns(connectedRecord({ status: 'backfilling', backfill: null, generation: null }), NOW)).toEqual([]);
  });
});

describe('dispatch', () => {
  const dispatching = async (...records: readonly ConnectionRecord[]) => {
    const runs = new RecordingRunStarter();
    const failures: string[] = [];
    runs.before = ({ connectionId }) => {
      if (connectionId.startsWith('broken')) throw new Error('out of order');
    };
    const overdue: string[] = [];
    const log = {
      failed: (connectionId: string) => failures.push(connectionId),
      overdue: (connectionId: string, why: string) => overdue.push(`${connectionId}: ${why}`),
    };
    const connections = new InMemoryConnectionStore(...records);
    const progress = {
      list: ({ connectionId }: { connectionId: string }) =>
        connectionId === 'unseen' ? Promise.reject(new Error('out of order')) : Promise.resolve([]),
    };
    const views = makeConnectionViews({
      connections,
      progress,
      quota: new InMemoryQuotaLedger(),
      quotaShare: { perSecond: 1, perDay: 1 },
      everyMinutes: 15,
      now: () => NOW,
    });
    const disconnects = new RecordingDisconnectStarter();
    const clock = new FakeClock();
    const result = await dispatch(
      { connections, disconnects, clock, views, runs, log, progress, everyMinutes: 15 },
      NOW + 15 * MINUTE,
    );
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

  it.each([{ status: 'reconnect_needed' }, { status: 'paused', grantDiedAt: instant() }] as const)(
    'disconnects what has removed the app, and is $status',
    async (change) => {
      const { connections, disconnects, runs } = await dispatching(
        connectedRecord({ ...change, deauthorizedAt: instant() }),
      );
      expect(connections.get('c1')).toMatchObject({
        status: 'disconnecting',
        disconnect: { cause: 'deauthorized', keepFacts: false },
      });
      expect([disconnects.started.length, runs.requests]).toEqual([1, []]);
    },
  );

  it.each(['connected', 'degraded', 'backfilling', 'paused'] as const)(
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
    expect((await dispatching(record)).result).toMatchObject({ started: 1, failed: 0, overdue: 1 });
  });

  it('counts none that is in time or over', async () => {
    const over = connectedRecord({ backfill: backfillRecord({ startedAt: instant(-5 * HOUR), state: 'done' }) });
    expect((await dispatching(runningSince(instant(-4 * HOUR)), over)).result.overdue).toBe(0);
  });

  it('counts the others when one cannot be looked at', async () => {
    const records = ['unseen', 'slow'].map((id) => runningSince(instant(-5 * HOUR), id));
    expect((await dispatching(...records)).result).toMatchObject({ started: 0, failed: 1, overdue: 1 });
  });

  it('degrades what nobody has read for hours, and starts its sync all the same', async () => {
    const { connections, runs, result } = await dispatching(
      connectedRecord({
        connectedAt: instant(-DAY),
        backfill: backfillRecord({ state: 'done', endedAt: instant(-DAY) }),
      }),
    );
    expect([connections.get('c1').status, runs.requests, result.freshness.streamsBehind]).toEqual([
      'degraded',
      [scheduledSync('c1', NOW)],
      2,
    ]);
  });

  const syncing = (since: number) => ({ syncRun: { runId: 'tick-0', startedAt: instant(-since) } });

  it('skips a connection whose last sync still runs, and counts it', async () => {
    const { runs, result } = await dispatching(connectedRecord(syncing(HOUR)));
    expect([runs.requests, result]).toEqual([[], expect.objectContaining({ started: 0, skipped: 1 })]);
  });

  it('starts one whose last sync never told of its end', async () => {
    const { result } = await dispatching(connectedRecord(syncing(6 * HOUR)));
    expect(result).toMatchObject({ started: 1, skipped: 0 });
  });

  it('starts a sync beside a backfill of other dates', async () => {
    const backfill = backfillRecord({ isOfRange: true });
    expect((await dispatching(connectedRecord({ backfill }))).result).toMatchObject({ started: 1, skipped: 0 });
  });

  it('counts the disconnects that it has begun or gone on with', async () => {
    const { result } = await dispatching(
      connectedRecord({ id: 'a', status: 'reconnect_needed', deauthorizedAt: instant() }),
      connectedRecord({ id: 'b', status: 'disconnecting', disconnect: disconnectRecord() }),
      connectedRecord({ id: 'c' }),
    );
    expect(result).toMatchObject({ disconnects: 2, started: 1 });
  });

  it('starts what is due once, skips what runs, and tells of what fails, whatever else there is', async () => {
    const record = fc.record({
      status: fc.constantFrom(...STATUSES),
      generation: fc.constantFrom('g1', null),
      backfill: fc.constantFrom(null, backfillRecord(), backfillRecord({ state: 'done' })),
      syncRun: fc.constantFrom(null, syncing(HOUR).syncRun, syncing(7 * HOUR).syncRun),
      isBroken: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 40 }), async (drawn) => {
        const records = drawn.map(({ isBroken, ...change }, index) =>
          connectedRecord({ id: `${isBroken ? 'broken' : 'c'}-${index}`, ...change }),
        );
        const dues = records.flatMap((each) =>
          dueRuns(each, NOW).map((due) => ({ due, runs: due.kind === 'sync' && isSyncRunning(each, NOW) })),
        );
        const ready = dues.filter(({ runs }) => !runs).map(({ due }) => due);
        const broken = ready.filter(({ connectionId }) => connectionId.startsWith('broken'));
        const started = ready.filter((due) => !broken.includes(due));

        const { runs, failures, result } = await dispatching(...records);
        expect(runs.calls).toEqual(expect.arrayContaining(ready));
        expect(runs.calls).toHaveLength(ready.length);
        expect(failures.sort()).toEqual(broken.map(({ connectionId }) => connectionId).sort());
        expect(result).toMatchObject({
          started: started.length,
          skipped: dues.length - ready.length,
          failed: broken.length,
        });
      }),
    );
  });
});

describe('the starts of a tick', () => {
  const SECONDS_OF_TICK = 60;

  /** Dispatches so many connections, each start of which takes its time. @returns when each was started, ms after the tick. */
  const timing = async (connections: number, startMs: (index: number) => number, idOf = numbered) => {
    const clock = new SimulatedClock(NOW);
    const startedAt = new Map<string, number>();
    const records = Array.from({ length: connections }, (_, index) => connectedRecord({ id: idOf(index) }));
    const runs: RunStarter = {
      async start({ connectionId }) {
        startedAt.set(connectionId, clock.now() - NOW);
        await clock.sleep(startMs(startedAt.size));
        return '';
      },
    };
    const ports = {
      connections: new InMemoryConnectionStore(...records),
      disconnects: new RecordingDisconnectStarter(),
      views: { of: () => Promise.reject(new Error('nothing is backfilling')) },
      progress: { list: () => Promise.resolve([]) },
      everyMinutes: 15,
      clock,
      runs,
      log: { failed: () => undefined, overdue: () => undefined },
    };
    const result = await clock.run(dispatch(ports, NOW + SECONDS_OF_TICK * SECOND));
    return { startedAt, result };
  };
  const numbered = (index: number) => index.toString(16).padStart(16, '0');

  it('are never more than 25 in a second while there is time', async () => {
    const slow = fc.array(fc.integer({ min: 0, max: 3 * SECOND }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), slow, async (connections, durations) => {
        const { startedAt } = await timing(connections, (index) => durations[index % durations.length] ?? 0);
        const paced = [...startedAt.values()].filter((at) => at < 0.8 * SECONDS_OF_TICK * SECOND);
        const most = Math.max(
          0,
          ...paced.map((at) => paced.filter((other) => other >= at && other < at + SECOND).length),
        );
        expect(most).toBeLessThanOrEqual(STARTS_PER_SECOND);
      }),
      { numRuns: 30 },
    );
  });

  it('are 25 a second, several of them under way at a time', async () => {
    const { startedAt } = await timing(500, () => 200);
    expect(Math.max(...startedAt.values())).toBe(499 * 40);
  });

  it('come at the same offset at the next tick of the hour', async () => {
    const [first, second] = [await timing(100, () => 50), await timing(100, () => 90)];
    expect(second.startedAt).toEqual(first.startedAt);
  });

  it('wait no more when the time runs short, so that all are started', async () => {
    const { startedAt, result } = await timing(2_000, () => 50);
    expect([startedAt.size, result.isCutShort]).toEqual([2_000, false]);
  });

  it('end in time, and say so, when there are too many all the same', async () => {
    const { startedAt, result } = await timing(400, () => 2 * SECOND);
    expect(Math.max(...startedAt.values())).toBeLessThan((SECONDS_OF_TICK - 5) * SECOND);
    expect(result).toMatchObject({ started: startedAt.size, failed: 0, isCutShort: true });
  });

  it('are not cut short when all are done in time', async () => {
    expect((await timing(3, () => 50)).result).toMatchObject({ started: 3, isCutShort: false });
  });

  it.each([1, 0.5, 0.25, 0.1, 0.01])(
    'reach each connection within hours when a tick reaches a share of %d',
    (share) => {
      const beginnings = Array.from(
        { length: Math.ceil(2 / share) },
        (_, hour) => Number.parseInt(beginningAt(NOW + hour * HOUR), 16) / 2 ** 32,
      );
      const places = Array.from({ length: 1_000 }, (_, index) => index / 1_000);
      const missed = places.filter((place) => !beginnings.some((from) => (place - from + 1) % 1 < share));
      expect(missed).toEqual([]);
    },
  );

  it('come once, when another tick of the minute comes before the last one is over', async () => {
    const clock = new FakeClock();
    const runs = new RecordingRunStarter();
    const ports = {
      connections: new InMemoryConnectionStore(
        ...Array.from({ length: 20 }, (_, index) => connectedRecord({ id: numbered(index) })),
      ),
      progress: { list: () => Promise.resolve([]) },
      everyMinutes: 1,
      disconnects: new RecordingDisconnectStarter(),
      views: { of: () => Promise.reject(new Error('nothing is backfilling')) },
      clock,
      runs,
      log: { failed: () => undefined, overdue: () => undefined },
    };
    await Promise.all([dispatch(ports, NOW + 15 * MINUTE), dispatch(ports, NOW + 15 * MINUTE)]);
    expect(runs.started.size).toBe(20);
  });

  it('begin where the hour says, and come round to the rest', async () => {
    const from = beginningAt(NOW);
    const ids = ['0000', `${from}00`, `${from}ff`];
    const { startedAt } = await timing(
      3,
      () => 0,
      (index) => ids[index] ?? '',
    );
    expect([...startedAt.keys()]).toEqual([`${from}00`, `${from}ff`, '0000']);
  });
});
