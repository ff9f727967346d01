import { describe, expect, it } from '@jest/globals';
import type { Capability } from '../../../../lambdas/contract/connection';
import type { FactKind } from '../../../../lambdas/contract/fact';
import type { RunRef } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeFinishRun } from '../../../../lambdas/core/runs/finish-run';
import { type DeadLetter, parseLetter } from '../../../../lambdas/core/dead-letters/dead-letter';
import type { Checkpoint, ShardProgress } from '../../../../lambdas/core/runs/ports';
import { noteBrokenRun } from '../../../../lambdas/core/runs/run-broken';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { dailyShards, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { remedyFor } from '../../../../lambdas/core/zoom/remedies';
import type { Denied } from '../../../../lambdas/core/zoom/ports';
import { DAY, FakeClock, HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord, streamReading } from '../../../support/connections';
import { InMemoryDeadLetterStore, gapOf } from '../../../support/dead-letters';
import { InMemoryFactStore, factOf, userRow } from '../../../support/facts';
import {
  BACKFILL,
  InMemoryCheckpointStore,
  InMemoryProgressStore,
  InMemorySeenUsers,
  SYNC,
  doneShard,
} from '../../../support/runs';

const STARTED = instant(-10 * MINUTE);
const CONSENTED = instant(-11 * MINUTE);
const BACKFILLING = connectedRecord({
  status: 'backfilling',
  connectedAt: CONSENTED,
  backfill: backfillRecord({ startedAt: STARTED }),
  firstReadAt: null,
});
const SYNCING = connectedRecord({ syncRun: { runId: SYNC.runId, startedAt: STARTED } });
const NO_SCOPE: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };

const USERS = userShards().map((shard) => doneShard(shard));
const [ACTIVITY, OPERATION] = dailyShards(['2026-10-12']).map((shard) => doneShard(shard)) as [
  ShardProgress,
  ShardProgress,
];
const SINCE = doneShard(shardsSince('user_activity', NOW - HOUR, NOW)[0]!);
const ALL_DONE = [...USERS, ACTIVITY, OPERATION];
const denied = (shard: ShardProgress): ShardProgress => ({ ...shard, state: 'denied', denied: NO_SCOPE });
const unread = (shard: ShardProgress): ShardProgress => ({ ...shard, state: 'reading' });

interface Given {
  readonly record: ConnectionRecord;
  readonly run: RunRef;
  readonly shards: readonly ShardProgress[];
  readonly letters?: readonly DeadLetter[];
}

function finishing({ record, run, shards, letters = [] }: Given) {
  const ports = {
    connections: new InMemoryConnectionStore(record),
    checkpoints: new InMemoryCheckpointStore(),
    progress: new InMemoryProgressStore().put(run, ...shards),
    seenUsers: new InMemorySeenUsers(),
    facts: new InMemoryFactStore(),
    deadLetters: new InMemoryDeadLetterStore(...letters),
    clock: new FakeClock(),
  };
  const finish = makeFinishRun(ports);
  return { ...ports, finish: () => finish(run), connection: () => ports.connections.get('c1') };
}

/** The connection after the end of a run. */
async function after(given: Given): Promise<ConnectionRecord> {
  const { finish, connection } = finishing(given);
  await finish();
  return connection();
}

const backfill = (shards: readonly ShardProgress[] = ALL_DONE, record = BACKFILLING) => ({
  record: { ...record, backfill: record.backfill && { ...record.backfill, shardsTotal: shards.length } },
  run: BACKFILL,
  shards,
});
const sync = (shards: readonly ShardProgress[] = [ACTIVITY, OPERATION], record = SYNCING) => ({
  record,
  run: SYNC,
  shards,
});

describe('the end of a backfill', () => {
  it('makes the connection connected', async () => {
    expect(await after(backfill())).toMatchObject({ status: 'connected', reason: null });
  });

  it('keeps its counts', async () => {
    const shards = [
      { ...ACTIVITY, facts: 300, calls: 2 },
      { ...OPERATION, facts: 5 },
    ];
    expect((await after(backfill(shards))).backfill).toMatchObject({
      state: 'done',
      endedAt: instant(),
      shardsDone: 2,
      facts: 305,
      calls: 3,
    });
  });

  it('is the first read of everything', async () => {
    expect(await after(backfill())).toMatchObject({ firstReadAt: STARTED });
  });

  it('has the first sweep look for rows that came late since the consent, however long the first read had to be waited for', async () => {
    expect((await after(backfill(ALL_DONE, { ...BACKFILLING, connectedAt: instant(-9 * DAY) }))).sweptAt).toBe(
      instant(-9 * DAY),
    );
  });

  it('leaves it to the next sweep to look for rows that came late since the last one: it reads the days before it alone', async () => {
    const sweptAt = instant(-10 * DAY);
    expect((await after(backfill(ALL_DONE, { ...BACKFILLING, sweptAt }))).sweptAt).toBe(sweptAt);
  });

  it('is no first read when it read other dates than the usual', async () => {
    const record = { ...BACKFILLING, backfill: backfillRecord({ startedAt: STARTED, isOfRange: true }) };
    expect((await after(backfill(ALL_DONE, record))).firstReadAt).toBeNull();
  });

  it('leaves the connection degraded when a part could not be read, and says which and what to do', async () => {
    const lost = { ...unread(OPERATION), problem: 'GET /v2/report/operationlogs: HTTP 500' };
    expect(await after(backfill([...USERS, ACTIVITY, lost]))).toMatchObject({
      status: 'degraded',
      reason:
        'Could not be read: admin operations of 2026-10-12. What went wrong: GET /v2/report/operationlogs: HTTP 500. ' +
        'To read them again: connector dead-letters replay.',
    });
  });

  it('is the first read of everything also when a part could not be read, which has a letter', async () => {
    expect(await after(backfill([...USERS, ACTIVITY, unread(OPERATION)]))).toMatchObject({
      firstReadAt: STARTED,
      sweptAt: CONSENTED,
      backfill: { state: 'done', shardsDone: 4 },
    });
  });

  it('leaves the connection degraded when Zoom denied everything', async () => {
    const connection = await after(backfill(ALL_DONE.map(denied)));
    expect([connection.status, connection.reason]).toEqual(['degraded', expect.stringContaining(NO_SCOPE.reason)]);
  });

  it('is drawn also when nothing was left to read', async () => {
    expect((await after(backfill([]))).backfill).toMatchObject({ state: 'done', endedAt: instant() });
  });

  it('is connected when the grant never covered a stream', async () => {
    expect((await after(backfill([...USERS, ACTIVITY, denied(OPERATION)]))).status).toBe('connected');
  });
});

