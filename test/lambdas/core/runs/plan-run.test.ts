import { describe, expect, it } from '@jest/globals';
import type { DateRange } from '../../../../lambdas/contract/connection';
import { FACT_KINDS, type FactKind } from '../../../../lambdas/contract/fact';
import type { ReportShard, RunRef, RunRequest, Shard } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeFinishRun } from '../../../../lambdas/core/runs/finish-run';
import { makePlanRun } from '../../../../lambdas/core/runs/plan-run';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { REPORTS, dailyShards, datesBetween, userShards } from '../../../../lambdas/core/runs/shards';
import type { Probed } from '../../../../lambdas/core/runs/probe-streams';
import { remedyFor } from '../../../../lambdas/core/zoom/remedies';
import type { Denied } from '../../../../lambdas/core/zoom/ports';
import { DAY, FakeClock, HOUR, MINUTE, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord, streamReading } from '../../../support/connections';
import { InMemoryDeadLetterStore, gapOf } from '../../../support/dead-letters';
import { InMemoryFactStore } from '../../../support/facts';
import { InMemoryCheckpointStore, InMemoryProgressStore, InMemorySeenUsers, doneShard } from '../../../support/runs';

const BACKFILL: RunRequest = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill' };
const SYNC: RunRequest = { connectionId: 'c1', runId: 'tick-2', kind: 'sync' };
const BACKFILLING = connectedRecord({ status: 'backfilling', backfill: null, firstReadAt: null });
const DENIED: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };
/** A connection whose users and late rows were looked for an hour ago. */
const SWEPT = connectedRecord({ sweptAt: instant(-HOUR) });

/** @param known - when the reports were read last, epoch ms from now; never unless the first read is complete. */
function planning(
  record: ConnectionRecord,
  answer: Probed = { kind: 'probed', denied: new Map() },
  known = record.firstReadAt === null ? undefined : -HOUR,
) {
  const probed: FactKind[] = [];
  const keptAlive: RunRef[] = [];
  const lost: string[] = [];
  let happens: Partial<ConnectionRecord> | undefined;
  const ports = {
    connections: new InMemoryConnectionStore(record),
    checkpoints: new InMemoryCheckpointStore(),
    progress: new InMemoryProgressStore(),
    deadLetters: new InMemoryDeadLetterStore(),
    probeStreams: (_run: RunRef, _connection: ConnectionRecord, streams: readonly FactKind[]) => {
      probed.push(...streams);
      if (happens !== undefined) ports.connections.change('c1', happens);
      return Promise.resolve(answer);
    },
    keepAlive: (run: RunRef) => Promise.resolve(void keptAlive.push(run)),
    clock: new FakeClock(),
    log: {
      lost: (_run: RunRef, stream: string, { from, to }: DateRange) => void lost.push(`${stream} ${from} ${to}`),
    },
  };
  for (const stream of known === undefined ? [] : REPORTS) {
    void ports.checkpoints.save('c1', stream, { readTo: instant(known), asOf: instant(known) });
  }
  const settings = { backfillDays: 7, overlapMinutes: 60, sweepDays: 3 };
  const planRun = makePlanRun(ports, settings);
  const plan = (request: RunRequest) => planRun({ request, executionArn: 'arn:execution:c1_consent-g1' });
  /** The shards that a run is planned with. */
  const shardsOf = async (request: RunRequest): Promise<readonly Shard[]> => {
    const { run } = await plan(request);
    return (await ports.progress.list(run)).map(({ shard }) => shard);
  };
  return {
    ...ports,
    settings,
    probed,
    keptAlive,
    lost,
    plan,
    shardsOf,
    connection: () => ports.connections.get('c1'),
    /** Changes the connection while Zoom is asked what the grant covers. */
    meanwhile: (change: Partial<ConnectionRecord>) => void (happens = change),
  };
}

async function shardsOf(request: RunRequest, record: ConnectionRecord): Promise<readonly Shard[]> {
  return planning(record).shardsOf(request);
}

const idsOf = (shards: readonly Shard[]) => shards.map(({ id }) => id);
const reports = (shards: readonly Shard[]) => shards.filter((shard) => shard.stream !== 'user');
const whole = (shards: readonly Shard[]) => idsOf(shards).filter((id) => id.endsWith('.whole'));

