import { describe, expect, it } from '@jest/globals';
import type { BackfillView } from '../../../../lambdas/contract/connection';
import { isOverdue, reasonOfDelay } from '../../../../lambdas/core/connections/overdue';
import { HOUR, NOW, instant } from '../../../support/clock';

/** Why a backfill takes long whose view says `change`. */
function reason(change: Partial<BackfillView> = {}): string {
  return reasonOfDelay({
    state: 'running',
    startedAt: instant(),
    waitingUntil: null,
    shardsDone: 12,
    shardsTotal: 19,
    facts: 61_420,
    calls: 66_240,
    callsPerSecond: 4.6,
    waitingShare: 0.6,
    etaSeconds: 5 * 3600,
    throttledByZoom: false,
    problem: null,
    ...change,
  });
}

describe('a backfill that takes long', () => {
  it('does so after four hours, and not before', () => {
    expect([4 * HOUR, 4 * HOUR + 1].map((after) => isOverdue(instant(), NOW + after))).toEqual([false, true]);
  });

  it.each<[string, Partial<BackfillView>]>([
    ['There is much to read.', {}],
    ['Zoom refused calls for their rate, so it reads slower.', { throttledByZoom: true }],
    ['Some parts fail: it answered 500.', { throttledByZoom: true, problem: 'it answered 500' }],
    [
      "It waits for Zoom's daily quota until 2026-10-13T00:00:00.000Z.",
      { waitingUntil: '2026-10-13T00:00:00.000Z', throttledByZoom: true, problem: 'it answered 500' },
    ],
    ['It has not begun to read: its execution says why.', { shardsTotal: 0, shardsDone: 0 }],
  ])('says why: %s', (words, change) => {
    expect(reason(change)).toContain(words);
  });

  it('says how far it is', () => {
    expect(reason()).toContain('12 of 19 parts are read, at 4.6 calls a second, about 5 hours left.');
  });

  it('says that the time left is not known', () => {
    expect(reason({ etaSeconds: null })).toContain(
      'parts are read, at 4.6 calls a second, the time left is not known.',
    );
  });
});