describe('the end of a sync', () => {
  it('is shown', async () => {
    const shards = [{ ...ACTIVITY, facts: 4 }, OPERATION];
    expect((await after(sync(shards))).lastSync).toEqual({ at: instant(), result: 'ok', newFacts: 4 });
  });

  it.each([
    ['partial', [ACTIVITY, unread(SINCE)]],
    ['failed', [unread(SINCE)]],
  ])('is shown as %s', async (result, shards) => {
    expect((await after(sync(shards))).lastSync?.result).toBe(result);
  });

  it('bars the next one no longer', async () => {
    expect((await after(sync())).syncRun).toBeNull();
  });

  it('leaves the connection degraded when a part could not be read', async () => {
    expect(await after(sync([ACTIVITY, unread(SINCE)]))).toMatchObject({
      status: 'degraded',
      reason:
        'Not read yet: sign-ins. What went wrong: the reader broke off before its end. It is tried again by itself.',
    });
  });

  it('that could not read a stream says since when, and what went wrong last', async () => {
    const freshness = [streamReading('user_activity', { readAt: instant(-HOUR) })];
    const failing = { ...SINCE, state: 'failed' as const, problem: 'GET /v2/report/activities: HTTP 503' };
    expect((await after(sync([ACTIVITY, failing], { ...SYNCING, freshness }))).reason).toBe(
      'Not read since 2026-10-12 07:15 UTC: sign-ins. What went wrong: GET /v2/report/activities: HTTP 503. ' +
        'It is tried again by itself.',
    );
  });

  it('makes a degraded connection connected again', async () => {
    const record = { ...SYNCING, status: 'degraded' as const, reason: 'something' };
    expect(await after(sync(undefined, record))).toMatchObject({ status: 'connected', reason: null });
  });

  it.each([
    ['the first backfill was never completed', { firstReadAt: null }],
    ['a later backfill broke off', { backfill: backfillRecord({ state: 'failed' }) }],
  ])('does not make up for it when %s', async (_, change) => {
    const record = { ...SYNCING, status: 'degraded' as const, reason: 'something', ...change };
    expect((await after(sync(undefined, record))).status).toBe('degraded');
  });

  it.each([
    ['a sweep', ALL_DONE, STARTED],
    ['no sweep', shardsSince('user_activity', NOW - HOUR, NOW).map((shard) => doneShard(shard)), null],
    ['a second look for users', USERS, null],
    ['half a sweep, whose rest has a letter,', [...USERS, ACTIVITY, unread(OPERATION)], STARTED],
    ['a sweep, but no increment,', [...ALL_DONE, unread(SINCE)], STARTED],
  ])('with %s notes it accordingly', async (_, shards, sweptAt) => {
    expect((await after(sync(shards))).sweptAt).toBe(sweptAt);
  });
});