describe('a backfill', () => {
  it('reads all users and both reports of seven days and today', async () => {
    const dates = Array.from({ length: 8 }, (_, n) => instant(-n * DAY).slice(0, 10));
    expect(idsOf(await shardsOf(BACKFILL, BACKFILLING))).toEqual([
      ...dates.map((date) => `user_activity.${date}.whole`),
      ...dates.map((date) => `admin_operation.${date}.whole`),
      ...['active', 'inactive', 'pending'].map((status) => `user.${status}`),
    ]);
  });

  it.each([
    ['of seven days before the first consent, while nobody has read those since', null, '2026-09-25'],
    ['of the last seven days, once there was a first read', instant(-DAY), '2026-10-05'],
  ])('that is asked for days after the first consent reads dates %s', async (_, firstReadAt, first) => {
    const record = { ...BACKFILLING, firstConnectedAt: instant(-10 * DAY), firstReadAt };
    const dates = reports(await shardsOf(BACKFILL, record)).map(({ from }) => from);
    expect([dates.sort()[0], dates.sort().at(-1)]).toEqual([first, '2026-10-12']);
  });

  it('reads the dates that were asked for', async () => {
    const shards = await shardsOf({ ...BACKFILL, from: '2026-09-30', to: '2026-10-01' }, BACKFILLING);
    expect(idsOf(reports(shards))).toEqual([
      'user_activity.2026-10-01.whole',
      'user_activity.2026-09-30.whole',
      'admin_operation.2026-10-01.whole',
      'admin_operation.2026-09-30.whole',
    ]);
  });

  it.each([
    ['it is the first run', null, 'consent-g1'],
    ['another was there before', 'consent-g0', 'consent-g0'],
  ])('notes whether it alone finds the table empty: %s', async (_, firstRunId, noted) => {
    const { plan, connection } = planning({ ...BACKFILLING, firstRunId });
    await plan(BACKFILL);
    expect(connection().firstRunId).toBe(noted);
  });

  it('reads with the consent that is in force', async () => {
    expect((await planning(BACKFILLING).plan(BACKFILL)).run).toEqual({ ...BACKFILL, generation: 'g1' });
  });

  it('is noted on the connection', async () => {
    const { plan, connection } = planning(BACKFILLING);
    await plan(BACKFILL);
    expect(connection().backfill).toEqual(backfillRecord({ part: 1, shardsTotal: 19 }));
  });

  it.each([
    ['the usual dates', BACKFILL, false],
    ['other dates', { ...BACKFILL, from: '2026-09-30', to: '2026-10-01' }, true],
  ])('is noted as one of %s', async (_, request, isOfRange) => {
    const { plan, connection } = planning(BACKFILLING);
    await plan(request);
    expect(connection().backfill?.isOfRange).toBe(isOfRange);
  });

  it('is dealt to workers evenly, each report too', async () => {
    const { plan, progress } = planning(BACKFILLING);
    const { run, workers } = await plan(BACKFILL);
    const activities = (await progress.list(run)).filter(({ shard }) => shard.stream === 'user_activity');
    expect(workers).toEqual([0, 1]);
    expect(workers.map((worker) => activities.filter((own) => own.worker === worker).length)).toEqual([4, 4]);
  });

  it('has one worker read all lists of users, one after the other', async () => {
    const { plan, progress } = planning(BACKFILLING);
    const { run } = await plan(BACKFILL);
    const users = (await progress.list(run)).filter(({ shard }) => shard.stream === 'user');
    expect(users.map(({ worker }) => worker)).toEqual([0, 0, 0]);
  });

  it.each([
    ['there is a new consent', { generation: 'g2', backfill: null }],
    ['the connection is paused', { status: 'paused', backfill: null }],
    ['another has begun', { backfill: backfillRecord({ runId: 'backfill-0' }) }],
  ] as const)('reads nothing and is not noted when, while it is planned, %s', async (_, change) => {
    const world = planning(BACKFILLING);
    world.meanwhile(change);
    expect([(await world.plan(BACKFILL)).workers, world.connection().backfill]).toEqual([[], change.backfill]);
  });

  it('keeps its beginning and what has been read when it is planned again', async () => {
    const { plan, progress, clock, connection } = planning(BACKFILLING);
    const { run } = await plan(BACKFILL);
    const [first] = await progress.list(run);
    progress.put(run, doneShard(first!.shard));
    clock.advance(MINUTE);
    await plan(BACKFILL);
    expect([connection().backfill?.startedAt, (await progress.find(run, first!.shard.id))?.state]).toEqual([
      instant(),
      'done',
    ]);
  });
});

