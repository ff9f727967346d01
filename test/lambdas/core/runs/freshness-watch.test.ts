import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeFreshnessWatch } from '../../../../lambdas/core/runs/freshness-watch';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { shardsSince } from '../../../../lambdas/core/runs/shards';
import { DAY, HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord, streamReading } from '../../../support/connections';
import { InMemoryProgressStore, SYNC } from '../../../support/runs';

/** Connected for long, and not read for two hours. */
const LATE = connectedRecord({
  connectedAt: instant(-DAY),
  firstReadAt: instant(-DAY),
  backfill: backfillRecord({ state: 'done', endedAt: instant(-DAY) }),
  freshness: [
    streamReading('user', { readAt: instant(-5 * HOUR) }),
    streamReading('user_activity', { readAt: instant(-2 * HOUR) }),
    streamReading('admin_operation', { readAt: instant(-2 * HOUR) }),
  ],
});
const RUNNING = { ...LATE, syncRun: { runId: SYNC.runId, startedAt: instant(-HOUR) } };
const [ACTIVITIES] = shardsSince('user_activity', NOW - 2 * HOUR, NOW);

const FAILING = { ...plannedShard(ACTIVITIES!, 0), problem: 'GET /v2/report/activities: HTTP 503' };

async function looking(...records: readonly ConnectionRecord[]) {
  return lookingWith(FAILING, ...records);
}

async function lookingWith(shard: ShardProgress, ...records: readonly ConnectionRecord[]) {
  const connections = new InMemoryConnectionStore(...records);
  const progress = new InMemoryProgressStore().put(SYNC, shard);
  const watch = makeFreshnessWatch({ connections, progress, everyMinutes: 15 });
  for (const record of records) await watch.look(record, NOW);
  return { connections, watch, connection: () => connections.get('c1') };
}

describe('a look at a connection', () => {
  it('degrades one that has fallen behind, and says which streams and since when', async () => {
    expect((await looking(LATE)).connection()).toMatchObject({
      status: 'degraded',
      reason:
        'Not read since 2026-10-12 06:15 UTC: sign-ins, admin operations. ' +
        'No run has told why; their executions do. It is tried again by itself.',
    });
  });

  it('says what the sync that runs has met with, and keeps it with the stream', async () => {
    const connection = (await looking(RUNNING)).connection();
    expect(connection.reason).toContain('What went wrong: GET /v2/report/activities: HTTP 503.');
    expect(connection.freshness.map(({ problem }) => problem)).toEqual([
      null,
      'GET /v2/report/activities: HTTP 503',
      null,
    ]);
  });

  it.each([
    ['says that the day’s calls are used up, and until when', 15 * HOUR, 'planned', true],
    ['says nothing of that when they are there again', -MINUTE, 'planned', false],
    ['says nothing of that when it was read', 15 * HOUR, 'done', false],
  ] as const)('%s', async (_, untilMs, state, isSaid) => {
    const waiting = { ...plannedShard(ACTIVITIES!, 0), state, waitingUntil: instant(untilMs) };
    const { reason } = (await lookingWith(waiting, RUNNING)).connection();
    const said = `What went wrong: the calls that Zoom allows in a day are used up until ${instant(15 * HOUR)}.`;
    expect(reason?.includes(said)).toBe(isSaid);
  });

  it.each([
    [
      'says of one that is degraded already what its sync waits for',
      'Not read since 2026-10-12 06:15 UTC: sign-ins.',
      HOUR,
      true,
    ],
    ['leaves one that has a graver reason as it is', 'a gap', HOUR, false],
    [
      'leaves one whose sync waits for nothing as it is',
      'Not read since 2026-10-12 06:15 UTC: sign-ins.',
      -HOUR,
      false,
    ],
  ])('%s', async (_, reason, aliveMs, isSaid) => {
    const waiting = { ...plannedShard(ACTIVITIES!, 0), waitingUntil: instant(15 * HOUR) };
    const syncRun = { ...RUNNING.syncRun, aliveAt: instant(aliveMs) };
    const world = await lookingWith(waiting, { ...RUNNING, status: 'degraded', reason, syncRun });
    expect(world.connection().reason?.includes(instant(15 * HOUR))).toBe(isSaid);

    const { version } = world.connection();
    await world.watch.look(world.connection(), NOW);
    expect(world.connection().version).toBe(version);
  });

  it('says what an earlier sync has met with while none runs', async () => {
    const freshness = LATE.freshness.map((reading) => ({ ...reading, problem: 'HTTP 500' }));
    expect((await looking({ ...LATE, freshness })).connection().reason).toContain('What went wrong: HTTP 500.');
  });

  it.each<[string, Partial<ConnectionRecord>]>([
    ['that was read lately', { lastSync: { at: instant(), result: 'ok', newFacts: 0 } }],
    ['that has a reason already', { status: 'degraded', reason: 'a gap' }],
    ['that is paused', { status: 'paused' }],
    ['that needs a consent', { status: 'reconnect_needed' }],
    ['that is being disconnected', { status: 'disconnecting' }],
    ['that is read for the first time', { status: 'backfilling' }],
  ])('leaves one as it is %s', async (_, change) => {
    const record = { ...LATE, ...change };
    expect((await looking(record)).connection()).toEqual(record);
  });

  it.each<[string, Partial<ConnectionRecord>]>([
    ['a sync has ended', { lastSync: { at: instant(), result: 'ok', newFacts: 3 } }],
    ['somebody paused it', { status: 'paused' }],
    ['a run has said more', { status: 'degraded', reason: 'a gap' }],
  ])('leaves one as it is when %s since it was listed', async (_, change) => {
    const connections = new InMemoryConnectionStore(LATE);
    connections.change('c1', change);
    const watch = makeFreshnessWatch({ connections, progress: new InMemoryProgressStore(), everyMinutes: 15 });
    await watch.look(LATE, NOW);
    expect(connections.get('c1')).toMatchObject({ ...change, version: 2 });
  });

  it('asks for nothing more of one that is degraded already: an outage lasts for many ticks', async () => {
    const progress = { list: () => Promise.reject(new Error('asked')) };
    const watch = makeFreshnessWatch({ connections: new InMemoryConnectionStore(), progress, everyMinutes: 15 });
    await expect(watch.look({ ...RUNNING, status: 'degraded' }, NOW)).resolves.toBeUndefined();
  });

  it('counts what is behind of all of them, degraded or not', async () => {
    const { watch } = await looking(LATE, { ...LATE, id: 'c2', status: 'degraded' }, connectedRecord({ id: 'c3' }));
    expect(watch.seen().streamsBehind).toBe(4);
  });

  it('keeps the longest age of each stream', async () => {
    const { watch } = await looking(connectedRecord({ id: 'c2' }), LATE);
    expect(watch.seen().readAgeSeconds).toEqual({ user: 18_000, user_activity: 7_200, admin_operation: 7_200 });
  });

  it('knows no age when there is nothing that syncs read', async () => {
    expect((await looking({ ...LATE, status: 'paused' })).watch.seen()).toEqual({
      streamsBehind: 0,
      readAgeSeconds: {},
    });
  });
});