describe('how far a stream is read', () => {
  const since = doneShard(shardsSince('user_activity', NOW - HOUR, NOW)[0]!);
  const reading = async (given: Given, stream: FactKind = 'user_activity') =>
    (await after(given)).freshness.find((known) => known.stream === stream);
  /** The same connection, whose sign-ins were read before. */
  const readBefore = (record: ConnectionRecord, readAt: string): ConnectionRecord => ({
    ...record,
    freshness: [streamReading('user_activity', { readAt, newest: instant(-9 * DAY), problem: 'HTTP 500' })],
  });
  const OLDER = doneShard(dailyShards(['2026-10-05'])[0]!);
  const ofRange = { ...BACKFILLING, backfill: backfillRecord({ startedAt: STARTED, isOfRange: true }) };

  it.each<[string, Given]>([
    ['a backfill that has read all of it', backfill()],
    ['a sync that has read what came since', sync([since])],
    ['a sweep, though a late date is missing', sync([since, unread(ACTIVITY)])],
    ['a sync, though another stream is missing', sync([since, unread(OPERATION)])],
  ])('is as far as Zoom showed when the run began: %s', async (_, given) => {
    expect(await reading(given)).toMatchObject({ readAt: STARTED, problem: null });
  });

  it.each<[string, Given]>([
    ['a sync that did not come to its end', sync([unread(since)], readBefore(SYNCING, instant(-DAY)))],
    ['a sync that read late dates alone', sync([ACTIVITY], readBefore(SYNCING, instant(-DAY)))],
    ['a backfill with a part unread', backfill([unread(ACTIVITY)], readBefore(BACKFILLING, instant(-DAY)))],
    ['a backfill of other dates', backfill(ALL_DONE, readBefore(ofRange, instant(-DAY)))],
    ['a replay of a date that was missing', backfill([OLDER], readBefore(ofRange, instant(-DAY)))],
    ['a backfill that leaves days between', backfill(ALL_DONE, readBefore(BACKFILLING, instant(-DAY)))],
  ])('stays as it was after %s', async (_, given) => {
    expect((await reading(given))?.readAt).toBe(instant(-DAY));
  });

  it('is told by a later backfill that joins up with what was read before', async () => {
    expect((await reading(backfill(ALL_DONE, readBefore(BACKFILLING, instant(-HOUR)))))?.readAt).toBe(STARTED);
  });

  it('is told of users when all three lists were read', async () => {
    expect(await reading(sync(USERS), 'user')).toMatchObject({ readAt: STARTED, newest: null });
  });

  it.each([
    ['one was not asked for', USERS.slice(1)],
    ['one was not read', [...USERS.slice(1), unread(USERS[0]!)]],
  ])('is not told of users when %s', async (_, shards) => {
    expect((await reading(sync(shards), 'user'))?.readAt).toBeNull();
  });

  it('never goes back: a run that began earlier may end later', async () => {
    expect((await reading(sync([since], readBefore(SYNCING, instant()))))?.readAt).toBe(instant());
  });

  it('has the newest fact that was ever read, on whatever page', async () => {
    const shards = [{ ...since, newest: instant(-3 * DAY), newestSoFar: instant(-2 * DAY) }];
    expect((await reading(sync(shards, readBefore(SYNCING, instant(-DAY)))))?.newest).toBe(instant(-2 * DAY));
  });

  it('keeps the newest fact while Zoom shows nothing newer', async () => {
    expect((await reading(sync([since], readBefore(SYNCING, instant(-DAY)))))?.newest).toBe(instant(-9 * DAY));
  });

  it('has what went wrong while it was not read', async () => {
    const failing = { ...since, state: 'failed' as const, problem: 'GET /v2/report/activities: HTTP 503' };
    expect((await reading(sync([failing])))?.problem).toBe('GET /v2/report/activities: HTTP 503');
  });

  it('stays as it was when the run says nothing of it', async () => {
    const known = readBefore(SYNCING, instant(-DAY));
    expect(await reading(sync([OPERATION], known))).toEqual(known.freshness[0]);
  });
});

describe('a sync that reads the dates of an outage whole', () => {
  const readAt = instant(-5 * DAY);
  const [chain, ...dates] = shardsSince('user_activity', NOW - 5 * DAY, NOW).map((shard) => doneShard(shard));
  const record = { ...SYNCING, sweptAt: readAt, freshness: [streamReading('user_activity', { readAt })] };
  const readTo = (shards: readonly ShardProgress[]) =>
    after(sync(shards, record)).then(
      ({ freshness }) => freshness.find(({ stream }) => stream === 'user_activity')?.readAt,
    );

  it('has read all when each of them is read', async () => {
    expect(await readTo([chain!, ...dates])).toBe(STARTED);
  });

  it('has not while one is unread', async () => {
    expect(await readTo([chain!, ...dates.slice(1), unread(dates[0]!)])).toBe(readAt);
  });

  it('moves the checkpoint over one that has a letter', async () => {
    const { finish, checkpoints, deadLetters } = finishing(sync([chain!, unread(dates[0]!)], record));
    await finish();
    expect([(await checkpoints.find('c1', 'user_activity'))?.asOf, deadLetters.ids]).toEqual([
      STARTED,
      [`c1.read.${dates[0]!.shard.id}`],
    ]);
  });

  it('is no sweep, for which rows may have come late', async () => {
    expect((await after(sync([chain!, ...dates], record))).sweptAt).toBe(readAt);
  });
});

describe('capabilities', () => {
  const available = (stream: string): Capability => ({ stream, state: 'available', reason: null, remedy: null });
  const unavailable = (stream: string): Capability => ({
    stream,
    state: 'unavailable',
    reason: NO_SCOPE.reason,
    remedy: remedyFor('missing_scope'),
  });

  it('say what was read and what Zoom denied, with its words and a remedy', async () => {
    expect((await after(backfill([...USERS, ACTIVITY, denied(OPERATION)]))).capabilities).toEqual([
      available('user'),
      available('user_activity'),
      unavailable('admin_operation'),
    ]);
  });

  it('say that nobody knows what was not read', async () => {
    const capabilities = (await after(backfill([ACTIVITY, unread(OPERATION)]))).capabilities;
    expect(capabilities.map(({ state }) => state)).toEqual(['unknown', 'available', 'unknown']);
  });

  it('stay as they were known where a run does not tell', async () => {
    const record = { ...SYNCING, capabilities: [available('user')] };
    expect((await after(sync(undefined, record))).capabilities[0]).toEqual(available('user'));
  });

  it('degrade the connection when one is lost', async () => {
    const record = { ...SYNCING, capabilities: [available('admin_operation')] };
    expect(await after(sync([ACTIVITY, denied(OPERATION)], record))).toMatchObject({
      status: 'degraded',
      reason: 'No longer allowed to read: admin_operation.',
      lostStreams: ['admin_operation'],
    });
  });

  it('leave the connection degraded while one is lost', async () => {
    const record = { ...SYNCING, capabilities: [unavailable('admin_operation')], lostStreams: ['admin_operation'] };
    expect((await after(sync([ACTIVITY, denied(OPERATION)], record))).status).toBe('degraded');
  });

  it('make the connection connected again when the lost one is back', async () => {
    const record = {
      ...SYNCING,
      status: 'degraded' as const,
      capabilities: [unavailable('admin_operation')],
      lostStreams: ['admin_operation'],
    };
    expect(await after(sync(undefined, record))).toMatchObject({ status: 'connected', lostStreams: [] });
  });
});

