import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utcDate } from '../../../../lambdas/core/dates';
import {
  type LedgerEntry,
  type Reservation,
  blocked,
  reserveSlots,
  slowedDown,
} from '../../../../lambdas/core/quota/ledger';
import type { QuotaLimit } from '../../../../lambdas/core/quota/limits';
import { DAY, MINUTE, NOW, SECOND } from '../../../support/clock';
import { busiestSecond } from '../../../support/quota';

const UNCAPPED: QuotaLimit = { callsPerSecond: 10, callsPerDay: Infinity };
const ONE = { count: 1, urgent: false, earliestMs: 0 };

/** A caller of the account: how long after the one before, how many it wants, and how far its clock is off. */
const callers = fc.array(
  fc.record({
    afterMs: fc.nat(700),
    count: fc.integer({ min: 1, max: 60 }),
    urgent: fc.boolean(),
    skewMs: fc.integer({ min: -2000, max: 2000 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** All start times that the callers get. */
function startTimes(
  limit: QuotaLimit,
  asked: readonly { afterMs: number; count: number; urgent: boolean; skewMs: number }[],
) {
  let entry: LedgerEntry | undefined;
  let now = NOW;
  const startsAtMs: number[] = [];
  for (const { afterMs, skewMs, ...request } of asked) {
    now += afterMs;
    const { reservation, next } = reserveSlots(entry, limit, { ...request, earliestMs: 0 }, now + skewMs);
    entry = next ?? entry;
    if (reservation.kind === 'slots') startsAtMs.push(...reservation.startsAtMs);
  }
  return startsAtMs;
}

function slotsOf(reservation: Reservation): readonly number[] {
  return reservation.kind === 'slots' ? reservation.startsAtMs : [];
}

describe('the start times that callers of an account get', () => {
  it('are never more than the limit in any second, whoever asks in whatever order with whatever clock', () => {
    fc.assert(
      fc.property(callers, fc.integer({ min: 1, max: 80 }), (asked, callsPerSecond) => {
        const limit = { callsPerSecond, callsPerDay: Infinity };
        expect(busiestSecond(startTimes(limit, asked))).toBeLessThanOrEqual(callsPerSecond);
      }),
    );
  });

  it('are given to one caller each', () => {
    fc.assert(
      fc.property(callers, (asked) => {
        const all = startTimes(UNCAPPED, asked);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it('are never more than the limit of a day on any UTC date', () => {
    fc.assert(
      fc.property(callers, fc.integer({ min: 1, max: 40 }), (asked, callsPerDay) => {
        const stretched = asked.map((caller) => ({ ...caller, afterMs: caller.afterMs * 1000, skewMs: 0 }));
        const dates = startTimes({ callsPerSecond: 10, callsPerDay }, stretched).map(utcDate);
        const counts = Map.groupBy(dates, (date) => date);
        expect([...counts.values()].every(({ length }) => length <= callsPerDay)).toBe(true);
      }),
    );
  });

  it('are never in the past of who asks', () => {
    fc.assert(
      fc.property(callers, (asked) => {
        const patient = asked.map((caller) => ({ ...caller, skewMs: 0 }));
        expect(Math.min(...startTimes(UNCAPPED, patient))).toBeGreaterThanOrEqual(NOW);
      }),
    );
  });

  it('fill the limit but for the headroom when callers keep asking', () => {
    const eager = Array.from({ length: 600 }, () => ({ afterMs: 100, count: 10, urgent: false, skewMs: 0 }));
    const inAMinute = startTimes(UNCAPPED, eager).filter((startAtMs) => startAtMs < NOW + MINUTE);

    expect(inAMinute.length).toBeGreaterThan(0.95 * 10 * 60);
  });

  it('begin now for the first caller', () => {
    expect(reserveSlots(undefined, UNCAPPED, ONE, NOW).reservation).toEqual({ kind: 'slots', startsAtMs: [NOW] });
  });

  it('are not saved up while nobody calls', () => {
    const { next } = reserveSlots(undefined, UNCAPPED, ONE, NOW);
    const later = reserveSlots(next, UNCAPPED, { count: 100, urgent: false, earliestMs: 0 }, NOW + DAY).reservation;

    expect(busiestSecond(slotsOf(later))).toBeLessThanOrEqual(10);
  });

  it('are not before the caller can use them', () => {
    const request = { count: 2, urgent: false, earliestMs: NOW + 300 };

    expect(slotsOf(reserveSlots(undefined, UNCAPPED, request, NOW).reservation)[0]).toBe(NOW + 300);
  });

  it('come in blocks of a second at most', () => {
    const { reservation } = reserveSlots(undefined, UNCAPPED, { count: 1000, urgent: false, earliestMs: 0 }, NOW);

    expect(Math.max(...slotsOf(reservation)) - NOW).toBeLessThan(SECOND);
  });

  it('are one at least, also where the limit is less than one a second', () => {
    const slow = { callsPerSecond: 0.25, callsPerDay: Infinity };

    expect(slotsOf(reserveSlots(undefined, slow, ONE, NOW).reservation)).toHaveLength(1);
  });
});

describe('a caller for whom no start time is near', () => {
  const busy: LedgerEntry = {
    nextMs: NOW + 5 * SECOND,
    day: utcDate(NOW),
    usedToday: 100,
    blockedUntilMs: 0,
    pace: 1,
    paceSetMs: 0,
  };

  it('is told to come back, and changes nothing', () => {
    expect(reserveSlots(busy, UNCAPPED, ONE, NOW)).toEqual({
      reservation: { kind: 'later', retryAtMs: NOW + 4 * SECOND },
    });
  });

  it('gets the next one all the same when it is urgent', () => {
    const { reservation } = reserveSlots(busy, UNCAPPED, { count: 1, urgent: true, earliestMs: 0 }, NOW);

    expect(reservation).toEqual({ kind: 'slots', startsAtMs: [busy.nextMs] });
  });
});

describe('the limit of a day', () => {
  const capped = { callsPerSecond: 10, callsPerDay: 5 };

  it('blocks until the next midnight in UTC once it is used up', () => {
    const { next } = reserveSlots(undefined, capped, { count: 9, urgent: false, earliestMs: 0 }, NOW);
    const { reservation } = reserveSlots(next, capped, ONE, NOW + MINUTE);

    expect(reservation).toEqual({ kind: 'blocked', untilMs: Date.parse('2026-10-13T00:00:00Z') });
  });

  it('counts anew from midnight on', () => {
    const { next } = reserveSlots(undefined, capped, { count: 9, urgent: false, earliestMs: 0 }, NOW);
    const { reservation } = reserveSlots(
      next,
      capped,
      { count: 9, urgent: false, earliestMs: 0 },
      Date.parse('2026-10-13T00:00:00Z'),
    );

    expect(slotsOf(reservation)).toHaveLength(5);
  });
});

describe('a refusal of Zoom', () => {
  it('for the calls of a second moves the next start time of everybody', () => {
    const entry = slowedDown(undefined, NOW + 1500, NOW);

    expect(slotsOf(reserveSlots(entry, UNCAPPED, { count: 1, urgent: true, earliestMs: 0 }, NOW).reservation)).toEqual([
      NOW + 1500,
    ]);
  });

  it('for the calls of a second makes all go slower, and faster again with time', () => {
    const spacing = (now: number) => {
      const [first = 0, second = 0] = slotsOf(
        reserveSlots(slowed, UNCAPPED, { count: 2, urgent: false, earliestMs: 0 }, now).reservation,
      );
      return second - first;
    };
    const usual = slotsOf(
      reserveSlots(undefined, UNCAPPED, { count: 2, urgent: false, earliestMs: 0 }, NOW).reservation,
    );
    const slowed = slowedDown(undefined, NOW, NOW);

    expect(spacing(NOW)).toBeGreaterThan((usual[1] ?? 0) - NOW);
    expect(spacing(NOW + 10 * MINUTE)).toBeCloseTo((usual[1] ?? 0) - NOW, 3);
  });

  it('never stops the calls altogether, however often it comes', () => {
    const refused = Array.from({ length: 100 }).reduce<LedgerEntry | undefined>(
      (entry) => slowedDown(entry, NOW, NOW),
      undefined,
    );

    expect(slotsOf(reserveSlots(refused, UNCAPPED, ONE, NOW).reservation)).toHaveLength(1);
  });

  it('for the calls of the day blocks everybody until the time that it names', () => {
    const entry = blocked(undefined, NOW + DAY);

    expect(reserveSlots(entry, UNCAPPED, { count: 1, urgent: true, earliestMs: 0 }, NOW).reservation).toEqual({
      kind: 'blocked',
      untilMs: NOW + DAY,
    });
  });

  it('for the calls of the day is over at that time', () => {
    const entry = blocked(undefined, NOW + DAY);

    expect(reserveSlots(entry, UNCAPPED, ONE, NOW + DAY).reservation.kind).toBe('slots');
  });
});