describe('a backfill of what was not read before', () => {
  const shards = [dailyShards(['2026-09-30'])[1]!, userShards()[2]!];
  const replay: RunRequest = { ...BACKFILL, runId: 'backfill-2', shards };

  it('reads that alone', async () => {
    expect(await shardsOf(replay, connectedRecord())).toEqual(shards);
  });

  it('is noted as no usual one', async () => {
    const { plan, connection } = planning(connectedRecord());
    await plan(replay);
    expect(connection().backfill).toMatchObject({ runId: 'backfill-2', isOfRange: true, shardsTotal: 2 });
  });
});

describe('a backfill after one that broke off', () => {
  const [read, unread, denied] = dailyShards(['2026-09-30', '2026-09-29']) as [ReportShard, ReportShard, ReportShard];
  const before = { ...BACKFILL, runId: 'backfill-0', generation: 'g1' };
  const after = async (state: 'failed' | 'done') => {
    const world = planning(connectedRecord({ backfill: backfillRecord({ runId: 'backfill-0', state }) }));
    world.progress.put(before, doneShard(read), plannedShard(unread, 0), doneShard(denied, { state: 'denied' }));
    await world.plan(BACKFILL);
    return world.deadLetters.ids;
  };

  it('leaves letters for what that one did not read, denied or not', async () => {
    expect(await after('failed')).toEqual([gapOf(unread).id, gapOf(denied).id].sort());
  });

  it('leaves none when that one came to its end', async () => {
    expect(await after('done')).toEqual([]);
  });
});

describe('a backfill while another runs', () => {
  it('reads nothing and leaves that one noted', async () => {
    const { shardsOf, connection } = planning(connectedRecord({ backfill: backfillRecord({ runId: 'backfill-0' }) }));
    expect([await shardsOf(BACKFILL), connection().backfill?.runId]).toEqual([[], 'backfill-0']);
  });
});

describe('a run that goes on for another execution', () => {
  it.each([BACKFILL, SYNC])('reads nothing when it is over: $kind', async (request) => {
    expect(await shardsOf({ ...request, part: 2 }, connectedRecord({ backfill: null }))).toEqual([]);
  });
});

describe('a backfill that is planned again', () => {
  it('reads the dates that it began with, though the date has changed', async () => {
    const { shardsOf, clock } = planning(BACKFILLING);
    const before = idsOf(await shardsOf(BACKFILL));
    clock.advance(DAY);
    expect(idsOf(await shardsOf({ ...BACKFILL, part: 2 }))).toEqual(before);
  });

  it('keeps its workers and shards, whatever is configured and denied by then', async () => {
    const denied = new Map<FactKind, Denied>();
    const { plan, progress, settings, connection } = planning(BACKFILLING, { kind: 'probed', denied });
    const before = await plan(BACKFILL);
    const planned = await progress.list(before.run);
    settings.backfillDays = 30;
    denied.set('user', DENIED);
    const again = await plan({ ...BACKFILL, part: 2 });
    expect(again).toEqual({ ...before, run: { ...before.run, part: 2 } });
    expect([await progress.list(again.run), connection().backfill?.shardsTotal]).toEqual([planned, 19]);
  });

  it('asks Zoom nothing', async () => {
    const { plan, probed } = planning(BACKFILLING);
    await plan(BACKFILL);
    await plan({ ...BACKFILL, part: 2 });
    expect(probed).toHaveLength(FACT_KINDS.length);
  });

  it('is planned whole when the first time broke off before it was noted', async () => {
    const { plan, progress, shardsOf } = planning(BACKFILLING);
    await progress.plan({ ...BACKFILL, generation: 'g1' }, [plannedShard(userShards()[0]!, 0)]);
    expect([(await shardsOf(BACKFILL)).length, (await plan(BACKFILL)).workers]).toEqual([19, [0, 1]]);
  });

  it('runs again, also when it was noted as broken off', async () => {
    const { plan, connection } = planning(
      connectedRecord({ backfill: backfillRecord({ state: 'failed', endedAt: instant() }) }),
    );
    await plan(BACKFILL);
    expect(connection().backfill).toMatchObject({ state: 'running', endedAt: null });
  });
});

describe('a backfill that was cancelled', () => {
  const CANCELLED = connectedRecord({ backfill: backfillRecord({ state: 'cancelled', endedAt: instant() }) });

  it('reads nothing when it is planned after that', async () => {
    expect((await planning(CANCELLED).plan({ ...BACKFILL, part: 2 })).workers).toEqual([]);
  });

  it('stays cancelled', async () => {
    const { plan, connection } = planning(CANCELLED);
    await plan(BACKFILL);
    expect(connection().backfill).toEqual(CANCELLED.backfill);
  });

  it('stays cancelled when that happens while it is planned', async () => {
    const { plan, connections, progress, connection } = planning(BACKFILLING);
    const planShards = progress.plan.bind(progress);
    progress.plan = (run, shards) => {
      connections.change('c1', { status: 'degraded', backfill: CANCELLED.backfill });
      return planShards(run, shards);
    };
    await plan(BACKFILL);
    expect(connection().backfill).toEqual(CANCELLED.backfill);
  });

  it('gives way to another', async () => {
    const { plan, connection } = planning(CANCELLED);
    await plan({ ...BACKFILL, runId: 'backfill-2' });
    expect(connection().backfill).toMatchObject({ runId: 'backfill-2', state: 'running' });
  });
});