describe('a checkpoint', () => {
  const moved = async (given: Given, known?: Checkpoint) => {
    const { checkpoints, finish } = finishing(given);
    if (known !== undefined) await checkpoints.save('c1', 'user_activity', known);
    await finish();
    return checkpoints.find('c1', 'user_activity');
  };
  const since = shardsSince('user_activity', NOW - HOUR, NOW)[0]!;
  const readTo = (newest: string | null) => [doneShard(since, { newest })];

  it('is left by a backfill at its own start', async () => {
    expect(await moved(backfill())).toEqual({ readTo: STARTED, asOf: STARTED });
  });

  it('is not moved by a later backfill', async () => {
    const known = { readTo: instant(-DAY), asOf: instant(-DAY) };
    expect(await moved(backfill(), known)).toEqual(known);
  });

  it('is not left by a backfill of other dates', async () => {
    const record = { ...BACKFILLING, backfill: backfillRecord({ startedAt: STARTED, isOfRange: true }) };
    expect(await moved(backfill(ALL_DONE, record))).toBeUndefined();
  });

  it('moves with a sync to the newest row of its first page', async () => {
    const newest = instant(-MINUTE);
    expect(await moved(sync(readTo(newest)))).toEqual({ readTo: newest, asOf: STARTED });
  });

  it('never moves back', async () => {
    const known = { readTo: instant(-MINUTE), asOf: instant(-HOUR) };
    expect((await moved(sync(readTo(instant(-HOUR))), known))?.readTo).toBe(known.readTo);
  });

  it('stays where a sync has moved it that began later and ended before', async () => {
    const { finish, checkpoints } = finishing(sync());
    const later = { readTo: instant(-9 * MINUTE), asOf: instant(-9 * MINUTE) };
    await checkpoints.save('c1', 'user_activity', later);
    await finish();
    expect(await checkpoints.find('c1', 'user_activity')).toEqual(later);
  });

  it('of a quiet report moves to a day before the run', async () => {
    const known = { readTo: instant(-9 * DAY), asOf: instant(-HOUR) };
    const quietTo = new Date(Date.parse(STARTED) - DAY).toISOString();
    expect(await moved(sync(readTo(null)), known)).toEqual({ readTo: quietTo, asOf: STARTED });
  });

  it.each([
    ['is not read to its end', { ...unread(SINCE), shard: { ...SINCE.shard, id: 'user_activity.2026-09-30.since' } }],
    ['was denied', denied(ACTIVITY)],
  ])('stays where it is when one shard of the stream %s', async (_, shard) => {
    const known = { readTo: instant(-HOUR), asOf: instant(-HOUR) };
    expect(await moved(sync([...readTo(instant(-MINUTE)), shard]), known)).toEqual(known);
  });

  it('moves though a shard of another stream is not read', async () => {
    const newest = instant(-MINUTE);
    expect((await moved(sync([...readTo(newest), unread(OPERATION)])))?.readTo).toBe(newest);
  });
});

