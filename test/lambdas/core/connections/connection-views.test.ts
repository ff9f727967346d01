import { describe, expect, it } from '@jest/globals';
import type { BackfillView } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import {
  type BackfillReading,
  connectionView,
  makeConnectionViews,
} from '../../../../lambdas/core/connections/connection-views';
import type { LedgerEntry } from '../../../../lambdas/core/quota/ledger';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { dailyShards, userShards } from '../../../../lambdas/core/runs/shards';
import { HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import {
  InMemoryConnectionStore,
  backfillRecord,
  connectedRecord,
  connectionRecord,
} from '../../../support/connections';
import { InMemoryQuotaLedger, ledgerEntry } from '../../../support/quota';
import { BACKFILL, InMemoryProgressStore, doneShard } from '../../../support/runs';

const SHARDS = [...userShards(), ...dailyShards(['2026-10-12'])];
const NO_READING: BackfillReading = {
  shards: [],
  limit: { callsPerSecond: 10, callsPerDay: 30_000 },
  ledger: undefined,
  everyMinutes: 15,
};
const BACKFILLING = connectedRecord({ status: 'backfilling', backfill: backfillRecord({ shardsTotal: 5 }) });
const waiting = (ms: number) => ({ state: 'reading' as const, waitingUntil: instant(ms) });

/** The backfill's view, of shards that are done, but for what each of `changes` says. */
function backfillOf(
  changes: readonly Partial<ShardProgress>[],
  at = NOW + MINUTE,
  ledger: LedgerEntry | undefined = undefined,
): BackfillView | null {
  const shards = changes.map((change, n) => ({ ...doneShard(SHARDS[n] ?? SHARDS[0]!), ...change }));
  return connectionView(BACKFILLING, { ...NO_READING, shards, ledger }, at).backfill;
}

describe('the view of a connection', () => {
  it('says what the contract says, and nothing of the grant', () => {
    expect(Object.keys(connectionView(connectedRecord(), NO_READING, NOW)).sort()).toEqual([
      'backfill',
      'capabilities',
      'connectedAt',
      'disconnect',
      'freshness',
      'id',
      'lastSync',
      'mergedInto',
      'name',
      'plan',
      'reason',
      'status',
      'zoomAccountId',
    ]);
  });

  it('has no backfill before the consent', () => {
    expect(connectionView(connectionRecord(), NO_READING, NOW).backfill).toBeNull();
  });

  it('has a backfill that begins from the moment of consent', () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    expect(connectionView(record, NO_READING, NOW).backfill).toEqual({
      state: 'running',
      startedAt: instant(),
      waitingUntil: null,
      shardsDone: 0,
      shardsTotal: 0,
      facts: 0,
      calls: 0,
      callsPerSecond: null,
      waitingShare: null,
      etaSeconds: null,
      throttledByZoom: false,
      problem: null,
      overdue: null,
    });
  });
});

describe('a backfill that runs', () => {
  it('sums what its shards have stored and called', () => {
    expect(
      backfillOf([
        { facts: 300, calls: 2 },
        { state: 'reading', facts: 40, calls: 1 },
      ]),
    ).toMatchObject({ state: 'running', facts: 340, calls: 3, shardsDone: 1, shardsTotal: 5 });
  });

  it('counts no shard as done that was denied or given up', () => {
    expect(backfillOf([{ state: 'done' }, { state: 'denied' }, { state: 'failed' }])?.shardsDone).toBe(1);
  });

  it('says how fast it is read, waits included', () => {
    expect(backfillOf([{ calls: 90 }, { state: 'reading', calls: 30 }])?.callsPerSecond).toBe(2);
  });

  it('says how much of the time of its parts is spent waiting', () => {
    const shards = [
      { readingMs: 1000, waitedMs: 5000 },
      { readingMs: 2000, waitedMs: 2000 },
    ];
    expect(backfillOf(shards)?.waitingShare).toBe(0.7);
  });

  it('counts of a wait that the workflow has taken over what has passed', () => {
    const parked = { readingMs: MINUTE, parked: { at: instant(), until: instant(HOUR) } };
    const shareAt = (at: number) => backfillOf([{ state: 'reading', ...parked }], at)?.waitingShare;
    expect([MINUTE, 3 * MINUTE, 59 * MINUTE, 2 * HOUR].map((ms) => shareAt(NOW + ms))).toEqual([
      1 / 2,
      3 / 4,
      59 / 60,
      60 / 61,
    ]);
  });

  it('says how long the rest takes', () => {
    // a date of 100 pages is read, and another is not begun
    const [, , , read, open] = SHARDS;
    const shards = [
      { shard: read, pages: 100, calls: 100 },
      { shard: open, state: 'planned' as const, calls: 0 },
    ];
    expect(backfillOf(shards as Partial<ShardProgress>[])?.etaSeconds).toBe(11);
  });

  it('expects nothing more when all is read', () => {
    expect(backfillOf([{}, {}, {}, {}, {}])?.etaSeconds).toBe(0);
  });

  it('tells the fault that a part has not got past yet', () => {
    expect(backfillOf([{}, { state: 'reading', problem: 'Zoom answered 500' }])?.problem).toBe('Zoom answered 500');
  });

  it('tells no fault that gave a part up: it is over', () => {
    expect(backfillOf([{ state: 'failed', problem: 'Zoom answered 500' }, { state: 'reading' }])?.problem).toBeNull();
  });

  it.each<[string, Partial<LedgerEntry>]>([
    ['for the rate a while ago', { pace: 0.75, paceSetMs: NOW }],
    ['for the day', { blockedUntilMs: NOW + HOUR }],
  ])('says that Zoom refuses calls %s', (_what, change) => {
    expect(backfillOf([{ state: 'reading' }], NOW + MINUTE, ledgerEntry(change))?.throttledByZoom).toBe(true);
  });

  it("does not blame Zoom for the connector's own share", () => {
    // also when it refused calls for their rate a while ago
    const used = ledgerEntry({ usedToday: 30_000, pace: 0.75, paceSetMs: NOW });
    expect(backfillOf([waiting(HOUR)], NOW + MINUTE, used)?.throttledByZoom).toBe(false);
  });

  it('is not overdue before four hours', () => {
    expect(backfillOf([{ state: 'reading' }], NOW + 4 * HOUR)?.overdue).toBeNull();
  });

  it('is not overdue for the time before it was resumed', () => {
    const record = { ...BACKFILLING, resumedAt: instant(3 * HOUR) };
    const overdueAt = (at: number) => connectionView(record, NO_READING, at).backfill?.overdue;
    expect(overdueAt(NOW + 7 * HOUR)).toBeNull();
    expect(overdueAt(NOW + 7 * HOUR + 1)).not.toBeNull();
  });

  it('says why when it is', () => {
    expect(backfillOf([{}, waiting(9 * HOUR)], NOW + 4 * HOUR + 1)?.overdue).toContain("Zoom's daily quota");
  });
});

