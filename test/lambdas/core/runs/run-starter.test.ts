import { describe, expect, it } from '@jest/globals';
import { executionName, firstBackfill, requestedRun, scheduledSync } from '../../../../lambdas/core/runs/run-starter';
import { newConnection } from '../../../../lambdas/core/connections/new-connection';
import { MINUTE, NOW } from '../../../support/clock';

describe('the name of a run', () => {
  it('is the same for a backfill that is asked for twice after one consent', () => {
    expect(firstBackfill('c1', 'g1')).toEqual({ connectionId: 'c1', runId: 'consent-g1', kind: 'backfill' });
  });

  it('is the same for a tick that comes twice in its minute', () => {
    expect(scheduledSync('c1', NOW + MINUTE - 1).runId).toBe(scheduledSync('c1', NOW).runId);
  });

  it('is another for the next tick', () => {
    expect(scheduledSync('c1', NOW + MINUTE).runId).not.toBe(scheduledSync('c1', NOW).runId);
  });

  it('is another each time that an operator asks', () => {
    expect(requestedRun('c1', 'sync', NOW + 1).runId).not.toBe(requestedRun('c1', 'sync', NOW).runId);
  });
});

describe('the name of an execution', () => {
  const { id } = newConnection('Contoso', NOW);

  it.each([firstBackfill(id, 'f'.repeat(16)), scheduledSync(id, NOW), requestedRun(id, 'backfill', NOW)])(
    'is one that Step Functions takes for $runId',
    (request) => {
      expect(executionName(request)).toMatch(/^[\w-]{1,80}$/);
    },
  );

  it('differs between connections', () => {
    expect(executionName(scheduledSync('c1', NOW))).not.toBe(executionName(scheduledSync('c2', NOW)));
  });
});