describe('the users', () => {
  const gone = factOf('user', userRow());
  const usersAfter = async (given: Given) => {
    const { facts, seenUsers, finish, connection } = finishing(given);
    await facts.write([gone]);
    await seenUsers.add({ ...SYNC, runId: 'tick-0' }, 'user.active.0', ['somebody else']);
    const { usersGone } = await finish();
    return { usersGone, state: facts.ofKind('user')[0]?.state, missedBy: connection().usersMissedBy };
  };
  const STAYS = { usersGone: 0, state: 'present' };

  it('are left to the next sweep by a run that took days: who came in between would pass for gone', async () => {
    const record = connectedRecord({ syncRun: { runId: SYNC.runId, startedAt: instant(-2 * DAY) } });
    expect(await usersAfter(sync(ALL_DONE, record))).toMatchObject(STAYS);
  });

  it.each([
    ['sweep', sync(ALL_DONE)],
    ['backfill', backfill(ALL_DONE, { ...BACKFILLING, firstReadAt: instant(-DAY) })],
  ])('whom a complete %s did not name are looked for once more', async (_, given) => {
    expect(await usersAfter(given)).toEqual({ ...STAYS, missedBy: given.run.runId });
  });

  it.each([
    ['a sync looked at them since', { freshness: [streamReading('user', { readAt: instant() })] }],
    ['a sync is looking at them', { syncRun: { runId: 'tick-9', startedAt: instant() } }],
  ])('are left to the next sweep by a backfill when %s', async (_, change) => {
    const record = { ...BACKFILLING, firstReadAt: instant(-DAY), usersMissedBy: 'tick-0', ...change };
    expect(await usersAfter(backfill(ALL_DONE, record))).toEqual({ ...STAYS, missedBy: 'tick-0' });
  });

  it('are left to the next sweep by a sync beside a backfill', async () => {
    const record = { ...SYNCING, backfill: backfillRecord(), usersMissedBy: 'tick-0' };
    expect(await usersAfter(sync(ALL_DONE, record))).toEqual({ ...STAYS, missedBy: null });
  });

  it('whom the second look does not name either are gone, and looked for no more', async () => {
    const given = sync([...USERS, ACTIVITY], { ...SYNCING, usersMissedBy: 'tick-0' });
    expect(await usersAfter(given)).toEqual({ usersGone: 1, state: 'gone', missedBy: null });
  });

  it('whom the second look alone does not name stay, and are left to the next sweep', async () => {
    const { facts, seenUsers, finish, connection } = finishing(sync(USERS, { ...SYNCING, usersMissedBy: 'tick-0' }));
    await facts.write([gone]);
    await seenUsers.add({ ...SYNC, runId: 'tick-0' }, 'user.active.0', [gone.id]);
    await finish();
    expect([facts.ofKind('user')[0]?.state, connection().usersMissedBy]).toEqual(['present', null]);
  });

  it('stay when the same end is drawn twice', async () => {
    expect(await usersAfter(sync(ALL_DONE, { ...SYNCING, usersMissedBy: SYNC.runId }))).toMatchObject(STAYS);
  });

  it('are not looked for over and over when the second look was not complete', async () => {
    const given = sync([...USERS.slice(0, 2), unread(USERS[2]!)], { ...SYNCING, usersMissedBy: 'tick-0' });
    expect(await usersAfter(given)).toEqual({ ...STAYS, missedBy: null });
  });

  it('are still looked for after a run that read none', async () => {
    expect(await usersAfter(sync([ACTIVITY], { ...SYNCING, usersMissedBy: 'tick-0' }))).toMatchObject({
      missedBy: 'tick-0',
    });
  });

  it('are not looked for by the first read, which has nothing to compare with', async () => {
    expect(await usersAfter(backfill(ALL_DONE))).toEqual({ ...STAYS, missedBy: null });
  });

  it.each([
    ['was not complete', sync([...USERS.slice(0, 2), unread(USERS[2]!)])],
    ['was not made', sync()],
    ['read with an older consent', { ...sync(ALL_DONE), run: { ...SYNC, generation: 'g0' } }],
    ['belongs to a paused connection', sync(ALL_DONE, { ...SYNCING, status: 'paused' })],
  ])('stay when the pass %s', async (_, given) => {
    expect(await usersAfter(given)).toMatchObject(STAYS);
  });
});

describe('the note that users have changed', () => {
  const before = instant(-11 * MINUTE);
  const during = instant(-9 * MINUTE);

  it.each<[string, string, readonly ShardProgress[], string | null]>([
    ['is gone when all users were read since', before, [...USERS, ACTIVITY], null],
    ['is gone when Zoom does not let them be read', before, USERS.map(denied), null],
    ['stays for the next sync when it came while they were read', during, [...USERS, ACTIVITY], during],
    [
      'stays for the next sync when a list was not read to its end',
      before,
      [...USERS.slice(0, 2), unread(USERS[2]!)],
      before,
    ],
    ['stays for the next sync when not all lists were read', before, USERS.slice(0, 2), before],
    ['stays for the next sync when no users were read', before, [ACTIVITY], before],
  ])('%s', async (_, usersChangedAt, shards, left) => {
    expect((await after(sync(shards, { ...SYNCING, usersChangedAt }))).usersChangedAt).toBe(left);
  });

  it('is gone when a backfill has read them since', async () => {
    expect((await after(backfill(ALL_DONE, { ...BACKFILLING, usersChangedAt: before }))).usersChangedAt).toBeNull();
  });

  it('stays when there is another consent by the end', async () => {
    const record = { ...SYNCING, generation: 'g2', usersChangedAt: before };
    expect((await after(sync(ALL_DONE, record))).usersChangedAt).toBe(before);
  });
});

describe('Zoom’s word that the app was removed', () => {
  it.each<[string, string, readonly ShardProgress[], string | null]>([
    [
      'is forgotten when a run that began later has read something',
      instant(-11 * MINUTE),
      [ACTIVITY, unread(OPERATION)],
      null,
    ],
    ['stays when the run had begun before', instant(-9 * MINUTE), [ACTIVITY], instant(-9 * MINUTE)],
    ['stays when nothing was read to its end', instant(-11 * MINUTE), [unread(ACTIVITY)], instant(-11 * MINUTE)],
    ['stays when Zoom denies what was asked for', instant(-11 * MINUTE), [denied(ACTIVITY)], instant(-11 * MINUTE)],
  ])('%s', async (_, deauthorizedAt, shards, left) => {
    expect((await after(sync(shards, { ...SYNCING, deauthorizedAt }))).deauthorizedAt).toBe(left);
  });
});

describe('a backfill of which a part is no longer known', () => {
  const record = { ...BACKFILLING, backfill: backfillRecord({ startedAt: STARTED, shardsTotal: 6 }) };

  it('comes to no end', async () => {
    await expect(finishing({ ...backfill(), record }).finish()).rejects.toThrow(
      "the progress of 1 of the run's 6 shards is gone",
    );
  });

  it('leaves the connection and its checkpoints as they are', async () => {
    const { finish, connection, checkpoints } = finishing({ ...backfill(), record });
    await finish().catch(() => undefined);
    expect([connection(), checkpoints.checkpoints.size]).toEqual([record, 0]);
  });
});