describe('a backfill that waits', () => {
  const [users, , , activities, operations] = SHARDS;

  it('says until when the first of its shards goes on', () => {
    expect(backfillOf([{}, waiting(2 * HOUR), waiting(HOUR)])).toMatchObject({
      state: 'waiting',
      waitingUntil: instant(HOUR),
    });
  });

  it('says until when its reports wait while users are read', () => {
    const shards = [
      { shard: users, state: 'reading' },
      { shard: activities, ...waiting(HOUR) },
    ];
    expect(backfillOf(shards as Partial<ShardProgress>[])).toMatchObject({
      state: 'running',
      waitingUntil: instant(HOUR),
    });
  });

  it('waits also with reports that are not begun, as nobody may call for them either', () => {
    const shards = [
      { shard: activities, ...waiting(HOUR) },
      { shard: operations, state: 'planned' },
    ];
    expect(backfillOf(shards as Partial<ShardProgress>[])).toMatchObject({
      state: 'waiting',
      waitingUntil: instant(HOUR),
    });
  });

  it('runs as long as users are still to be read', () => {
    const shards = [
      { shard: users, state: 'planned' },
      { shard: activities, ...waiting(HOUR) },
    ];
    expect(backfillOf(shards as Partial<ShardProgress>[])).toMatchObject({ state: 'running' });
  });

  it('runs as long as one report does', () => {
    const shards = [
      { shard: activities, ...waiting(HOUR) },
      { shard: operations, state: 'reading' },
    ];
    expect(backfillOf(shards as Partial<ShardProgress>[])).toMatchObject({ state: 'running', waitingUntil: null });
  });

  it('runs again when the wait is over', () => {
    expect(backfillOf([waiting(HOUR)], NOW + HOUR)).toMatchObject({ state: 'running', waitingUntil: null });
  });
});

describe('a backfill that has ended', () => {
  it.each(['done', 'failed', 'cancelled'] as const)('shows what it came to when it is %s', (state) => {
    const backfill = backfillRecord({ state, shardsDone: 15, facts: 900, calls: 40 });
    expect(connectionView(connectedRecord({ backfill }), NO_READING, NOW).backfill).toEqual({
      state,
      startedAt: instant(),
      waitingUntil: null,
      shardsDone: 15,
      shardsTotal: 17,
      facts: 900,
      calls: 40,
      callsPerSecond: null,
      waitingShare: null,
      etaSeconds: null,
      throttledByZoom: false,
      problem: null,
      overdue: null,
    });
  });
});

describe('the views', () => {
  const viewsOf = (...records: readonly ConnectionRecord[]) => {
    const progress = new InMemoryProgressStore();
    const connections = new InMemoryConnectionStore(...records);
    const quota = new InMemoryQuotaLedger();
    const quotaShare = { perSecond: 1, perDay: 1 };
    const views = makeConnectionViews({ connections, progress, quota, quotaShare, everyMinutes: 15, now: () => NOW });
    return { progress, quota, views };
  };

  it('are sorted by name', async () => {
    const { views } = viewsOf(
      connectionRecord({ id: 'c1', name: 'beta' }),
      connectionRecord({ id: 'c2', name: 'Alpha' }),
    );
    expect((await views.list()).map(({ name }) => name)).toEqual(['Alpha', 'beta']);
  });

  it('add up the shards of the run that the connection names', async () => {
    const { views, progress } = viewsOf(BACKFILLING);
    progress.put(BACKFILL, doneShard(SHARDS[0]!, { facts: 3 }));
    progress.put({ ...BACKFILL, runId: 'an older one' }, doneShard(SHARDS[1]!, { facts: 100 }));
    expect((await views.find('c1'))?.backfill?.facts).toBe(3);
  });

  it('look up what the account has used of its quota', async () => {
    const { views, quota } = viewsOf(BACKFILLING);
    await quota.heed(
      { zoomAccountId: 'account-1', label: 'heavy' },
      { per: 'day', retryAtMs: NOW + HOUR },
      NO_READING.limit,
      NOW,
    );
    expect((await views.find('c1'))?.backfill?.throttledByZoom).toBe(true);
  });

  it('read no progress of a backfill that has ended', async () => {
    const { views, progress } = viewsOf(connectedRecord());
    progress.put(BACKFILL, plannedShard(SHARDS[0]!, 0));
    expect((await views.find('c1'))?.backfill?.state).toBe('done');
  });

  it('have none of a connection that is not there', async () => {
    expect(await viewsOf().views.find('c1')).toBeUndefined();
  });
});
