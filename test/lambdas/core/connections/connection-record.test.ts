import { describe, expect, it } from '@jest/globals';
import { type ConnectionRecord, mayRead } from '../../../../lambdas/core/connections/connection-record';
import { backfillRecord, connectedRecord } from '../../../support/connections';
import { BACKFILL, SYNC } from '../../../support/runs';

const BACKFILLING = connectedRecord({ status: 'backfilling', backfill: backfillRecord() });

describe('a worker', () => {
  it.each([
    ['a backfill', BACKFILLING, BACKFILL],
    ['a backfill that goes on after it was noted as broken off', withBackfill({ state: 'failed' }), BACKFILL],
    ['a sync', connectedRecord(), SYNC],
    ['a sync beside a backfill', BACKFILLING, SYNC],
    ['a sync after a cancelled backfill', withBackfill({ state: 'cancelled' }), SYNC],
  ])('may read for %s', (_what, connection, run) => {
    expect(mayRead(connection, run)).toBe(true);
  });

  it.each([
    ['with an older consent', { ...BACKFILLING, generation: 'g2' }, BACKFILL],
    ['when the connection is paused', { ...BACKFILLING, status: 'paused' as const }, BACKFILL],
    ['when its backfill was cancelled', withBackfill({ state: 'cancelled' }), BACKFILL],
    ['when another backfill has taken its place', withBackfill({ runId: 'backfill-2' }), BACKFILL],
  ])('may not read %s', (_what, connection, run) => {
    expect(mayRead(connection, run)).toBe(false);
  });
});

function withBackfill(change: Parameters<typeof backfillRecord>[0]): ConnectionRecord {
  return { ...BACKFILLING, backfill: backfillRecord(change) };
}
