import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import type { Plan } from '../../../../lambdas/contract/connection';
import type { RunRef, Shard, WorkerOutcome } from '../../../../lambdas/contract/workflow';
import { isSyncRunning } from '../../../../lambdas/core/connections/connection-record';
import type { Fact } from '../../../../lambdas/core/facts/fact';
import type { ZoomRow } from '../../../../lambdas/core/facts/stable-form';
import { dailyShards, datesBetween, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { makeWorker } from '../../../../lambdas/core/runs/worker';
import type { WorkerPorts, WorkerSettings } from '../../../../lambdas/core/runs/worker-ports';
import type { AccessTokens } from '../../../../lambdas/core/tokens/access-tokens';
import type { PageAnswer, ZoomLists } from '../../../../lambdas/core/zoom/ports';
import { AppCredentialsRejectedError, ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { utcDate } from '../../../../lambdas/core/dates';
import { DAY, HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { InMemoryDeadLetterStore } from '../../../support/dead-letters';
import { InMemoryFactStore, activityRow, operationRow, userRow } from '../../../support/facts';
import { Killed, type Moment, mortalPorts } from '../../../support/mortal-ports';
import { InMemoryQuotaLedger, busiestSecond } from '../../../support/quota';
import { BACKFILL, InMemoryProgressStore, InMemorySeenUsers, SYNC } from '../../../support/runs';
import { FakeZoomLists } from '../../../support/zoom-lists';

const DATES = ['2026-10-12', '2026-10-11'];
const SHARDS: readonly Shard[] = [...dailyShards(DATES), ...userShards()];
const SETTINGS = { quotaShare: { perSecond: 1, perDay: 1 }, retentionDays: 365, apiUrl: 'https://api.zoom.us' };

/** Ten rows of each report and date, newest first, and five users of each status. */
function rowsOf(shard: Shard): readonly ZoomRow[] {
  if (shard.stream === 'user') {
    return Array.from({ length: 5 }, (_, i) =>
      userRow({ id: `u-${shard.status}-${i}`, email: `${shard.status}${i}@example.com`, status: shard.status }),
    );
  }
  const row = shard.stream === 'user_activity' ? activityRow : operationRow;
  return Array.from({ length: 10 }, (_, i) => row({ time: `${shard.from}T06:${String(59 - i)}:00Z` }));
}

const ALL_ROWS = SHARDS.flatMap((shard) => rowsOf(shard)).length;

/** What outlives a worker: the stores, Zoom, and time. */
function makeWorld(run: RunRef = BACKFILL, shards: readonly Shard[] = SHARDS) {
  const clock = new SimulatedClock(NOW);
  const tokens: AccessTokens = { get: () => Promise.resolve({ kind: 'token', accessToken: 'access-0' }) };
  const progress = new InMemoryProgressStore().put(run, ...shards.map((shard) => plannedShard(shard, 0)));
  const logged: string[] = [];
  const note = (what: string) => () => void logged.push(what);
  return {
    clock,
    progress,
    logged,
    connections: new InMemoryConnectionStore(connectedRecord({ status: 'backfilling', firstReadAt: null })),
    seenUsers: new InMemorySeenUsers(),
    deadLetters: new InMemoryDeadLetterStore(),
    facts: new InMemoryFactStore(),
    quota: new InMemoryQuotaLedger(),
    tokens,
    zoom: new FakeZoomLists(clock, rowsOf, { pageSize: 3, latencyMs: 200 }),
    log: {
      page: note('page'),
      malformed: note('malformed'),
      fault: note('fault'),
      gaveUp: note('gaveUp'),
      reconnectNeeded: note('reconnectNeeded'),
    },
  } satisfies WorkerPorts & { logged: string[] };
}

type World = ReturnType<typeof makeWorld>;

/** One turn of a worker, which has so long to live. */
function turn(world: World, run: RunRef = BACKFILL, lifeMs = 10 * MINUTE): Promise<WorkerOutcome> {
  const work = makeWorker(world, SETTINGS);
  return world.clock.run(work({ run, worker: 0 }, world.clock.now() + lifeMs));
}

/** Turns until the worker is done, as the workflow takes them; a worker that dies is called again. */
async function untilDone(
  world: World,
  run: RunRef = BACKFILL,
  portsOf = (ports: World): WorkerPorts => ports,
  settings: WorkerSettings = SETTINGS,
): Promise<void> {
  for (let turns = 0; turns < 200; turns++) {
    try {
      const work = makeWorker(portsOf(world), settings);
      const said = await world.clock.run(work({ run, worker: 0 }, world.clock.now() + 10 * MINUTE));
      if (said.outcome === 'done') return;
      if (said.outcome !== 'again') await world.clock.run(world.clock.sleep(Date.parse(said.at) - world.clock.now()));
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  throw new Error('the worker does not come to an end');
}

/** What of a worker's world ends with it. */
const MORTAL = ['connections', 'progress', 'seenUsers', 'deadLetters', 'facts', 'quota', 'tokens', 'zoom'] as const;

function expectTruth(world: World) {
  expect(world.facts.items.size).toBe(ALL_ROWS);
  expect(world.facts.stream.map(({ event }) => event)).toEqual(Array.from({ length: ALL_ROWS }, () => 'INSERT'));
}

/** Zoom's lists, of which the first of users ends early. */
function shortOnce(fetchPage: ZoomLists['fetchPage']): ZoomLists['fetchPage'] {
  let isFirst = true;
  return async (access, shard, token) => {
    const answer = await fetchPage(access, shard, token);
    if (answer.kind !== 'page' || shard.stream !== 'user' || !isFirst) return answer;
    isFirst = false;
    return { ...answer, nextPageToken: null };
  };
}

const page = (shardRows: readonly ZoomRow[], nextPageToken: string | null = null): PageAnswer => ({
  kind: 'page',
  rows: shardRows,
  nextPageToken,
  totalRecords: null,
  rateLimit: null,
});

describe('a worker that nothing happens to', () => {
  it('stores every row of its shards, each once', async () => {
    const world = makeWorld();

    await expect(turn(world)).resolves.toEqual({ outcome: 'done' });
    expectTruth(world);
  });

  it('fetches no page twice', async () => {
    const world = makeWorld();
    await turn(world);

    expect(world.zoom.calls).toHaveLength(4 * Math.ceil(10 / 3) + 3 * Math.ceil(5 / 3));
  });

  it('says in the progress what it read, stored and called', async () => {
    const world = makeWorld();
    await turn(world);
    const progress = await world.progress.find(BACKFILL, `user_activity.${DATES[0]}.whole`);

    expect(progress).toMatchObject({ state: 'done', rows: 10, facts: 10, calls: 4, pages: 4, inOrder: true });
  });

  it('saves with each page the time that it took, for what is left is foretold by it', async () => {
    const world = makeWorld(BACKFILL, SHARDS.slice(0, 1));
    const saved: (readonly [number, number])[] = [];
    const save = world.progress.save.bind(world.progress);
    world.progress.save = (run, progress) => {
      saved.push([progress.calls, progress.readingMs]);
      return save(run, progress);
    };
    await turn(world);

    expect(saved.map(([calls, readingMs]) => readingMs / calls)).toEqual([200, 200, 200, 200]);
  });

  it('looks nothing up in the first run of the connection, which finds the table empty', async () => {
    const world = makeWorld();
    await turn(world);

    expect(world.facts.lookups).toBe(0);
  });

  it('looks up in a backfill after one that was cancelled, and writes nothing that is known', async () => {
    const world = makeWorld();
    await turn(world);
    const again: RunRef = { ...BACKFILL, runId: 'backfill-2' };
    world.connections.change('c1', { backfill: backfillRecord({ runId: again.runId }) });
    world.progress.put(again, ...SHARDS.map((shard) => plannedShard(shard, 0)));
    await turn(world, again);

    expect(world.facts.lookups).toBeGreaterThan(0);
    expect((await world.progress.list(again)).map(({ rows, facts }) => [rows, facts])).toEqual(
      SHARDS.map((shard) => [rowsOf(shard).length, 0]),
    );
  });

  it('reads side by side', async () => {
    const world = makeWorld();
    await turn(world);

    expect(busiestSecond(world.zoom.calls)).toBeGreaterThan(5);
  });

  it('leaves the shards of other workers alone', async () => {
    const world = makeWorld();
    const [mine, theirs] = [plannedShard(userShards()[0] as Shard, 0), plannedShard(userShards()[1] as Shard, 1)];
    world.progress.put(SYNC, mine, theirs);
    await turn(world, SYNC);

    await expect(world.progress.find(SYNC, theirs.shard.id)).resolves.toMatchObject({ state: 'planned' });
  });

  it('notes the users that it saw', async () => {
    const world = makeWorld();
    await turn(world);
    const seen = await world.seenUsers.read(BACKFILL);

    expect(world.facts.ofKind('user').every(({ id }) => seen.has(id))).toBe(true);
  });
});

describe('users who move while their lists are read', () => {
  /** Mira is deactivated once the list of active users is fetched, which is longer than that of inactive ones. */
  function worldOfMira() {
    const world = makeWorld(SYNC, userShards());
    let isActive = true;
    const mira = () => userRow({ status: isActive ? 'active' : 'inactive' });
    world.zoom.fetchPage = (_access, shard) => {
      if (shard.stream !== 'user' || shard.status === 'pending') return Promise.resolve(page([]));
      const isHers = shard.status === (isActive ? 'active' : 'inactive');
      const answer = page([...(isHers ? [mira()] : []), ...(shard.status === 'active' ? rowsOf(shard) : [])]);
      if (shard.status === 'active') isActive = false;
      return Promise.resolve(answer);
    };
    // a page takes as long to store as it has rows
    const { facts, clock } = world;
    const writeChanged = facts.writeChanged.bind(facts);
    facts.writeChanged = async (given) => {
      await clock.sleep(given.length * SECOND);
      return writeChanged(given);
    };
    return world;
  }

  it('are told as they moved: each list is stored before the next is fetched', async () => {
    const world = worldOfMira();
    await turn(world, SYNC);
    const told = world.facts.stream.filter(({ fact }) => fact.raw['id'] === 'u-Mira_1');
    expect(told.map(({ event, fact }) => [event, fact.raw['status']])).toEqual([
      ['INSERT', 'active'],
      ['MODIFY', 'inactive'],
    ]);
  });

  it.each([
    ['waits with them while a sync that had begun reads them', {}, 'planned', 'waitUntil'],
    ['reads them when that one is through with them', { state: 'done' as const }, 'done', 'done'],
  ])('a backfill %s', async (_, sync, state, outcome) => {
    const world = makeWorld();
    world.connections.change('c1', { syncRun: { runId: SYNC.runId, startedAt: instant() } });
    world.progress.put(SYNC, ...userShards().map((shard) => ({ ...plannedShard(shard, 0), ...sync })));

    await expect(turn(world)).resolves.toMatchObject({ outcome });
    await expect(world.progress.find(BACKFILL, 'user.active')).resolves.toMatchObject({ state });
    await expect(world.progress.find(BACKFILL, SHARDS[0]!.id)).resolves.toMatchObject({ state: 'done' });
  });
});

describe('a sync that needs more than a day’s calls', () => {
  const shards = shardsSince('user_activity', NOW - HOUR, NOW);
  const LITTLE = { ...SETTINGS, quotaShare: { perSecond: 1, perDay: 400 / 30_000 } };

  it('says until when it rests, so that none takes its place', async () => {
    const world = makeWorld(SYNC, shards);
    world.connections.change('c1', { syncRun: { runId: SYNC.runId, startedAt: instant(-5 * HOUR) } });
    const throttling = { per: 'day' as const, retryAtMs: NOW + 15 * HOUR };
    world.zoom.script.push({ kind: 'throttled', throttling });
    await turn(world, SYNC);
    const { syncRun } = world.connections.get('c1');

    expect(syncRun).toEqual({ runId: SYNC.runId, startedAt: instant(-5 * HOUR), aliveAt: instant(15 * HOUR) });
    expect([20.9, 21].map((hours) => isSyncRunning(world.connections.get('c1'), NOW + hours * HOUR))).toEqual([
      true,
      false,
    ]);
  });

  it('keeps its place over midnight: no page of it is read twice', async () => {
    const world = makeWorld(SYNC, shards);
    const rows = Array.from({ length: 2400 }, (_, i) =>
      activityRow({ time: instant(-i * SECOND).replace('.000', ''), ip_address: `203.0.113.${i % 250}` }),
    );
    const zoom = new FakeZoomLists(world.clock, () => rows, { pageSize: 3, latencyMs: 200 });
    world.zoom = zoom;
    await untilDone(world, SYNC, undefined, LITTLE);

    expect([zoom.calls.length, utcDate(world.clock.now())]).toEqual([800, '2026-10-14']);
  });
});

describe('a worker that dies', () => {
  it('at any moment, however often, leaves facts that are the truth, each once on the stream', async () => {
    const deaths = fc.array(
      fc.record({ nth: fc.integer({ min: 1, max: 60 }), when: fc.constantFrom<Moment>('before', 'amid', 'after') }),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(deaths, async (planned) => {
        const world = makeWorld();
        const left = [...planned];
        await untilDone(world, BACKFILL, (ports) =>
          mortalPorts<WorkerPorts>(ports, MORTAL, left.shift() ?? { nth: Infinity, when: 'before' }),
        );
        expectTruth(world);
      }),
      { numRuns: 150 },
    );
  });

  it('goes on with the page after the last that was stored', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    await turn(world, BACKFILL, 90_000 + 300);
    const before = await world.progress.find(BACKFILL, (SHARDS[0] as Shard).id);
    await turn(world);
    const after = await world.progress.find(BACKFILL, (SHARDS[0] as Shard).id);

    expect(before).toMatchObject({ state: 'reading', pages: 2 });
    expect(after).toMatchObject({ state: 'done', pages: 4, calls: 4 });
  });
});

describe('a worker whose time is up', () => {
  it('says to call it again', async () => {
    const world = makeWorld();

    await expect(turn(world, BACKFILL, 90_000 + 100)).resolves.toEqual({ outcome: 'again' });
  });

  it('begins nothing', async () => {
    const world = makeWorld();
    await turn(world, BACKFILL, 1000);

    expect(world.zoom.calls).toEqual([]);
  });
});

describe('a page token', () => {
  it('that Zoom refuses begins the shard anew', async () => {
    const world = makeWorld();
    world.zoom.script.push(undefined, undefined, { kind: 'pageTokenRejected' });
    await untilDone(world);

    expectTruth(world);
  });

  it('that has become too old while the shard was parked is not tried', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    await turn(world, BACKFILL, 90_000 + 300);
    await world.clock.run(world.clock.sleep(HOUR));
    await turn(world);

    await expect(world.progress.find(BACKFILL, (SHARDS[0] as Shard).id)).resolves.toMatchObject({
      isReread: true,
      facts: 10,
      calls: 2 + 4,
    });
  });
});

describe('what Zoom answers instead of a page', () => {
  it('may be a fault now and then', async () => {
    const world = makeWorld();
    world.zoom.script.push(new ZoomFaultError('HTTP 500'), undefined, new ZoomFaultError('HTML'));
    await untilDone(world);

    expectTruth(world);
  });

  it('may be a fault before each page, which costs no turn as long as the chain gets on', async () => {
    const world = makeWorld(BACKFILL, SHARDS.slice(0, 1));
    const fault = new ZoomFaultError('HTTP 500');
    world.zoom.script.push(fault, undefined, fault, undefined, fault, undefined, fault);

    await expect(turn(world)).resolves.toEqual({ outcome: 'done' });
  });

  it('when it is a fault for good, costs that shard alone', async () => {
    const world = makeWorld();
    const fetchPage = world.zoom.fetchPage.bind(world.zoom);
    const broken = (SHARDS[0] as Shard).id;
    world.zoom.fetchPage = (access, shard, token) =>
      shard.id === broken ? Promise.reject(new ZoomFaultError('HTTP 500')) : fetchPage(access, shard, token);
    await untilDone(world);
    const states = (await world.progress.list(BACKFILL)).map(({ shard, state }) => [shard.id, state]);

    expect(Object.fromEntries(states)).toMatchObject({ [broken]: 'failed' });
    expect(states.filter(([, state]) => state !== 'done')).toHaveLength(1);
  });

  it('when it is a fault for good of one shard, keeps no other waiting', async () => {
    const shards = dailyShards(datesBetween('2026-08-14', '2026-10-12'));
    const lastCall = async (broken: string | null) => {
      const world = makeWorld(BACKFILL, shards);
      const fetchPage = world.zoom.fetchPage.bind(world.zoom);
      let lastAt = 0;
      world.zoom.fetchPage = (access, shard, token) => {
        if (shard.id === broken) return Promise.reject(new ZoomFaultError('HTTP 500'));
        lastAt = world.clock.now();
        return fetchPage(access, shard, token);
      };
      await untilDone(world);
      return lastAt - NOW;
    };

    expect(await lastCall(shards[0]!.id)).toBeLessThan((await lastCall(null)) + 10 * SECOND);
  });

  it('when it is a fault everywhere, has few shards begun that might be given up', async () => {
    const shards = dailyShards(datesBetween('2026-08-14', '2026-10-12'));
    const world = makeWorld(BACKFILL, shards);
    const begun = new Set<string>();
    world.zoom.fetchPage = (_access, { id }) => {
      begun.add(id);
      return Promise.reject(new ZoomFaultError('HTTP 503'));
    };
    await turn(world);

    expect(begun.size).toBeLessThanOrEqual(9);
  });

  it('when it is something that the table refuses, costs the shards alone that have it', async () => {
    const world = makeWorld();
    const write = world.facts.write.bind(world.facts);
    const broken = (facts: readonly Fact[]) =>
      facts.some(({ kind, time }) => kind === 'user_activity' && time?.startsWith('2026-10-12'));
    world.facts.write = (facts) =>
      broken(facts) ? Promise.reject(new Error('mira.holt@example.com is too large')) : write(facts);
    await untilDone(world);
    const progress = await world.progress.list(BACKFILL);

    expect(progress.filter(({ state }) => state !== 'done')).toMatchObject([
      { shard: { id: (SHARDS[0] as Shard).id }, state: 'failed', problem: 'the connector failed (Error)' },
    ]);
  });

  it('when the table is throttled for half an hour, costs nothing but time', async () => {
    const world = makeWorld();
    const { facts, clock } = world;
    const [write, writeChanged] = [facts.write.bind(facts), facts.writeChanged.bind(facts)];
    const throttled = <Result>(act: () => Promise<Result>) =>
      clock.now() < NOW + 30 * MINUTE ? Promise.reject(new Error('throttled')) : act();
    facts.write = (given) => throttled(() => write(given));
    facts.writeChanged = (given) => throttled(() => writeChanged(given));
    await untilDone(world);

    expectTruth(world);
  });

  it('may be a refusal for the calls of a second, which is heeded by all', async () => {
    const world = makeWorld();
    world.zoom.script.push({ kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW + 3000 } });
    await untilDone(world);

    expectTruth(world);
  });

  it('may be a refusal for the calls of a second that lasts longer than is slept: no day’s quota is waited for', async () => {
    const world = makeWorld(BACKFILL, SHARDS.slice(0, 1));
    world.zoom.script.push({ kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW + 50 * SECOND } });

    await expect(turn(world)).resolves.toMatchObject({ outcome: 'waitUntil' });
    expect(await world.progress.list(BACKFILL)).toMatchObject([{ waitingUntil: null, calls: 1 }]);
  });

  it('may be a refusal for the day that lasts over several turns: a shard has waited once for what has passed', async () => {
    const world = makeWorld(BACKFILL, SHARDS.slice(0, 1));
    for (const hour of [1, 2, 3]) {
      world.zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + hour * HOUR } });
    }
    await untilDone(world);
    const [progress] = await world.progress.list(BACKFILL);

    expect(progress?.waitedMs).toBeGreaterThan(2.9 * HOUR);
    expect(progress?.waitedMs).toBeLessThan(world.clock.now() - NOW);
  });

  it('may be a refusal for the calls of the day, which parks that label until then', async () => {
    const world = makeWorld();
    const reset = NOW + DAY;
    const refusal = { kind: 'throttled', throttling: { per: 'day', retryAtMs: reset } } as const;
    world.zoom.script.push(refusal);

    await expect(turn(world)).resolves.toEqual({ outcome: 'nextDay', at: new Date(reset).toISOString() });
    await untilDone(world);
    expectTruth(world);
  });

  it('may be a refusal that Zoom takes back on the same day', async () => {
    const world = makeWorld();
    const at = instant(3 * HOUR);
    world.zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: Date.parse(at) } });

    await expect(turn(world)).resolves.toEqual({ outcome: 'waitUntil', at });
  });

  it('may be pages that go round in a circle: the shard is given up, and says so', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    let calls = 0;
    world.zoom.fetchPage = () => Promise.resolve(page([activityRow()], `token-${calls++ % 5}`));
    await untilDone(world);

    await expect(world.progress.find(BACKFILL, (SHARDS[0] as Shard).id)).resolves.toMatchObject({
      state: 'failed',
      problem: 'Zoom’s page tokens go round in a circle',
    });
    expect(calls).toBeLessThan(20);
  });

  it('may be page tokens that are taken back again and again: the shard is given up', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    world.zoom.fetchPage = (_access, _shard, token) =>
      Promise.resolve(token === null ? page([activityRow()], 'token') : { kind: 'pageTokenRejected' });
    await untilDone(world);

    await expect(world.progress.find(BACKFILL, (SHARDS[0] as Shard).id)).resolves.toMatchObject({
      state: 'failed',
      problem: 'Zoom takes back its page tokens before the list is read',
    });
  });

  it('may be a list that grows while it is read', async () => {
    const world = makeWorld(BACKFILL, [userShards()[0] as Shard]);
    const first: PageAnswer = { kind: 'page', rows: [userRow()], nextPageToken: 'a', totalRecords: 2, rateLimit: null };
    const rows = [userRow({ id: 'u-2', email: 'two@example.com' })];
    world.zoom.script.push(first, { ...first, rows, nextPageToken: null, totalRecords: 3 });
    await untilDone(world);

    await expect(world.progress.find(BACKFILL, 'user.active')).resolves.toMatchObject({ state: 'done', calls: 2 });
  });

  it('when it is a fault for half an hour, costs nothing but time', async () => {
    const world = makeWorld();
    const fetchPage = world.zoom.fetchPage.bind(world.zoom);
    world.zoom.fetchPage = (access, shard, token) =>
      world.clock.now() < NOW + 30 * MINUTE
        ? Promise.reject(new ZoomFaultError('HTTP 503'))
        : fetchPage(access, shard, token);
    await untilDone(world);

    expectTruth(world);
  });

  it('leaves a shard alone for as long as it said, though another is to be read sooner', async () => {
    const [first, second] = SHARDS as [Shard, Shard];
    const world = makeWorld(BACKFILL, [first, second]);
    const retryAt = instant(5 * MINUTE);
    world.progress.put(BACKFILL, { ...plannedShard(first, 0), attempts: 4, retryAt });

    await expect(turn(world)).resolves.toEqual({ outcome: 'waitUntil', at: retryAt });
    expect((await world.progress.list(BACKFILL)).map(({ state }) => state).sort()).toEqual(['done', 'planned']);
  });

  it('may be that the app’s credentials are refused for a while: it waits as for a fault', async () => {
    const world = makeWorld();
    const get = world.tokens.get.bind(world.tokens);
    world.tokens.get = (...args) =>
      world.clock.now() < NOW + 10 * MINUTE ? Promise.reject(new AppCredentialsRejectedError()) : get(...args);
    await untilDone(world);

    expectTruth(world);
  });

  it('may be a list shorter than Zoom says it is: it is read again, and given up when it stays so', async () => {
    const world = makeWorld(BACKFILL, [userShards()[0] as Shard]);
    const short: PageAnswer = {
      kind: 'page',
      rows: [userRow()],
      nextPageToken: null,
      totalRecords: 2,
      rateLimit: null,
    };
    world.zoom.script.push(short, short, short);
    await untilDone(world);

    await expect(world.progress.find(BACKFILL, 'user.active')).resolves.toMatchObject({
      state: 'failed',
      calls: 3,
      problem: 'Zoom’s list ended after 1 of the 2 rows that it said it has',
    });
  });

  it('may be a list that was short for a moment', async () => {
    const world = makeWorld();
    world.zoom.fetchPage = shortOnce(world.zoom.fetchPage.bind(world.zoom));
    await untilDone(world);

    expectTruth(world);
  });

  it('may be that the grant does not cover the stream: it is noted with Zoom’s words, and the others go on', async () => {
    const world = makeWorld();
    const fetchPage = world.zoom.fetchPage.bind(world.zoom);
    const denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[x]' } as const;
    world.zoom.fetchPage = (access, shard, token) =>
      shard.stream === 'admin_operation' ? Promise.resolve(denied) : fetchPage(access, shard, token);
    await untilDone(world);
    const progress = await world.progress.list(BACKFILL);

    expect(progress.filter(({ state }) => state === 'denied').map(({ denied: why }) => why)).toEqual([denied, denied]);
    expect(world.facts.ofKind('user_activity')).toHaveLength(20);
  });

  it('may be that the grant is dead: the connection asks for a new consent, and the worker ends', async () => {
    const world = makeWorld();
    world.tokens.get = () => Promise.resolve({ kind: 'reconnectNeeded', reason: 'gone' });

    await expect(turn(world)).resolves.toEqual({ outcome: 'done' });
    await expect(world.connections.find('c1')).resolves.toMatchObject({ status: 'reconnect_needed', reason: 'gone' });
  });

  it('may be rows that cannot become facts: the others are stored, and it is told without their values', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    world.zoom.script.push(page([{ email: 'no-time@example.com' }, activityRow()]));
    await turn(world);

    expect(world.facts.items.size).toBe(1);
    expect(world.logged).toContain('malformed');
  });

  it('may be rows that cannot become facts: each has a letter, and one alone however often it is read', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    const rows: ZoomRow[] = [
      { email: 'no-time@example.com' },
      { email: 'none-either@example.com', password: 'secret' },
    ];
    world.zoom.script.push(page(rows, 'next'), { kind: 'pageTokenRejected' }, page(rows));
    await turn(world);

    expect([...world.deadLetters.letters.values()]).toMatchObject([
      { stage: 'parse', kind: 'user_activity', row: rows[0], reason: 'it has no time' },
      { stage: 'parse', kind: 'user_activity', row: { email: 'none-either@example.com' } },
    ]);
  });
});

