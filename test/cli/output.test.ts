import { describe, expect, it } from '@jest/globals';
import { statusLines } from '../../cli/output';
import type { BackfillView } from '../../lambdas/contract/connection';
import { BACKFILLING, connection } from '../lambdas/web/support';

/** What the lines about a running backfill say, but for what `change` says. */
function backfillLines(change: Partial<BackfillView> = {}): string[] {
  const { backfill } = BACKFILLING;
  return statusLines(connection({ backfill: backfill && { ...backfill, ...change } })).slice(1);
}

describe('the status for a person', () => {
  it('says how far a backfill is, how fast, and how long it takes', () => {
    expect(backfillLines()).toEqual([
      '  backfill: running, 7 of 17 parts, 61420 facts, 214 calls at 4.6 a second, 62 % of the time waiting for Zoom, about 4 minutes left',
    ]);
  });

  it('says of one that has ended what it came to', () => {
    const ended = { state: 'done', callsPerSecond: null, waitingShare: null, etaSeconds: null } as const;
    expect(backfillLines(ended)).toEqual(['  backfill: done, 7 of 17 parts, 61420 facts, 214 calls']);
  });

  it.each<[string, Partial<BackfillView>]>([
    ["waiting for Zoom's daily quota until 2026-10-13T00:00:00Z", { waitingUntil: '2026-10-13T00:00:00Z' }],
    ['Zoom fails: Zoom answered 503', { problem: 'Zoom answered 503', throttledByZoom: true }],
    ['Zoom refused calls for their rate, so it reads slower', { throttledByZoom: true }],
    [
      'running since 2026-10-12T08:00:05Z, longer than usual: There is much to read.',
      { overdue: 'There is much to read.', throttledByZoom: true },
    ],
  ])('says below it: %s', (words, change) => {
    expect(backfillLines(change)[1]).toBe(`    ${words}`);
  });
});
