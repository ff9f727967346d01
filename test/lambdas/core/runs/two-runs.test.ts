import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { AwsDelays } from '../../../../dev/bench/simulated/delays';
import { runWorkflow } from '../../../../dev/bench/simulated/workflow';
import type { RunRef, Shard } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeFinishRun } from '../../../../lambdas/core/runs/finish-run';
import { makePlanRun } from '../../../../lambdas/core/runs/plan-run';
import { addDays, dailyShards, datesBetween } from '../../../../lambdas/core/runs/shards';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { makeWorker } from '../../../../lambdas/core/runs/worker';
import { Chance } from '../../../support/chance';
import { DAY, HOUR, MINUTE } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { InMemoryDeadLetterStore } from '../../../support/dead-letters';
import { InMemoryFactStore, activityRow } from '../../../support/facts';
import { InMemoryQuotaLedger, slotRequest } from '../../../support/quota';
import { InMemoryCheckpointStore, InMemoryProgressStore, InMemorySeenUsers } from '../../../support/runs';
import { FakeZoomLists } from '../../../support/zoom-lists';

const MORNING = Date.parse('2026-10-12T06:00:00Z');
const TODAY = '2026-10-12';
/** Of Pro's limits. */
const SHARE = { perSecond: 0.5, perDay: 0.3 };
const LIMIT = { callsPerSecond: 5, callsPerDay: 9000 };
const BACKFILL: RunRef = { connectionId: 'c1', runId: 'backfill-2', kind: 'backfill', generation: 'g1' };
const SYNC: RunRef = { connectionId: 'c1', runId: 'tick-1', kind: 'sync', generation: 'g1' };
/** For a slow machine; time is no part of what is tested. */
const PATIENCE = MINUTE;
const NOBODY = () => undefined;

// of ten ways in which workers can spread their questions one costs a single shard its place
beforeEach(() => {
  const chance = new Chance(1);
  jest.spyOn(Math, 'random').mockImplementation(() => chance.fraction());
});
afterEach(() => void jest.restoreAllMocks());

const at = (ms: number) => new Date(ms).toISOString();

/** An account with dates of a hundred pages, and the connector in front of it. */
function makeWorld(record: Partial<ConnectionRecord>) {
  const clock = new SimulatedClock(MORNING);
  const rowsOf = (shard: Shard) =>
    shard.stream === 'user'
      ? []
      : Array.from({ length: shard.floor === null ? 100 : 3 }, (_, i) =>
          activityRow({ time: `${shard.from}T06:00:00Z`, email: `${shard.stream}${i}@example.com` }),
        );
  const zoom = new FakeZoomLists(clock, rowsOf, { pageSize: 1, latencyMs: 200 });
  const begun: string[] = [];
  const fetchPage = zoom.fetchPage.bind(zoom);
  zoom.fetchPage = (access, shard, token) => {
    if (token === null && shard.stream !== 'user') begun.push(shard.id);
    return fetchPage(access, shard, token);
  };
  const ports = {
    clock,
    zoom,
    connections: new InMemoryConnectionStore(connectedRecord(record)),
    checkpoints: new InMemoryCheckpointStore(),
    progress: new InMemoryProgressStore(),
    seenUsers: new InMemorySeenUsers(),
    deadLetters: new InMemoryDeadLetterStore(),
    facts: new InMemoryFactStore(),
    quota: new InMemoryQuotaLedger(),
    tokens: { get: () => Promise.resolve({ kind: 'token', accessToken: 'access' } as const) },
    probeStreams: () => Promise.resolve({ kind: 'probed', denied: new Map() } as const),
    keepAlive: () => Promise.resolve(),
    log: { page: NOBODY, malformed: NOBODY, fault: NOBODY, gaveUp: NOBODY, reconnectNeeded: NOBODY, lost: NOBODY },
  };
  const steps = {
    plan: makePlanRun(ports, { backfillDays: 7, overlapMinutes: 60, sweepDays: 3 }),
    read: makeWorker(ports, { quotaShare: SHARE, retentionDays: 365, apiUrl: 'https://api.zoom.us' }),
    finish: makeFinishRun(ports),
  };
  const around = { clock, delays: new AwsDelays(clock), histories: { executions: 0, longest: 0 } };
  return {
    ...ports,
    /** Shards of reports that were begun more than once. */
    restarted: () => [...Map.groupBy(begun, (id) => id)].filter(([, times]) => times.length > 1).map(([id]) => id),
    /** Makes calls in the hour before. */
    useUp: async (calls: number) => {
      const four = slotRequest({ count: 4, urgent: true });
      for (let now = MORNING - HOUR, made = 0; made < calls; made += 4, now += 1000) {
        await ports.quota.reserve({ zoomAccountId: 'account-1', label: 'heavy' }, LIMIT, four, now);
      }
    },
    /** Runs all executions of a run. */
    run: (run: Pick<RunRef, 'connectionId' | 'runId' | 'kind'>, range = {}) =>
      runWorkflow({ ...run, ...range }, steps, around),
  };
}

describe('a sync whose daily sweep is due while a backfill of days has used up the free calls of the day', () => {
  it(
    'ends in a minute, and costs no shard of the backfill its place',
    async () => {
      const world = makeWorld({ sweptAt: at(MORNING - 20 * HOUR), backfill: null });
      const known = at(MORNING + 3 * HOUR);
      for (const stream of ['user_activity', 'admin_operation']) {
        await world.checkpoints.save('c1', stream, { readTo: known, asOf: known });
      }
      await world.useUp(5000);
      const backfill = world.run(BACKFILL, { from: addDays(TODAY, -30), to: addDays(TODAY, -6) });
      const sync = (async () => {
        await world.clock.sleep(4 * HOUR);
        await world.run(SYNC);
        return world.clock.now();
      })();
      await world.clock.run(Promise.all([backfill, sync]));

      expect((await sync) - (MORNING + 4 * HOUR)).toBeLessThan(MINUTE);
      expect(world.restarted()).toEqual([]);
      expect(world.connections.get('c1').backfill).toMatchObject({ state: 'done', shardsDone: 53 });
    },
    PATIENCE,
  );
});

describe('a sweep that is under way when a backfill begins late in a day’s calls', () => {
  it(
    'has a share of the last ones, as the backfill has, and both keep their places',
    async () => {
      const world = makeWorld({
        syncRun: { runId: SYNC.runId, startedAt: at(MORNING) },
        backfill: backfillRecord({ runId: BACKFILL.runId, isOfRange: true, startedAt: at(MORNING), shardsTotal: 40 }),
      });
      await world.useUp(6400);
      const swept = dailyShards(datesBetween(addDays(TODAY, -4), TODAY));
      const older = dailyShards(datesBetween(addDays(TODAY, -25), addDays(TODAY, -6)));
      world.progress.put(SYNC, ...swept.map((shard) => plannedShard(shard, 0)));
      world.progress.put(BACKFILL, ...older.map((shard, n) => plannedShard(shard, n % 2)));
      await world.clock.run(Promise.all([world.run(SYNC), world.run(BACKFILL)]));

      expect(world.restarted()).toEqual([]);
      expect(world.connections.get('c1')).toMatchObject({ lastSync: { result: 'ok' }, backfill: { state: 'done' } });
      expect(world.clock.now()).toBeLessThan(MORNING + 2 * DAY);
    },
    PATIENCE,
  );
});