describe('a run that is not the connection’s', () => {
  it.each([
    ['an older sync', { ...sync(), run: { ...SYNC, runId: 'tick-0' } }],
    ['an older backfill', { ...backfill(), run: { ...BACKFILL, runId: 'consent-g0' } }],
    ['one that was never noted', { ...sync([]), record: connectedRecord() }],
  ])('changes nothing as %s', async (_, given) => {
    expect(await after(given)).toEqual(given.record);
  });

  it('moves no checkpoint when it read with an older consent', async () => {
    const { checkpoints, finish } = finishing({ ...sync(), run: { ...SYNC, generation: 'g0' } });
    await finish();
    expect(checkpoints.checkpoints.size).toBe(0);
  });

  it('is cancelled when it is a backfill that read with an older consent', async () => {
    const connection = await after({ ...backfill(), run: { ...BACKFILL, generation: 'g0' } });
    expect(connection).toMatchObject({ status: 'backfilling', backfill: { state: 'cancelled' } });
  });

  it.each(['reconnect_needed', 'paused', 'disconnecting'] as const)(
    'does not raise a connection that is %s meanwhile',
    async (status) => {
      expect((await after(backfill(ALL_DONE, { ...BACKFILLING, status }))).status).toBe(status);
    },
  );

  it('leaves a backfill that was paused as it is: it goes on when the connection is resumed', async () => {
    const paused = backfillRecord({ startedAt: STARTED, state: 'paused', shardsTotal: ALL_DONE.length });
    const record = { ...BACKFILLING, status: 'paused' as const, backfill: paused };
    expect((await after({ record, run: BACKFILL, shards: ALL_DONE })).backfill).toEqual(paused);
  });

  it('says that there is no connection', async () => {
    const { finish, connections } = finishing(sync());
    connections.records.clear();
    expect((await finish()).status).toBeNull();
  });
});

describe('an end that is drawn twice', () => {
  it.each([
    ['backfill', backfill([...USERS, { ...ACTIVITY, newest: instant(-MINUTE) }, denied(OPERATION)])],
    ['backfill with a gap', backfill([...USERS, ACTIVITY, unread(OPERATION)])],
    ['sync', sync([...USERS, { ...ACTIVITY, newest: instant(-MINUTE) }, denied(OPERATION)])],
  ])('is the same for a %s', async (_, given) => {
    const { finish, connection, checkpoints, facts, deadLetters } = finishing(given);
    await facts.write([factOf('user', userRow())]);
    const state = () => ({
      ...connection(),
      version: 0,
      checkpoints: [...checkpoints.checkpoints],
      stream: [...facts.stream],
      letters: deadLetters.ids,
    });
    await finish();
    const once = state();
    await finish();
    expect(state()).toEqual(once);
  });

  it('decides by what somebody else made of the connection meanwhile', async () => {
    const { finish, connections, connection } = finishing(backfill());
    const update = connections.update.bind(connections);
    let isFirst = true;
    connections.update = async (...args) => {
      if (isFirst) connections.change('c1', { status: 'paused' });
      isFirst = false;
      return update(...args);
    };
    await finish();
    expect(connection()).toMatchObject({ status: 'paused', backfill: { state: 'cancelled' } });
  });
});

describe('the summary', () => {
  it('counts what the run came to', async () => {
    const { finish } = finishing(
      sync([{ ...ACTIVITY, facts: 3, calls: 2 }, unread(OPERATION), plannedShard(USERS[0]!.shard, 0)]),
    );
    expect(await finish()).toEqual({
      status: 'degraded',
      shards: 3,
      unread: 2,
      facts: 3,
      calls: 3,
      usersGone: 0,
      deadLetters: 2,
    });
  });

  it('counts the new letters', async () => {
    expect((await finishing(backfill([ACTIVITY, unread(OPERATION)])).finish()).deadLetters).toBe(1);
  });

  it('counts no letter again that was there', async () => {
    const { finish } = finishing(backfill([ACTIVITY, unread(OPERATION)]));
    await finish();
    expect((await finish()).deadLetters).toBe(0);
  });
});

