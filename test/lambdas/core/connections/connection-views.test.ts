import { describe, expect, it } from '@jest/globals';
import type { BackfillView } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { connectionView, makeConnectionViews } from '../../../../lambdas/core/connections/connection-views';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { dailyShards, userShards } from '../../../../lambdas/core/runs/shards';
import { HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import {
  InMemoryConnectionStore,
  backfillRecord,
  connectedRecord,
  connectionRecord,
} from '../../../support/connections';
import { BACKFILL, InMemoryProgressStore, doneShard } from '../../../support/runs';

const SHARDS = [...userShards(), ...dailyShards(['2026-10-12'])];
const BACKFILLING = connectedRecord({ status: 'backfilling', backfill: backfillRecord({ shardsTotal: 5 }) });
const waiting = (ms: number) => ({ state: 'reading' as const, waitingUntil: instant(ms) });

/** The backfill's view, of shards that are done, but for what each of `changes` says. */
function backfillOf(changes: readonly Partial<ShardProgress>[], at = NOW + MINUTE): BackfillView | null {
  const shards = changes.map((change, n) => ({ ...doneShard(SHARDS[n] ?? SHARDS[0]!), ...change }));
  return connectionView(BACKFILLING, shards, at).backfill;
}

describe('the view of a connection', () => {
  it('says what the contract says, and nothing of the grant', () => {
    expect(Object.keys(connectionView(connectedRecord(), [], NOW)).sort()).toEqual([
      'backfill',
      'capabilities',
      'connectedAt',
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
    expect(connectionView(connectionRecord(), [], NOW).backfill).toBeNull();
  });

  it('has a backfill that begins from the moment of consent', () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    expect(connectionView(record, [], NOW).backfill).toEqual({
      state: 'running',
      waitingUntil: null,
      shardsDone: 0,
      shardsTotal: 0,
      facts: 0,
      calls: 0,
      callsPerSecond: null,
      waitingShare: null,
      etaSeconds: null,
      throttledByZoom: false,
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

  it('counts a denied shard as done', () => {
    expect(backfillOf([{ state: 'denied' }, { state: 'planned' }])?.shardsDone).toBe(1);
  });

  it('does not guess its end before the first part is read', () => {
    expect(backfillOf([{ state: 'reading' }])?.etaSeconds).toBeNull();
  });

  it('expects the rest to go as the parts so far', () => {
    expect(backfillOf([{}, {}, { state: 'reading' }], NOW + 60 * SECOND)?.etaSeconds).toBe(90);
  });

  it('expects nothing more when all is read', () => {
    expect(backfillOf([{}, {}, {}, {}, {}])?.etaSeconds).toBe(0);
  });
});

describe('a backfill that waits', () => {
  it('says until when the first of its shards goes on', () => {
    expect(backfillOf([{}, waiting(2 * HOUR), waiting(HOUR)])).toMatchObject({
      state: 'waiting',
      waitingUntil: instant(HOUR),
      throttledByZoom: true,
    });
  });

  it('does not guess its end', () => {
    expect(backfillOf([{}, waiting(HOUR)])?.etaSeconds).toBeNull();
  });

  it('runs as long as one shard does', () => {
    expect(backfillOf([waiting(HOUR), { state: 'reading' }])).toMatchObject({
      state: 'running',
      waitingUntil: null,
      throttledByZoom: true,
    });
  });

  it('runs again when the wait is over', () => {
    expect(backfillOf([waiting(HOUR)], NOW + HOUR)).toMatchObject({ state: 'running', throttledByZoom: false });
  });
});

describe('a backfill that has ended', () => {
  it.each(['done', 'failed', 'cancelled'] as const)('shows what it came to when it is %s', (state) => {
    const backfill = backfillRecord({ state, shardsDone: 15, facts: 900, calls: 40 });
    expect(connectionView(connectedRecord({ backfill }), [], NOW).backfill).toEqual({
      state,
      waitingUntil: null,
      shardsDone: 15,
      shardsTotal: 17,
      facts: 900,
      calls: 40,
      callsPerSecond: null,
      waitingShare: null,
      etaSeconds: null,
      throttledByZoom: false,
    });
  });
});

describe('the views', () => {
  const viewsOf = (...records: readonly ConnectionRecord[]) => {
    const progress = new InMemoryProgressStore();
    const connections = new InMemoryConnectionStore(...records);
    return { progress, views: makeConnectionViews({ connections, progress, now: () => NOW }) };
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

  it('read no progress of a backfill that has ended', async () => {
    const { views, progress } = viewsOf(connectedRecord());
    progress.put(BACKFILL, plannedShard(SHARDS[0]!, 0));
    expect((await views.find('c1'))?.backfill?.state).toBe('done');
  });

  it('have none of a connection that is not there', async () => {
    expect(await viewsOf().views.find('c1')).toBeUndefined();
  });
});