describe('a sync of a connection whose first backfill is open', () => {
  it.each(['cancelled', 'running'] as const)(
    'reads no further back than that one began, when it is %s',
    async (state) => {
      const record = firstBackfillIs(state);
      expect(reports(await shardsOf(SYNC, record))[0]).toMatchObject({ floor: instant(-HOUR) });
    },
  );

  it.each(['cancelled', 'running'] as const)('leaves users and late rows to it, when it is %s', async (state) => {
    const shards = await shardsOf(SYNC, firstBackfillIs(state));
    expect(idsOf(shards)).toEqual(['user_activity.2026-10-11.since', 'admin_operation.2026-10-11.since']);
  });

  it('leaves users and late rows to it, when another range was read since', async () => {
    const backfill = backfillRecord({ state: 'done', isOfRange: true, startedAt: instant(-HOUR) });
    expect(whole(await shardsOf(SYNC, { ...firstBackfillIs('cancelled'), backfill }))).toEqual([]);
  });

  it('looks for users and late rows when they were left to it, whatever range was read since', async () => {
    const backfill = backfillRecord({ state: 'done', isOfRange: true });
    const record = { ...firstBackfillIs('failed'), backfill, sweptAt: instant(-DAY) };
    expect(whole(await planning(record, undefined, -HOUR).shardsOf(SYNC))).toHaveLength(10);
  });

  it('reads all that it can when that one has failed', async () => {
    const shards = await shardsOf(SYNC, firstBackfillIs('failed'));
    expect([reports(shards)[0], whole(shards).length]).toMatchObject([{ floor: '2026-10-05T00:00:00.000Z' }, 18]);
  });

  it('leaves the users to that one also when Zoom tells of a change', async () => {
    const record = { ...firstBackfillIs('cancelled'), usersChangedAt: instant() };
    expect((await shardsOf(SYNC, record)).filter(({ stream }) => stream === 'user')).toEqual([]);
  });

  function firstBackfillIs(state: 'cancelled' | 'running' | 'failed'): ConnectionRecord {
    const backfill = backfillRecord({ state, startedAt: instant(-HOUR) });
    return connectedRecord({ status: 'degraded', firstReadAt: null, sweptAt: null, backfill });
  }
});

describe('a sync beside a later backfill', () => {
  const userReadAt = (ms: number) => ({ freshness: [streamReading('user', { readAt: instant(ms) })] });
  const record = (change: Partial<ConnectionRecord> = {}) =>
    connectedRecord({ sweptAt: instant(-2 * DAY), backfill: backfillRecord(), ...change });

  it('leaves late rows to the sweep after that one: whole dates would be read with the calls that keep its chains alive', async () => {
    const { shardsOf, deadLetters } = planning(record());
    await deadLetters.put([gapOf(dailyShards(['2026-09-30'])[0]!)]);
    expect(whole(await shardsOf(SYNC))).toEqual([]);
  });

  it.each([
    ['when a day has passed since they were', -DAY, 3],
    ['not before', -DAY + 1, 0],
  ])('reads the users %s', async (_, readMs, count) => {
    const shards = await shardsOf(SYNC, record(userReadAt(readMs)));
    expect(shards.filter(({ stream }) => stream === 'user')).toHaveLength(count);
  });

  it('leaves the users to that one while it has them to read, also when somebody is looked for or Zoom told of a change', async () => {
    const change = { usersMissedBy: 'tick-1', usersChangedAt: instant(-MINUTE), ...userReadAt(-2 * DAY) };
    const world = planning(record(change));
    const backfill = { ...BACKFILL, kind: 'backfill' as const, generation: 'g1' };
    world.progress.put(backfill, ...userShards().map((shard) => plannedShard(shard, 0)));
    expect((await world.shardsOf(SYNC)).filter(({ stream }) => stream === 'user')).toEqual([]);

    world.connections.change('c1', { syncRun: null });
    world.progress.put(backfill, ...userShards().map((shard) => doneShard(shard)));
    const next = await world.shardsOf({ ...SYNC, runId: 'tick-3' });
    expect(next.filter(({ stream }) => stream === 'user')).toHaveLength(3);
  });

  it('reads nothing when that one began while users were planned: both would read them', async () => {
    const { plan, progress, connections, connection } = planning(connectedRecord({ sweptAt: instant(-DAY) }));
    const planShards = progress.plan.bind(progress);
    progress.plan = (run, shards) => {
      connections.change('c1', { backfill: backfillRecord({ runId: 'backfill-2' }) });
      return planShards(run, shards);
    };
    expect([(await plan(SYNC)).workers, connection().syncRun]).toEqual([[], null]);
  });

  it('is followed by a sweep from where the last one began, when that one has ended', async () => {
    const ended = record({ backfill: backfillRecord({ state: 'done', isOfRange: true }) });
    expect(whole(await shardsOf(SYNC, ended)).at(-1)).toBe('admin_operation.2026-10-07.whole');
  });
});

