import { describe, expect, it } from '@jest/globals';
import { STATUSES } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { dispatch, dueRun } from '../../../../lambdas/core/runs/dispatch';
import { firstBackfill, scheduledSync } from '../../../../lambdas/core/runs/run-starter';
import { NOW } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { RecordingRunStarter } from '../../../support/runs';

describe('the run that is due', () => {
  it.each(['connected', 'degraded'] as const)('is a sync of a connection that is %s', (status) => {
    expect(dueRun(connectedRecord({ status }), NOW)).toEqual(scheduledSync('c1', NOW));
  });

  it.each(STATUSES.filter((status) => status !== 'connected' && status !== 'degraded'))(
    'is none of a connection that is %s and has its backfill',
    (status) => {
      expect(dueRun(connectedRecord({ status, backfill: backfillRecord() }), NOW)).toBeUndefined();
    },
  );

  it('is the backfill that a consent should have started and did not', () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    expect(dueRun(record, NOW)).toEqual(firstBackfill('c1', 'g1'));
  });

  it('is none without a grant', () => {
    expect(dueRun(connectedRecord({ status: 'backfilling', backfill: null, generation: null }), NOW)).toBeUndefined();
  });
});

describe('dispatch', () => {
  const dispatching = async (...records: readonly ConnectionRecord[]) => {
    const runs = new RecordingRunStarter();
    const failures: string[] = [];
    runs.before = ({ connectionId }) => {
      if (connectionId === 'broken') throw new Error('out of order');
    };
    const log = { startFailed: (connectionId: string) => failures.push(connectionId) };
    const connections = new InMemoryConnectionStore(...records);
    return { runs, failures, result: await dispatch({ connections, runs, log }, NOW) };
  };

  it('starts what each connection is due', async () => {
    const { runs } = await dispatching(connectedRecord({ id: 'a' }), connectedRecord({ id: 'b' }));
    expect(runs.requests).toEqual([scheduledSync('a', NOW), scheduledSync('b', NOW)]);
  });

  it('starts the others when one fails', async () => {
    const { runs } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }));
    expect(runs.requests).toEqual([scheduledSync('b', NOW)]);
  });

  it('tells which one fails', async () => {
    const { failures } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }));
    expect(failures).toEqual(['broken']);
  });

  it('says how many were started and how many were not', async () => {
    const paused = connectedRecord({ id: 'c', status: 'paused' });
    const { result } = await dispatching(connectedRecord({ id: 'broken' }), connectedRecord({ id: 'b' }), paused);
    expect(result).toEqual({ started: 1, failed: 1 });
  });
});