describe('a token that Zoom rejects', () => {
  it('is refreshed once, and the page fetched again', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    const asked: (string | undefined)[] = [];
    world.tokens.get = (_key, rejected) => {
      asked.push(rejected);
      return Promise.resolve({ kind: 'token', accessToken: rejected === undefined ? 'old' : 'new' });
    };
    world.zoom.script.push({ kind: 'tokenRejected' });
    await turn(world);

    expect(asked.filter((rejected) => rejected !== undefined)).toEqual(['old']);
    expect(world.facts.items.size).toBe(10);
  });
});

describe('a shard that takes more than a day’s calls', () => {
  const PAGES = 3000;
  const shard = SHARDS[0] as Shard;
  const rows = Array.from({ length: PAGES }, (_, i) => activityRow({ email: `${i}@example.com` }));

  /** An account with 2,000 heavy calls a day. */
  function makeLongWorld() {
    const world = makeWorld(BACKFILL, [shard]);
    world.zoom = new FakeZoomLists(world.clock, () => rows, { pageSize: 1, latencyMs: 200 });
    return world;
  }
  const settings = { ...SETTINGS, quotaShare: { perSecond: 1, perDay: 2000 / 30_000 } };

  it('keeps its place over midnight: no page is read twice', async () => {
    const world = makeLongWorld();
    await untilDone(world, BACKFILL, (ports) => ports, settings);

    expect(world.facts.items.size).toBe(PAGES);
    expect(world.zoom.calls).toHaveLength(PAGES);
  });

  it('says when the day’s calls are back, while it waits', async () => {
    const world = makeLongWorld();
    const work = makeWorker(world, settings);
    const said = await world.clock.run(work({ run: BACKFILL, worker: 0 }, world.clock.now() + HOUR));

    expect(said).toEqual({ outcome: 'waitUntil', at: expect.any(String) });
    await expect(world.progress.find(BACKFILL, shard.id)).resolves.toMatchObject({
      state: 'reading',
      waitingUntil: '2026-10-13T00:00:05.000Z',
    });
  });

  it('makes no more calls on a day than it may', async () => {
    const world = makeLongWorld();
    await untilDone(world, BACKFILL, (ports) => ports, settings);
    const days = Map.groupBy(world.zoom.calls, utcDate);

    expect(Math.max(...[...days.values()].map(({ length }) => length))).toBeLessThanOrEqual(2000);
  });
});