describe('a sync', () => {
  it('reads each report in one shard when it knows how far it was read', async () => {
    const { shardsOf, checkpoints } = planning(SWEPT);
    const known = { readTo: instant(-10 * MINUTE), asOf: instant(-5 * MINUTE) };
    for (const stream of ['user_activity', 'admin_operation']) await checkpoints.save('c1', stream, known);
    expect(idsOf(await shardsOf(SYNC))).toEqual(['user_activity.2026-10-11.since', 'admin_operation.2026-10-11.since']);
  });

  it.each([
    ['the overlap before the last run began', -10 * MINUTE, -5 * MINUTE, -65 * MINUTE],
    ['where the report was read to, when that is earlier', -9 * HOUR, -5 * MINUTE, -9 * HOUR],
    ['the overlap, when the last row lies in the future', HOUR, -5 * MINUTE, -65 * MINUTE],
  ])('reads back to %s', async (_, readTo, asOf, floor) => {
    const { shardsOf, checkpoints } = planning(SWEPT);
    await checkpoints.save('c1', 'user_activity', { readTo: instant(readTo), asOf: instant(asOf) });
    expect((await shardsOf(SYNC))[0]).toMatchObject({ stream: 'user_activity', floor: instant(floor) });
  });

  it('reads back over the backfill’s days when it knows nothing', async () => {
    const { shardsOf, checkpoints } = planning(SWEPT);
    checkpoints.checkpoints.clear();
    const dates = reports(await shardsOf(SYNC));
    expect([dates[0]?.floor, dates.map(({ from }) => from).sort()[0]]).toEqual([
      '2026-10-05T00:00:00.000Z',
      '2026-10-04',
    ]);
  });

  it('reads what came in an outage of days date by date, once, though it sweeps those dates as well', async () => {
    const record = connectedRecord({ sweptAt: instant(-10 * DAY) });
    const own = reports(await planning(record, undefined, -9 * DAY).shardsOf(SYNC)).filter(
      ({ stream }) => stream === 'user_activity',
    );
    expect(own.map(({ id }) => id)).toEqual([
      'user_activity.2026-10-11.since',
      ...datesBetween('2026-10-02', '2026-10-10').map((date) => `user_activity.${date}.whole`),
      ...['2026-10-12', '2026-10-11'].map((date) => `user_activity.${date}.whole`),
      ...datesBetween('2026-09-29', '2026-10-01').map((date) => `user_activity.${date}.whole`),
    ]);
  });

  it('begins a date earlier than its floor, and is cut at the end of a month', async () => {
    const { shardsOf, checkpoints, clock } = planning(SWEPT);
    clock.advance(-11 * DAY);
    await checkpoints.save('c1', 'user_activity', { readTo: instant(-12 * DAY), asOf: instant(-12 * DAY) });
    const own = (await shardsOf(SYNC)).filter(({ stream }) => stream === 'user_activity');
    expect(own).toMatchObject([
      { from: '2026-10-01', to: '2026-10-01' },
      { from: '2026-09-29', to: '2026-09-30' },
    ]);
  });

  it('looks for users and late rows once a day', async () => {
    const shards = await shardsOf(SYNC, connectedRecord({ sweptAt: instant(-DAY) }));
    expect([shards.filter(({ stream }) => stream === 'user').length, whole(shards).length]).toEqual([3, 10]);
  });

  it.each([
    ['of the days before the last sweep, in which rows may have come since', -DAY, '2026-10-08'],
    ['of those days also when nothing was read for long', -10 * DAY, '2026-09-29'],
    ['that Zoom still keeps', -400 * DAY, '2026-04-15'],
  ])('looks for late rows on the dates %s', async (_, sweptMs, first) => {
    const shards = whole(await shardsOf(SYNC, connectedRecord({ sweptAt: instant(sweptMs) })));
    const [newest, oldest] = [shards[0], shards.filter((id) => id.startsWith('user_activity')).at(-1)];
    expect([newest, oldest]).toEqual(['user_activity.2026-10-12.whole', `user_activity.${first}.whole`]);
  });

  it('looks for users once more whom the lists have missed, and for them alone', async () => {
    const shards = await shardsOf(SYNC, { ...SWEPT, usersMissedBy: 'tick-1' });
    expect([shards.filter(({ stream }) => stream === 'user').length, whole(shards)]).toEqual([3, []]);
  });

  it.each([
    ['before a day is over', connectedRecord({ sweptAt: instant(-DAY + 1) }), 0],
    ['when it never did', connectedRecord({ sweptAt: null }), 8],
  ])('looks for late rows accordingly %s', async (_, record, count) => {
    expect(whole(await shardsOf(SYNC, record))).toHaveLength(count);
  });

  it('looks once a day for what backfills could not read', async () => {
    const { shardsOf, deadLetters } = planning(connectedRecord({ sweptAt: instant(-DAY) }));
    const missing = dailyShards(['2026-09-30']);
    await deadLetters.put(missing.map((shard) => gapOf(shard)));
    expect((await shardsOf(SYNC)).slice(-2)).toEqual(missing);
  });

  it('looks for twenty of them at a time, those that were not tried for longest', async () => {
    const { shardsOf, deadLetters } = planning(connectedRecord({ sweptAt: instant(-DAY) }));
    const missing = dailyShards(datesBetween('2026-09-01', '2026-09-15'));
    await deadLetters.put(missing.map((shard, n) => gapOf(shard, { at: instant(-n * MINUTE) })));
    expect((await shardsOf(SYNC)).filter((shard) => missing.includes(shard as ReportShard))).toEqual(
      missing.slice(-20).reverse(),
    );
  });

  it('does not try again what Zoom no longer keeps', async () => {
    const { shardsOf, deadLetters } = planning(connectedRecord({ sweptAt: instant(-DAY) }));
    const [forgotten, kept] = dailyShards(['2026-04-14', '2026-04-15']);
    await deadLetters.put([gapOf(forgotten!), gapOf(kept!)]);
    const ids = idsOf(await shardsOf(SYNC));
    expect([ids.includes(forgotten!.id), ids.includes(kept!.id)]).toEqual([false, true]);
  });

  it('reads nothing twice that is both missing and swept', async () => {
    const { shardsOf, deadLetters, connections } = planning(connectedRecord({ sweptAt: instant(-DAY) }));
    const before = idsOf(await shardsOf(SYNC));
    connections.change('c1', { syncRun: null });
    await deadLetters.put([...userShards(), ...dailyShards(['2026-10-12'])].map((shard) => gapOf(shard)));
    expect(idsOf(await shardsOf({ ...SYNC, runId: 'tick-3' }))).toEqual(before);
  });

  it('leaves what backfills could not read to the daily one', async () => {
    const { shardsOf, deadLetters } = planning(SWEPT);
    await deadLetters.put([gapOf(dailyShards(['2026-09-30'])[0]!)]);
    expect(whole(await shardsOf(SYNC))).toEqual([]);
  });

  it('costs at most four calls when there is nothing new', async () => {
    expect((await shardsOf(SYNC, SWEPT)).length).toBeLessThanOrEqual(4);
  });

  it('is noted on the connection', async () => {
    const { plan, connection } = planning(SWEPT);
    await plan(SYNC);
    expect(connection().syncRun).toEqual({ runId: 'tick-2', startedAt: instant() });
  });

  it('leaves the backfill as it is', async () => {
    const { plan, connection } = planning(SWEPT);
    await plan(SYNC);
    expect(connection().backfill).toEqual(SWEPT.backfill);
  });
});

