import { describe, expect, it } from '@jest/globals';
import { RunRefPayload, RunRequestPayload, ShardTaskPayload } from '../../../lambdas/runtime/payloads';
import { dailyShards, shardsSince, userShards } from '../../../lambdas/core/runs/shards';
import { DAY, NOW } from '../../support/clock';
import { BACKFILL } from '../../support/runs';

const REQUEST = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill' };
const SHARDS = [...userShards(), ...dailyShards(['2026-10-12']), ...shardsSince('user_activity', NOW - DAY, NOW)];
const [REPORT] = dailyShards(['2026-10-12']);

describe('the input of a state machine', () => {
  it.each([REQUEST, { ...REQUEST, kind: 'sync' }, { ...REQUEST, from: '2026-10-01', to: '2026-10-12' }])(
    'may be %j',
    (request) => {
      expect(RunRequestPayload.parse(request)).toEqual(request);
    },
  );

  it.each([
    {},
    { ...REQUEST, connectionId: '' },
    { ...REQUEST, kind: 'purge' },
    { ...REQUEST, from: '12.10.2026' },
    { ...REQUEST, to: '2026-02-30' },
  ])('fails as %j', (request) => {
    expect(RunRequestPayload.safeParse(request).success).toBe(false);
  });
});

describe('a planned run', () => {
  it('names its generation', () => {
    expect(RunRefPayload.safeParse({ ...BACKFILL, generation: undefined }).success).toBe(false);
  });
});

describe('the input of the worker', () => {
  it.each(SHARDS)('takes the shard $id as it was planned', (shard) => {
    expect(ShardTaskPayload.parse({ run: BACKFILL, shard })).toEqual({ run: BACKFILL, shard });
  });

  it.each([
    { id: 'user.all', stream: 'user', status: 'all' },
    { ...REPORT, stream: 'user' },
    { ...REPORT, stream: 'meetings' },
    { ...REPORT, from: 'yesterday' },
    { ...REPORT, floor: 'yesterday' },
  ])('fails for the shard %j', (shard) => {
    expect(ShardTaskPayload.safeParse({ run: BACKFILL, shard }).success).toBe(false);
  });
});