describe('dead letters', () => {
  const gap = gapOf(OPERATION.shard);
  /** The letters after the end of a run. */
  const lettersAfter = async (given: Given) => {
    const { finish, deadLetters } = finishing(given);
    await finish();
    return deadLetters.ids;
  };

  it.each<[string, Partial<ShardProgress>]>([
    ['was given up', { state: 'failed' }],
    ['was being read', { state: 'reading' }],
    ['was never begun', { state: 'planned' }],
    ['Zoom denied', { state: 'denied', denied: NO_SCOPE }],
  ])('are written by a backfill for a shard that %s', async (_, change) => {
    expect(await lettersAfter(backfill([...USERS, ACTIVITY, { ...OPERATION, ...change }]))).toEqual([gap.id]);
  });

  it('are written by a sweep for what no checkpoint leaves to the next sync', async () => {
    const shards = [...USERS.slice(1), unread(USERS[0]!), ACTIVITY, unread(OPERATION), unread(SINCE)];
    expect(await lettersAfter(sync(shards))).toEqual([gap.id, gapOf(USERS[0]!.shard).id]);
  });

  it('say what went wrong last, or that the reader broke off', async () => {
    const { finish, deadLetters } = finishing(
      backfill([unread(ACTIVITY), { ...unread(OPERATION), problem: 'GET /v2/report/operationlogs: HTTP 500' }]),
    );
    await finish();
    expect([...deadLetters.letters.values()].map(({ reason }) => reason)).toEqual([
      'the reader broke off before its end',
      'GET /v2/report/operationlogs: HTTP 500',
    ]);
  });

  it.each<[string, Given]>([
    ['a sync for what the next one reads again', sync([ACTIVITY, unread(SINCE)])],
    [
      'a backfill that read with an older consent',
      { ...backfill([unread(OPERATION)]), run: { ...BACKFILL, generation: 'g0' } },
    ],
    [
      'a backfill of a connection that was stopped',
      backfill([unread(OPERATION)], { ...BACKFILLING, status: 'paused' }),
    ],
    [
      'a backfill that an operator cancelled',
      backfill([unread(OPERATION)], { ...BACKFILLING, backfill: backfillRecord({ state: 'cancelled' }) }),
    ],
    ['a sweep for what Zoom denies', sync([...USERS, ACTIVITY, denied(OPERATION)])],
  ])('are not written by %s', async (_, given) => {
    expect(await lettersAfter(given)).toEqual([]);
  });

  it.each<[string, Given]>([
    ['backfill', { ...backfill(), letters: [gap] }],
    [
      'backfill of other dates',
      {
        ...backfill(ALL_DONE, connectedRecord({ backfill: backfillRecord({ startedAt: STARTED, isOfRange: true }) })),
        letters: [gap],
      },
    ],
    ['sweep', { ...sync(ALL_DONE), letters: [gap] }],
  ])('are deleted by a %s that has read the shard', async (_, given) => {
    expect(await lettersAfter(given)).toEqual([]);
  });

  it('stay when another date was read', async () => {
    const other = gapOf(dailyShards(['2026-10-11'])[1]!);
    expect(await lettersAfter({ ...sync(ALL_DONE), letters: [other] })).toEqual([other.id]);
  });

  it('stay when an increment read the date in part', async () => {
    const since = doneShard(shardsSince('admin_operation', NOW - HOUR, NOW)[0]!);
    expect(await lettersAfter({ ...sync([since]), letters: [gap] })).toEqual([gap.id]);
  });

  it('of another connection stay', async () => {
    const other = { ...gap, id: gap.id.replace('c1', 'c2'), connectionId: 'c2' };
    expect(await lettersAfter({ ...sync(ALL_DONE), letters: [other] })).toEqual([other.id]);
  });

  it('make the connection connected when the last of them is gone', async () => {
    const record = { ...SYNCING, status: 'degraded' as const, reason: 'a gap' };
    expect(await after({ record, run: SYNC, shards: ALL_DONE, letters: [gap] })).toMatchObject({
      status: 'connected',
      reason: null,
    });
  });

  it('leave the connection degraded while there is one, whatever a sync reads', async () => {
    expect(await after({ ...sync(), shards: [ACTIVITY], letters: [gap] })).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('admin operations of 2026-10-12') as unknown,
    });
  });

  it('do not degrade for a stream that the grant does not cover', async () => {
    expect((await after({ ...backfill([...USERS, ACTIVITY, denied(OPERATION)]), letters: [gap] })).status).toBe(
      'connected',
    );
  });

  it('of rows do not degrade', async () => {
    const row = parseLetter('c1', 'user', { id: 'u1' }, 'it has no time', NOW);
    expect((await after({ ...backfill(), letters: [row] })).status).toBe('connected');
  });

  describe('of what Zoom no longer keeps', () => {
    const forgotten = gapOf(dailyShards(['2026-04-14'])[1]!);
    const given = (record = SYNCING): Given => ({ ...sync([SINCE], record), letters: [forgotten] });

    it('are gone, and the connection says for ever what is lost', async () => {
      expect(await lettersAfter(given())).toEqual([]);
      expect((await after(given())).freshness.map(({ stream, lost }) => [stream, lost])).toEqual([
        ['user', []],
        ['user_activity', []],
        ['admin_operation', [{ from: '2026-04-14', to: '2026-04-14' }]],
      ]);
    });

    it('do not degrade any more', async () => {
      expect((await after(given())).status).toBe('connected');
    });

    it.each<[string, Partial<ConnectionRecord>]>([
      ['was stopped', { status: 'paused' }],
      ['has another consent', { generation: 'g2' }],
    ])('stay while the connection %s: nobody has noted the loss', async (_, change) => {
      expect(await lettersAfter(given({ ...SYNCING, ...change }))).toEqual([forgotten.id]);
    });
  });

  it('let a sweep be over that could not read what they stand for: it is tried again in a day', async () => {
    expect((await after({ ...sync([...USERS, ACTIVITY, unread(OPERATION)]), letters: [gap] })).sweptAt).toBe(STARTED);
  });

  it('let the checkpoint of a report move over what they stand for', async () => {
    const { finish, checkpoints } = finishing(backfill([...USERS, ACTIVITY, unread(OPERATION)]));
    await finish();
    expect(await checkpoints.find('c1', 'admin_operation')).toEqual({ readTo: STARTED, asOf: STARTED });
  });
});