describe('a sync of a connection that nobody has read for more than Zoom keeps', () => {
  const READ = '2026-03-12T09:00:00.000Z';
  const SIGN_INS = { from: '2026-03-12', to: '2026-04-14' };
  async function planned(record: ConnectionRecord, asOf = READ) {
    const world = planning(record);
    await world.checkpoints.save('c1', 'user_activity', { readTo: '2026-03-11T09:00:00.000Z', asOf });
    const shards = await world.shardsOf(SYNC);
    return { ...world, shards, lost: world.connection().freshness.map(({ stream, lost }) => [stream, lost]) };
  }
  const known = (lost: readonly DateRange[]) => ({ ...SWEPT, freshness: [streamReading('user_activity', { lost })] });

  it('notes for each stream the dates that are lost', async () => {
    expect((await planned(SWEPT)).lost).toEqual([
      ['user', []],
      ['user_activity', [SIGN_INS]],
      ['admin_operation', []],
    ]);
  });

  it('reads what Zoom still has', async () => {
    const { shards } = await planned(SWEPT);
    const dates = reports(shards).flatMap(({ stream, from }) => (stream === 'user_activity' ? [from] : []));
    expect(dates.at(-1)).toBe('2026-04-15');
  });

  it('logs them', async () => {
    const world = planning(SWEPT);
    await world.checkpoints.save('c1', 'admin_operation', { readTo: READ, asOf: READ });
    await world.plan(SYNC);
    expect(world.lost).toEqual(['admin_operation 2026-03-12 2026-04-14']);
  });

  it('notes them as one with those that were lost days before', async () => {
    const { lost } = await planned(known([{ from: '2026-03-12', to: '2026-04-10' }]));
    expect(lost[1]).toEqual(['user_activity', [SIGN_INS]]);
  });

  it('keeps what was lost another time', async () => {
    const earlier = { from: '2025-01-01', to: '2025-02-01' };
    expect((await planned(known([earlier]))).lost[1]).toEqual(['user_activity', [earlier, SIGN_INS]]);
  });

  it('notes nothing of late rows: what was read is not lost', async () => {
    expect((await planned(SWEPT, '2026-04-15T00:30:00.000Z')).lost).toEqual([]);
  });

  it('leaves the connection as it is otherwise', async () => {
    expect((await planned(SWEPT)).connection()).toMatchObject({ status: 'connected', reason: null });
  });
});

