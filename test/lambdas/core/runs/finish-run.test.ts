import { describe, expect, it } from '@jest/globals';
import type { Capability } from '../../../../lambdas/contract/connection';
import type { RunRef } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeFinishRun } from '../../../../lambdas/core/runs/finish-run';
import type { Checkpoint, ShardProgress } from '../../../../lambdas/core/runs/ports';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { dailyShards, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { remedyFor } from '../../../../lambdas/core/zoom/remedies';
import type { Denied } from '../../../../lambdas/core/zoom/ports';
import { DAY, FakeClock, HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
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
const BACKFILLING = connectedRecord({
  status: 'backfilling',
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
const ALL_DONE = [...USERS, ACTIVITY, OPERATION];
const denied = (shard: ShardProgress): ShardProgress => ({ ...shard, state: 'denied', denied: NO_SCOPE });
const unread = (shard: ShardProgress): ShardProgress => ({ ...shard, state: 'reading' });

interface Given {
  readonly record: ConnectionRecord;
  readonly run: RunRef;
  readonly shards: readonly ShardProgress[];
}

function finishing({ record, run, shards }: Given) {
  const ports = {
    connections: new InMemoryConnectionStore(record),
    checkpoints: new InMemoryCheckpointStore(),
    progress: new InMemoryProgressStore().put(run, ...shards),
    seenUsers: new InMemorySeenUsers(),
    facts: new InMemoryFactStore(),
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
  record,
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
    expect(await after(backfill())).toMatchObject({ firstReadAt: STARTED, sweptAt: STARTED });
  });

  it('is no first read when it read other dates than the usual', async () => {
    const record = { ...BACKFILLING, backfill: backfillRecord({ startedAt: STARTED, isOfRange: true }) };
    expect((await after(backfill(ALL_DONE, record))).firstReadAt).toBeNull();
  });

  it('leaves the connection degraded when a part could not be read', async () => {
    expect(await after(backfill([...USERS, ACTIVITY, unread(OPERATION)]))).toMatchObject({
      status: 'degraded',
      reason: '1 of 5 parts of the last backfill could not be read.',
      firstReadAt: null,
      backfill: { state: 'failed', shardsDone: 4 },
    });
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
    ['partial', [ACTIVITY, unread(OPERATION)]],
    ['failed', [unread(ACTIVITY), unread(OPERATION)]],
  ])('is shown as %s', async (result, shards) => {
    expect((await after(sync(shards))).lastSync?.result).toBe(result);
  });

  it('bars the next one no longer', async () => {
    expect((await after(sync())).syncRun).toBeNull();
  });

  it('leaves the connection degraded when a part could not be read', async () => {
    expect(await after(sync([ACTIVITY, unread(OPERATION)]))).toMatchObject({
      status: 'degraded',
      reason: '1 of 2 parts of the last sync could not be read.',
    });
  });

  it('makes a degraded connection connected again', async () => {
    const record = { ...SYNCING, status: 'degraded' as const, reason: 'something' };
    expect(await after(sync(undefined, record))).toMatchObject({ status: 'connected', reason: null });
  });

  it.each([
    ['the first backfill was never completed', { firstReadAt: null }],
    ['a later backfill failed', { backfill: backfillRecord({ state: 'failed' }) }],
  ])('does not make up for it when %s', async (_, change) => {
    const record = { ...SYNCING, status: 'degraded' as const, reason: 'something', ...change };
    expect((await after(sync(undefined, record))).status).toBe('degraded');
  });

  it.each([
    ['a sweep', ALL_DONE, STARTED],
    ['no sweep', [ACTIVITY, OPERATION], null],
    ['half a sweep', [...USERS, ACTIVITY, unread(OPERATION)], null],
  ])('with %s notes it accordingly', async (_, shards, sweptAt) => {
    expect((await after(sync(shards))).sweptAt).toBe(sweptAt);
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

  it('of a quiet report moves to a day before the run', async () => {
    const known = { readTo: instant(-9 * DAY), asOf: instant(-HOUR) };
    const quietTo = new Date(Date.parse(STARTED) - DAY).toISOString();
    expect(await moved(sync(readTo(null)), known)).toEqual({ readTo: quietTo, asOf: STARTED });
  });

  it.each([
    ['is not read to its end', unread(ACTIVITY)],
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
    const { facts, finish } = finishing(given);
    await facts.write([gone]);
    const { usersGone } = await finish();
    return { usersGone, state: facts.ofKind('user')[0]?.state };
  };

  it('are left to the next sweep by a run that took days: who came in between would pass for gone', async () => {
    const record = connectedRecord({ syncRun: { runId: SYNC.runId, startedAt: instant(-2 * DAY) } });
    expect(await usersAfter(sync(ALL_DONE, record))).toEqual({ usersGone: 0, state: 'present' });
  });

  it('whom a complete pass did not name are gone', async () => {
    expect(await usersAfter(sync(ALL_DONE))).toEqual({ usersGone: 1, state: 'gone' });
  });

  it.each([
    ['was not complete', sync([...USERS.slice(0, 2), unread(USERS[2]!)])],
    ['was not made', sync()],
    ['read with an older consent', { ...sync(ALL_DONE), run: { ...SYNC, generation: 'g0' } }],
    ['belongs to a paused connection', sync(ALL_DONE, { ...SYNCING, status: 'paused' })],
  ])('stay when the pass %s', async (_, given) => {
    expect(await usersAfter(given)).toEqual({ usersGone: 0, state: 'present' });
  });
});

describe('a run that is not the connection’s', () => {
  it.each([
    ['an older sync', { ...sync(), run: { ...SYNC, runId: 'tick-0' } }],
    ['an older backfill', { ...backfill(), run: { ...BACKFILL, runId: 'consent-g0' } }],
    ['one without shards', sync([])],
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

  it('says that there is no connection', async () => {
    const { finish, connections } = finishing(sync());
    connections.records.clear();
    expect((await finish()).status).toBeNull();
  });
});

describe('an end that is drawn twice', () => {
  it.each([
    ['backfill', backfill([...USERS, { ...ACTIVITY, newest: instant(-MINUTE) }, denied(OPERATION)])],
    ['sync', sync([...USERS, { ...ACTIVITY, newest: instant(-MINUTE) }, denied(OPERATION)])],
  ])('is the same for a %s', async (_, given) => {
    const { finish, connection, checkpoints, facts } = finishing(given);
    await facts.write([factOf('user', userRow())]);
    const state = () => ({
      ...connection(),
      version: 0,
      checkpoints: [...checkpoints.checkpoints],
      stream: [...facts.stream],
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
    });
  });
});