describe('a stream that Zoom denies in the middle of a backfill of other dates', () => {
  const available = (['user', 'user_activity', 'admin_operation'] as const).map((stream): Capability => ({
    stream,
    state: 'available',
    reason: null,
    remedy: null,
  }));
  const [first, second, third] = dailyShards(['2026-05-03', '2026-05-02', '2026-05-01'])
    .filter(({ stream }) => stream === 'user_activity')
    .map((shard) => doneShard(shard)) as [ShardProgress, ShardProgress, ShardProgress];
  const shards = [...USERS, first, denied(second), denied(third)];
  const range = backfillRecord({ startedAt: STARTED, isOfRange: true, shardsTotal: shards.length });
  const ended = async () => {
    const record = connectedRecord({ sweptAt: STARTED, capabilities: available, backfill: range });
    const world = finishing({ record, run: BACKFILL, shards });
    await world.finish();
    return world;
  };
  /** The end of a sync that could read: of the sweep's shards those that are given. */
  const synced = async (world: Awaited<ReturnType<typeof ended>>, ...swept: readonly ShardProgress[]) => {
    world.connections.change('c1', { syncRun: { runId: SYNC.runId, startedAt: STARTED } });
    world.progress.put(SYNC, SINCE, ...swept);
    await makeFinishRun(world)(SYNC);
    return world.connection();
  };

  it('has letters in Zoom’s words for the dates that were not read, and these are not counted as read', async () => {
    const { deadLetters, connection } = await ended();
    expect([...deadLetters.letters.values()]).toMatchObject([
      { stage: 'read', shard: second.shard, reason: NO_SCOPE.reason },
      { stage: 'read', shard: third.shard, reason: NO_SCOPE.reason },
    ]);
    expect(connection().backfill).toMatchObject({ state: 'done', shardsDone: 4, shardsTotal: 6 });
  });

  it('is lost, and no gap, while Zoom denies it', async () => {
    expect((await ended()).connection()).toMatchObject({
      status: 'degraded',
      reason: 'No longer allowed to read: user_activity.',
    });
  });

  it('has a gap that is named once Zoom allows it again', async () => {
    expect(await synced(await ended())).toMatchObject({
      status: 'degraded',
      reason:
        'Could not be read: sign-ins of 2026-05-01 to 2026-05-02. What went wrong: does not contain scopes:[report]. ' +
        'To read them again: connector dead-letters replay.',
    });
  });

  it('has none any more when a sweep has read the dates', async () => {
    const world = await ended();
    expect(await synced(world, second, third)).toMatchObject({ status: 'connected', reason: null });
    expect(world.deadLetters.ids).toEqual([]);
  });

  it('leaves room in the next sweeps for other gaps when a sweep was denied it once more', async () => {
    const world = await ended();
    world.clock.advance(DAY);
    await synced(world, denied(second));
    expect([...world.deadLetters.letters.values()].map(({ at }) => at)).toEqual([instant(DAY), instant()]);
  });
});

describe('a first backfill of which Zoom denies a stream throughout', () => {
  const given = backfill([...USERS, ACTIVITY, denied(OPERATION)]);

  it('is complete', async () => {
    expect(await after(given)).toMatchObject({ status: 'connected', reason: null, firstReadAt: STARTED });
  });

  it('leaves it to the syncs from its own start on, however late Zoom allows it', async () => {
    const { finish, checkpoints } = finishing(given);
    await finish();
    expect(await checkpoints.find('c1', 'admin_operation')).toEqual({ readTo: STARTED, asOf: STARTED });
  });
});

describe('a run that was noted as broken off, and then redriven', () => {
  const redriven = async (given: Given) => {
    const world = finishing(given);
    await noteBrokenRun(world, given.run, 'FAILED');
    await world.finish();
    return { connection: world.connection(), letters: world.deadLetters.ids };
  };

  it('comes to what it would have come to as a backfill', async () => {
    const { connection } = await redriven(backfill());
    const straight = await after(backfill());
    expect({ ...connection, version: 0 }).toEqual({ ...straight, version: 0 });
  });

  it('has letters for what it could not read', async () => {
    expect((await redriven(backfill([...USERS, ACTIVITY, unread(OPERATION)]))).letters).toHaveLength(1);
  });

  it('leaves it to the next sync as a sync', async () => {
    expect((await redriven(sync())).connection).toMatchObject({ status: 'degraded', lastSync: { result: 'failed' } });
  });

  it('says of nobody that they are gone by lists of the day before', async () => {
    const record = { ...BACKFILLING, backfill: backfillRecord({ startedAt: instant(-2 * DAY) }) };
    const { facts, finish, connections, clock } = finishing(backfill(ALL_DONE, record));
    await facts.write([factOf('user', userRow())]);
    await noteBrokenRun({ connections, clock }, BACKFILL, 'FAILED');
    await finish();
    expect(facts.ofKind('user')[0]?.state).toBe('present');
  });

  it('has the users looked for by the next sync, when it began long ago', async () => {
    const began = instant(-2 * DAY);
    const record = { ...BACKFILLING, connectedAt: began, backfill: backfillRecord({ startedAt: began }) };
    expect((await redriven(backfill(ALL_DONE, record))).connection.sweptAt).toBe(began);
  });

  it('concludes nothing when another backfill has taken its place', async () => {
    const record = connectedRecord({ backfill: backfillRecord({ runId: 'backfill-2', state: 'done' }) });
    expect((await redriven({ ...backfill([unread(OPERATION)]), record })).connection).toEqual(record);
  });
});