describe('a sync after Zoom told of users who changed', () => {
  it('reads all users, and nothing else more', async () => {
    const shards = await shardsOf(SYNC, { ...SWEPT, usersChangedAt: instant() });
    expect([idsOf(shards).slice(0, 3), whole(shards)]).toEqual([['user.active', 'user.inactive', 'user.pending'], []]);
  });

  it('reads none of a connection that was stored before there were such notes', async () => {
    const { usersChangedAt: _none, ...older } = SWEPT;
    expect(idsOf(await shardsOf(SYNC, older as ConnectionRecord)).filter((id) => id.startsWith('user.'))).toEqual([]);
  });
});

describe('a sync while another runs', () => {
  const running = (since: number) =>
    connectedRecord({ sweptAt: instant(), syncRun: { runId: 'tick-1', startedAt: instant(since) } });

  it('reads nothing', async () => {
    expect(await shardsOf(SYNC, running(-HOUR))).toEqual([]);
  });

  it('leaves that one noted', async () => {
    const { plan, connection } = planning(running(-HOUR));
    await plan(SYNC);
    expect(connection().syncRun?.runId).toBe('tick-1');
  });

  it('reads when that one was given up long ago', async () => {
    expect(await shardsOf(SYNC, running(-6 * HOUR))).not.toEqual([]);
  });

  it('reads when that one is itself, planned again', async () => {
    const { plan } = planning(SWEPT);
    expect([await plan(SYNC), await plan(SYNC)]).toMatchObject([{ workers: [0] }, { workers: [0] }]);
  });
});

describe('a run of a connection that may not be read', () => {
  it.each(['pending', 'refused', 'reconnect_needed', 'paused', 'disconnecting', 'disconnected'] as const)(
    'reads nothing when it is %s',
    async (status) => {
      expect(await shardsOf(BACKFILL, connectedRecord({ status }))).toEqual([]);
    },
  );

  it('reads nothing as a sync before the backfill of a new consent has begun', async () => {
    expect(await shardsOf(SYNC, connectedRecord({ status: 'backfilling', backfill: null }))).toEqual([]);
  });

  it('is not noted', async () => {
    const { plan, connection } = planning(connectedRecord({ status: 'paused', backfill: null }));
    await plan(BACKFILL);
    expect(connection().backfill).toBeNull();
  });

  it('reads nothing when it is not there', async () => {
    expect((await planning(SWEPT).plan({ ...SYNC, connectionId: 'c9' })).workers).toEqual([]);
  });
});