describe('a worker at midnight in UTC', () => {
  it('leaves the rest to the next day, for another execution', async () => {
    const world = makeWorld(BACKFILL, [SHARDS[0] as Shard]);
    const rows = Array.from({ length: 200 }, (_, i) => activityRow({ email: `${i}@example.com` }));
    const midnight = Date.parse('2026-10-13T00:00:00Z');
    await world.clock.run(world.clock.sleep(midnight - NOW - 5000));
    world.zoom = new FakeZoomLists(world.clock, () => rows, { pageSize: 1, latencyMs: 200 });
    const said = await turn(world);

    expect(said).toMatchObject({ outcome: 'nextDay' });
    expect(world.clock.now()).toBeLessThan(midnight + MINUTE);
  });
});

describe('the plan of an account', () => {
  /** The plan that is known after pages with which Zoom names a limit. */
  async function planAfter(known: Plan, rateLimit: number) {
    const world = makeWorld();
    await world.connections.update(world.connections.get('c1'), { plan: known });
    world.zoom = new FakeZoomLists(world.clock, rowsOf, { pageSize: 3, latencyMs: 200, rateLimit });
    await untilDone(world);
    return world.connections.get('c1').plan;
  }

  it.each<[Plan, number, Plan, string]>([
    ['unknown', 60_000, 'business', 'is learnt'],
    ['business', 30_000, 'pro', 'is smaller than it was: its limits are kept at once'],
    ['pro', 60_000, 'pro', 'may have grown: that is left to the next consent'],
    ['pro', 12_345, 'pro', 'is not told'],
  ])('known as %s, of which Zoom names a limit of %d, is %s: it %s', async (known, named, plan) => {
    expect(await planAfter(known, named)).toBe(plan);
  });

  it('that is smaller than it was slows the worker down that hears of it', async () => {
    const world = makeWorld(BACKFILL, dailyShards(datesBetween('2026-09-13', '2026-10-12')));
    await world.connections.update(world.connections.get('c1'), { plan: 'business' });
    world.zoom = new FakeZoomLists(world.clock, rowsOf, { pageSize: 1, latencyMs: 200, rateLimit: 30_000 });
    await untilDone(world);

    expect(busiestSecond(world.zoom.calls.filter((at) => at > NOW + 2000))).toBeLessThanOrEqual(10);
  });
});

