import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nextUtcMidnight, utcDate } from '../../../../lambdas/core/quota/ledger';
import { quotaLimit } from '../../../../lambdas/core/quota/limits';
import { DAY, HOUR, NOW, SECOND } from '../../../support/clock';
import { InMemoryQuotaLedger } from '../../../support/quota';

const KEY = { zoomAccountId: 'account-1', label: 'heavy' } as const;
const LIMIT = { callsPerSecond: 10, callsPerDay: Infinity };

/** The start times that callers are given who ask so long (ms) after one another. */
async function starts(gaps: readonly number[], limit = LIMIT, ledger = new InMemoryQuotaLedger()): Promise<number[]> {
  let now = NOW;
  const times: number[] = [];
  for (const gap of gaps) {
    now += gap;
    const reservation = await ledger.reserve(KEY, limit, now);
    if (reservation.kind === 'slot') times.push(reservation.startAtMs);
  }
  return times;
}

/** The most of `times` that lie within any window of so many ms. */
function most(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + windowMs).length));
}

describe('the quota ledger', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 });

  it('gives no second more calls than the limit, whoever asks when', async () => {
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1, max: 40 }), async (asked, callsPerSecond) => {
        const times = await starts(asked, { ...LIMIT, callsPerSecond });
        expect(most(times, SECOND)).toBeLessThanOrEqual(callsPerSecond);
      }),
    );
  });

  it('gives no day more calls than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 * HOUR }), { maxLength: 60 }), async (asked) => {
        const times = await starts(asked, { ...LIMIT, callsPerDay: 3 });
        const perDay = Map.groupBy(times, utcDate);
        expect(Math.max(0, ...[...perDay.values()].map(({ length }) => length))).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('gives no start time that has passed', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0, 0, 0], LIMIT, ledger);
    expect(await ledger.reserve(KEY, LIMIT, NOW + HOUR)).toEqual({ kind: 'slot', startAtMs: NOW + HOUR });
  });

  it('says when the next day begins once the day is used up', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0], { ...LIMIT, callsPerDay: 1 }, ledger);
    expect(await ledger.reserve(KEY, { ...LIMIT, callsPerDay: 1 }, NOW + HOUR)).toEqual({
      kind: 'blocked',
      untilMs: Date.parse('2026-10-13T00:00:00Z'),
    });
  });

  it('moves everybody’s next start when Zoom says that it was too much for a second', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0], LIMIT, ledger);
    await ledger.postpone(KEY, NOW + 2 * SECOND);
    const [next = 0] = await starts([0], LIMIT, ledger);
    expect(next).toBeGreaterThanOrEqual(NOW + 2 * SECOND);
  });

  it('stops everybody when Zoom says that the day is used up', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0], LIMIT, ledger);
    await ledger.block(KEY, NOW + HOUR);
    expect(await ledger.reserve(KEY, LIMIT, NOW + HOUR - 1)).toEqual({ kind: 'blocked', untilMs: NOW + HOUR });
  });

  it('goes on when the block is over', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0], LIMIT, ledger);
    await ledger.block(KEY, NOW + HOUR);
    expect((await ledger.reserve(KEY, LIMIT, NOW + HOUR)).kind).toBe('slot');
  });

  it('counts each label for itself', async () => {
    const ledger = new InMemoryQuotaLedger();
    await starts([0], { ...LIMIT, callsPerDay: 1 }, ledger);
    expect((await ledger.reserve({ ...KEY, label: 'medium' }, LIMIT, NOW)).kind).toBe('slot');
  });
});

describe('quotaLimit', () => {
  const HALF = { perSecond: 0.5, perDay: 0.5 };

  it.each([
    ['pro', 'light', 15, Infinity],
    ['pro', 'medium', 10, Infinity],
    ['pro', 'heavy', 5, 15_000],
    ['business', 'light', 40, Infinity],
    ['business', 'medium', 30, Infinity],
    ['business', 'heavy', 20, 30_000],
    ['free', 'light', 2, 3_000],
    ['free', 'medium', 1, 1_000],
    ['free', 'heavy', 0.5, 500],
  ] as const)('is half of what Zoom grants a %s account for %s calls', (plan, label, callsPerSecond, callsPerDay) => {
    expect(quotaLimit(plan, label, HALF)).toEqual({ callsPerSecond, callsPerDay });
  });

  it('takes an account whose plan is unknown for Pro, the lowest that has reports', () => {
    expect(quotaLimit('unknown', 'heavy', HALF)).toEqual(quotaLimit('pro', 'heavy', HALF));
  });

  it('is a call a day at least', () => {
    expect(quotaLimit('free', 'heavy', { perSecond: 1, perDay: 0.0001 }).callsPerDay).toBe(1);
  });
});

describe('nextUtcMidnight', () => {
  it('is never now', () => {
    const midnight = Date.parse('2026-10-13T00:00:00Z');
    expect([nextUtcMidnight(midnight - 1), nextUtcMidnight(midnight)]).toEqual([midnight, midnight + DAY]);
  });
});