describe('what Zoom denies before a backfill', () => {
  const denying = (...streams: FactKind[]): Probed => ({
    kind: 'probed',
    denied: new Map(streams.map((stream) => [stream, DENIED])),
  });
  const available = (stream: string) => ({ stream, state: 'available' as const, reason: null, remedy: null });

  it('is not read, and the rest is, by both workers', async () => {
    const { plan, progress } = planning(BACKFILLING, denying('admin_operation'));
    const { run, workers } = await plan(BACKFILL);
    const shards = await progress.list(run);
    const ofState = (state: string) =>
      new Set(shards.filter((shard) => shard.state === state).map(({ shard }) => shard.stream));
    expect([ofState('planned'), ofState('denied')]).toEqual([
      new Set(['user_activity', 'user']),
      new Set(['admin_operation']),
    ]);
    expect(workers).toEqual([0, 1]);
  });

  it('is a gap when Zoom allows it again, with the dates of the backfill', async () => {
    const world = planning(BACKFILLING, denying('admin_operation'));
    const { run } = await world.plan(BACKFILL);
    for (const { shard, state } of await world.progress.list(run)) {
      if (state === 'planned') world.progress.put(run, doneShard(shard));
    }
    await makeFinishRun({ ...world, seenUsers: new InMemorySeenUsers(), facts: new InMemoryFactStore() })(run);
    const letters = [...world.deadLetters.letters.values()];
    expect(letters.map(({ reason }) => reason)).toEqual(Array.from({ length: 8 }, () => DENIED.reason));
    expect(world.connection()).toMatchObject({ status: 'connected', backfill: { shardsDone: 11, shardsTotal: 11 } });
    expect(await world.checkpoints.find('c1', 'admin_operation')).toMatchObject({ asOf: instant() });
  });

  it('is noted on the connection at once, with Zoom’s words and a remedy', async () => {
    const { plan, connection } = planning(BACKFILLING, denying('user'));
    await plan(BACKFILL);
    expect(connection().capabilities[0]).toEqual({
      stream: 'user',
      state: 'unavailable',
      reason: DENIED.reason,
      remedy: remedyFor('missing_scope'),
    });
  });

  it('is lost when this consent once gave it', async () => {
    const record = { ...BACKFILLING, capabilities: [available('user'), available('user_activity')] };
    const { plan, connection } = planning(record, denying('user', 'admin_operation'));
    await plan(BACKFILL);
    expect([connection().lostStreams, connection().capabilities[1]]).toEqual([['user'], available('user_activity')]);
  });

  it('leaves a backfill noted of which nothing is left', async () => {
    const { plan, connection } = planning(BACKFILLING, denying('user', 'user_activity', 'admin_operation'));
    expect([(await plan(BACKFILL)).workers, connection().backfill?.shardsTotal]).toEqual([[], 0]);
  });

  it('is asked for the streams that are to be read alone', async () => {
    const { plan, probed } = planning(connectedRecord());
    await plan({ ...BACKFILL, runId: 'backfill-2', shards: userShards() });
    expect(probed).toEqual(['user']);
  });

  it('is not asked for by a sync, which is to cost few calls', async () => {
    const { plan, probed } = planning(connectedRecord());
    await plan(SYNC);
    expect(probed).toEqual([]);
  });

  it('is the whole grant when that is dead: nothing is read, and a new consent is needed', async () => {
    const { plan, connection } = planning(BACKFILLING, { kind: 'reconnectNeeded', reason: 'it is gone' });
    expect([(await plan(BACKFILL)).workers, connection()]).toMatchObject([
      [],
      { status: 'reconnect_needed', reason: 'it is gone', backfill: null },
    ]);
  });
});

describe('a run that keeps a grant alive', () => {
  const KEEP_ALIVE: RunRequest = { connectionId: 'c1', runId: 'keep-alive-2026-W48', kind: 'sync', keepAlive: true };

  it('uses the grant and reads nothing', async () => {
    const { plan, keptAlive, progress } = planning(connectedRecord({ status: 'paused' }));
    const { run, workers } = await plan(KEEP_ALIVE);
    expect(keptAlive).toEqual([{ connectionId: 'c1', runId: 'keep-alive-2026-W48', kind: 'sync', generation: 'g1' }]);
    expect([workers, await progress.list(run)]).toEqual([[], []]);
  });

  it('leaves the connection as it was', async () => {
    const { plan, connection } = planning(connectedRecord({ status: 'paused' }));
    const before = connection();
    await plan(KEEP_ALIVE);
    expect(connection()).toEqual(before);
  });

  it.each(['connected', 'disconnecting', 'disconnected', 'reconnect_needed'] as const)(
    'does nothing for a connection that is %s meanwhile',
    async (status) => {
      const { plan, keptAlive } = planning(connectedRecord({ status }));
      const { workers } = await plan(KEEP_ALIVE);
      expect([keptAlive, workers]).toEqual([[], []]);
    },
  );
});