describe('a connection that is stopped', () => {
  it.each([
    ['paused', { status: 'paused' as const }],
    ['renewed by another consent', { generation: 'g2' }],
    ['and whose backfill is cancelled', { backfill: backfillRecord({ state: 'cancelled' as const }) }],
    ['and whose backfill gave way to another', { backfill: backfillRecord({ runId: 'backfill-2' }) }],
  ])('%s is read no further', async (_how, change) => {
    const world = makeWorld();
    const connection = await world.connections.find('c1');
    if (connection === undefined) throw new Error('there is one');
    await world.connections.update(connection, change);

    await expect(turn(world)).resolves.toEqual({ outcome: 'done' });
    expect(world.facts.items.size).toBe(0);
  });
});

describe('a backfill that is resumed while a worker of the execution before waits for an answer', () => {
  const resumed = async () => {
    const world = makeWorld();
    const fetchPage = world.zoom.fetchPage.bind(world.zoom);
    const work = makeWorker(world, SETTINGS);
    const deadline = NOW + 10 * MINUTE;
    let late = 0;
    const slow: ZoomLists = {
      async fetchPage(...call) {
        if (world.clock.now() > NOW + MINUTE) late++;
        await world.clock.sleep(MINUTE);
        return fetchPage(...call);
      },
    };
    const before = makeWorker({ ...world, zoom: slow }, SETTINGS)({ run: BACKFILL, worker: 0 }, deadline);
    const after = world.clock.sleep(10 * SECOND).then(() => {
      world.connections.change('c1', { backfill: backfillRecord({ runId: BACKFILL.runId, part: 3 }) });
      return work({ run: { ...BACKFILL, part: 3 }, worker: 0 }, deadline);
    });
    await world.clock.run(Promise.all([before, after]));
    return { ...world, late };
  };

  it('reads all there is, and nothing is unread because of what comes late', async () => {
    const { progress, facts } = await resumed();
    const states = (await progress.list(BACKFILL)).map(({ state }) => state);
    expect([new Set(states), facts.items.size]).toEqual([new Set(['done']), ALL_ROWS]);
  });

  it('has that worker begin no other page', async () => {
    const { late } = await resumed();
    expect(late).toBe(0);
  });
});

