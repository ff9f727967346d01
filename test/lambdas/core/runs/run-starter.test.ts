import { describe, expect, it } from '@jest/globals';
import {
  executionName,
  firstBackfill,
  promptSync,
  requestedRun,
  scheduledSync,
  weeklyKeepAlive,
} from '../../../../lambdas/core/runs/run-starter';
import { newConnection } from '../../../../lambdas/core/connections/new-connection';
import { MINUTE, NOW, instant } from '../../../support/clock';

describe('the name of a run', () => {
  it('is the same for a backfill that is asked for twice after one consent', () => {
    expect(firstBackfill({ id: 'c1', generation: 'g1' })).toEqual({
      connectionId: 'c1',
      runId: 'consent-g1',
      kind: 'backfill',
    });
  });

  it('is another for a backfill that begins anew when its connection is resumed', () => {
    const resumed = { id: 'c1', generation: 'g1', resumedAt: instant() };
    expect(firstBackfill(resumed).runId).toBe('consent-g1-20261012T081500000Z');
  });

  it('is the same for a tick that comes twice in its minute', () => {
    expect(scheduledSync('c1', NOW + MINUTE - 1).runId).toBe(scheduledSync('c1', NOW).runId);
  });

  it('is another for the next tick', () => {
    expect(scheduledSync('c1', NOW + MINUTE).runId).not.toBe(scheduledSync('c1', NOW).runId);
  });

  it.each([
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2026-01-01T00:00:00Z', '2026-W01'],
    ['2027-01-03T23:59:59Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
  ])('is that of the ISO week for a grant that is kept alive: %s is in %s', (at, week) => {
    expect(weeklyKeepAlive('c1', Date.parse(at)).runId).toBe(`keep-alive-${week}`);
  });

  it('is the same for all events of a minute, and none of the schedule', () => {
    const { runId } = promptSync('c1', NOW);
    expect(promptSync('c1', NOW + MINUTE - 1).runId).toBe(runId);
    expect([promptSync('c1', NOW + MINUTE).runId, scheduledSync('c1', NOW).runId]).not.toContain(runId);
  });

  it('is another each time that an operator asks', () => {
    expect(requestedRun('c1', 'sync', NOW + 1).runId).not.toBe(requestedRun('c1', 'sync', NOW).runId);
  });
});

describe('the name of an execution', () => {
  const { id } = newConnection('Contoso', NOW);

  it.each([
    firstBackfill({ id, generation: 'f'.repeat(16) }),
    firstBackfill({ id, generation: 'f'.repeat(16), resumedAt: instant() }),
    scheduledSync(id, NOW),
    promptSync(id, NOW),
    requestedRun(id, 'backfill', NOW),
    weeklyKeepAlive(id, NOW),
  ])('is one that Step Functions takes for $runId', (request) => {
    expect(executionName(request)).toMatch(/^[\w-]{1,80}$/);
  });

  it('differs between connections', () => {
    expect(executionName(scheduledSync('c1', NOW))).not.toBe(executionName(scheduledSync('c2', NOW)));
  });
});