describe('a sync', () => {
  const shard: Shard = {
    id: 'user_activity.2026-10-11.since',
    stream: 'user_activity',
    from: '2026-10-11',
    to: '2026-10-11',
    floor: '2026-10-11T06:57:00.000Z',
  };

  it('stops at the page that reaches past its floor', async () => {
    const world = makeWorld(SYNC, [shard]);
    await turn(world, SYNC);

    expect(world.zoom.calls).toHaveLength(2);
  });

  it('reads on to the end when rows are out of order', async () => {
    const world = makeWorld(SYNC, [shard]);
    const rows = [...rowsOf(shard)].reverse();
    world.zoom.fetchPage = () => Promise.resolve(page(rows.slice(0, 3), 'next'));
    let calls = 0;
    world.zoom.fetchPage = () => {
      const at = 3 * calls++;
      return Promise.resolve(page(rows.slice(at, at + 3), at + 3 < rows.length ? `t${at}` : null));
    };
    await turn(world, SYNC);

    expect(calls).toBe(4);
  });

  it('counts what is new, and puts nothing known on the stream again', async () => {
    const world = makeWorld(SYNC, [{ ...shard, floor: null }]);
    world.progress.put(BACKFILL, plannedShard(shard, 0));
    await turn(world, BACKFILL);
    const before = world.facts.stream.length;
    await turn(world, SYNC);

    expect(before).toBeGreaterThan(0);
    expect(world.facts.stream).toHaveLength(10);
    await expect(world.progress.find(SYNC, shard.id)).resolves.toMatchObject({ facts: 10 - before });
  });
});
