import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utcDate } from '../../../../lambdas/core/dates';
import {
  type LedgerEntry,
  type Reservation,
  type SlotRequest,
  blocked,
  dailyCap,
  reserveSlots,
  slowedDown,
} from '../../../../lambdas/core/quota/ledger';
import type { QuotaLimit } from '../../../../lambdas/core/quota/limits';
import { DAY, HOUR, MINUTE, NOW, SECOND } from '../../../support/clock';
import { busiestSecond, ledgerEntry, slotRequest } from '../../../support/quota';

const UNCAPPED: QuotaLimit = { callsPerSecond: 10, callsPerDay: Infinity };
const ONE = slotRequest();

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
    const { reservation, next } = reserveSlots(entry, limit, slotRequest(request), now + skewMs);
    entry = next ?? entry;
    if (reservation.kind === 'slots') startsAtMs.push(...reservation.startsAtMs);
  }
  return startsAtMs;
}

const fresh = ledgerEntry({ nextMs: 0, day: '' });

function waitOf(reservation: Exclude<Reservation, { kind: 'slots' }>): number {
  return reservation.kind === 'later' ? reservation.retryAtMs : reservation.untilMs;
}

/** When somebody who always wants more asks again. */
function againAt(reservation: Reservation): number {
  if (reservation.kind !== 'slots') return waitOf(reservation);
  return reservation.thenBlocked?.untilMs ?? Math.max(...reservation.startsAtMs);
}

function slotsOf(reservation: Reservation): readonly number[] {
  return reservation.kind === 'slots' ? reservation.startsAtMs : [];
}

describe('the start times that callers of an account get', () => {
  it('are never more than the limit in any second of their own, whoever asks in whatever order', () => {
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
    const later = reserveSlots(next, UNCAPPED, slotRequest({ count: 100 }), NOW + DAY).reservation;

    expect(busiestSecond(slotsOf(later))).toBeLessThanOrEqual(10);
  });

  it('are not before the caller can use them', () => {
    const request = slotRequest({ count: 2, earliestMs: NOW + 300 });

    expect(slotsOf(reserveSlots(undefined, UNCAPPED, request, NOW).reservation)[0]).toBe(NOW + 300);
  });

  it('come in blocks of a second at most', () => {
    const { reservation } = reserveSlots(undefined, UNCAPPED, slotRequest({ count: 1000 }), NOW);

    expect(Math.max(...slotsOf(reservation)) - NOW).toBeLessThanOrEqual(SECOND);
  });

  it('come in blocks of four where a second has fewer, so that the ledger is not written for each call', () => {
    const slow = { callsPerSecond: 0.25, callsPerDay: Infinity };
    const { reservation } = reserveSlots(undefined, slow, slotRequest({ count: 1000 }), NOW);

    expect(slotsOf(reservation)).toHaveLength(4);
  });
});

describe('a caller for whom no start time is near', () => {
  const busy: LedgerEntry = { ...fresh, nextMs: NOW + 5 * SECOND, day: utcDate(NOW), usedToday: 100 };

  it('is told to come back, and changes nothing', () => {
    expect(reserveSlots(busy, UNCAPPED, ONE, NOW)).toEqual({
      reservation: { kind: 'later', retryAtMs: NOW + 4 * SECOND },
    });
  });

  it('gets the next one all the same when it is urgent', () => {
    const { reservation } = reserveSlots(busy, UNCAPPED, slotRequest({ count: 1, urgent: true }), NOW);

    expect(reservation).toEqual({ kind: 'slots', startsAtMs: [busy.nextMs] });
  });
});

describe('the limit of a day', () => {
  const capped = { callsPerSecond: 10, callsPerDay: 5 };

  it('blocks until the next midnight in UTC once it is used up', () => {
    const { next } = reserveSlots(undefined, capped, slotRequest({ count: 9, urgent: true }), NOW);
    const { reservation } = reserveSlots(next, capped, slotRequest({ urgent: true }), NOW + MINUTE);

    expect(reservation).toMatchObject({ kind: 'blocked', untilMs: Date.parse('2026-10-13T00:00:05Z') });
  });

  it('counts anew from midnight on', () => {
    const all = slotRequest({ count: 9, urgent: true });
    const { next } = reserveSlots(undefined, capped, all, NOW);
    const { reservation } = reserveSlots(next, capped, all, Date.parse('2026-10-13T00:00:00Z'));

    expect(slotsOf(reservation)).toHaveLength(5);
  });

  it('holds for the calls of blocks that are handed out around midnight', () => {
    const forty = { callsPerSecond: 10, callsPerDay: 40 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 40 }), (beforeMs, count) => {
        const request = slotRequest({ count, urgent: true });
        const calls: number[] = [];
        let entry: LedgerEntry | undefined;
        for (let now = Date.parse('2026-10-13T00:00:00Z') - beforeMs, asked = 0; asked < 90; asked++) {
          const { reservation, next } = reserveSlots(entry, forty, request, now);
          entry = next ?? entry;
          calls.push(...slotsOf(reservation));
          now = Math.max(now, ...slotsOf(reservation));
        }
        const counts = [...Map.groupBy(calls, utcDate).values()].map(({ length }) => length);
        expect(Math.max(...counts)).toBeLessThanOrEqual(40);
      }),
    );
  });
});

describe('the last calls of a day', () => {
  const WINDOW = 12 * MINUTE;
  const capped = { callsPerSecond: 10, callsPerDay: 30_000 };
  const MORNING = Date.parse('2026-10-13T00:00:00Z');
  const EVENING = Date.parse('2026-10-13T20:00:00Z');
  const usedUp = (usedToday: number, usedBeforeWindow = usedToday): LedgerEntry => ({
    ...fresh,
    day: '2026-10-13',
    usedToday,
    windowMs: EVENING,
    usedBeforeWindow,
  });
  const bulk = slotRequest({ count: 1000, chains: 4, openChains: 16 });

  /** Calls that a caller who always wants more gets from one instant to another, each with its time. */
  function callsOf(request: Partial<SlotRequest>, fromMs: number, toMs: number, entry?: LedgerEntry) {
    const calls: number[] = [];
    let now = fromMs;
    while (now < toMs) {
      const { reservation, next } = reserveSlots(entry, capped, { ...bulk, ...request }, now);
      entry = next ?? entry;
      if (reservation.kind === 'slots') calls.push(...reservation.startsAtMs);
      now = reservation.kind === 'slots' ? Math.max(...reservation.startsAtMs) : waitOf(reservation);
    }
    return calls;
  }

  it('are all made on that day by chains that always want more', () => {
    const onThatDay = callsOf({}, MORNING, MORNING + DAY).filter((at) => utcDate(at) === '2026-10-13');

    expect(onThatDay).toHaveLength(30_000);
  });

  it('are enough for each chain under way to read a page in each window, so that no page token grows too old', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), (openChains) => {
        const calls = callsOf({ openChains, chains: openChains }, MORNING, MORNING + DAY);
        const windows = Map.groupBy(calls, (at) => Math.floor((at - MORNING) / WINDOW));
        const counts = Array.from({ length: DAY / WINDOW }, (_, window) => windows.get(window)?.length ?? 0);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(openChains);
      }),
      { numRuns: 10 },
    );
  });

  it('are one for each chain of the caller, and then there is none before the next window', () => {
    const { reservation } = reserveSlots(usedUp(30_000 - 20 * 20 + 10, 30_000 - 20 * 20), capped, bulk, EVENING);

    expect(slotsOf(reservation)).toHaveLength(4);
    expect(reservation).toMatchObject({ thenBlocked: { untilMs: EVENING + WINDOW, resetMs: MORNING + DAY + 5000 } });
  });

  it('are kept from a backfill that had its part of the window', () => {
    const { reservation } = reserveSlots(usedUp(30_000 - 20 * 19, 30_000 - 20 * 20), capped, bulk, EVENING);

    expect(reservation).toEqual({ kind: 'blocked', untilMs: EVENING + WINDOW, resetMs: MORNING + DAY + 5000 });
  });

  it('are enough for the chains of workers that count them at different times', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }), (chains, finished) => {
        // one worker has not seen yet that some have finished
        const openChains = [2 * chains, 2 * chains + finished];
        const calledAt = openChains.map(() => Array.from({ length: chains }, () => MORNING));
        const again = [MORNING, MORNING];
        let entry: LedgerEntry | undefined;
        for (let now = MORNING; now < MORNING + DAY; now = Math.min(...again)) {
          const worker = again.indexOf(now);
          const request = slotRequest({ count: 1000, chains, openChains: openChains[worker]! });
          const { reservation, next } = reserveSlots(entry, { ...capped, callsPerDay: 9000 }, request, now);
          entry = next ?? entry;
          for (const startAt of slotsOf(reservation)) {
            const waited = calledAt[worker]!.sort((one, other) => one - other).splice(0, 1, startAt);
            expect(startAt - waited[0]!).toBeLessThan(14 * MINUTE);
          }
          again[worker] = Math.max(now + 1, againAt(reservation));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are one for each chain also in a window in which a sync has made many calls', () => {
    const entry = usedUp(30_000 - 20 * 20, 30_000 - 20 * 20);
    const sync = slotRequest({ count: 100, urgent: true, chains: 8, openChains: 8 });
    let after: LedgerEntry | undefined = entry;
    for (let i = 0; i < 5; i++) after = reserveSlots(after, capped, sync, EVENING).next;
    const { reservation } = reserveSlots(after, capped, bulk, EVENING + MINUTE);

    expect(slotsOf(reservation)).toHaveLength(4);
  });

  it('are there for a sync beside a backfill, all day long', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), (hour) => {
        const now = MORNING + hour * HOUR;
        let entry: LedgerEntry | undefined;
        callsOf({}, MORNING, now);
        for (let at = MORNING; at < now;) {
          const { reservation, next } = reserveSlots(entry, capped, bulk, at);
          entry = next ?? entry;
          at = reservation.kind === 'slots' ? Math.max(...reservation.startsAtMs) : waitOf(reservation);
        }
        const sync = slotRequest({ count: 4, urgent: true, chains: 2, openChains: 2 });
        expect(reserveSlots(entry, capped, sync, now).reservation.kind).toBe('slots');
      }),
      { numRuns: 10 },
    );
  });

  it('are not kept back without end from few calls a day', () => {
    const few = { callsPerSecond: 10, callsPerDay: 100 };
    const { reservation } = reserveSlots(undefined, few, { ...bulk, openChains: 32 }, MORNING);

    expect(slotsOf(reservation).length).toBeGreaterThan(0);
  });
});

describe('a refusal of Zoom', () => {
  it('for the calls of a second moves the next start time of everybody', () => {
    const entry = slowedDown(undefined, NOW + 1500, NOW);

    expect(slotsOf(reserveSlots(entry, UNCAPPED, slotRequest({ count: 1, urgent: true }), NOW).reservation)).toEqual([
      NOW + 1500,
    ]);
  });

  it('for the calls of a second makes all go slower, and faster again with time', () => {
    const spacing = (now: number) => {
      const [first = 0, second = 0] = slotsOf(
        reserveSlots(slowed, UNCAPPED, slotRequest({ count: 2 }), now).reservation,
      );
      return second - first;
    };
    const usual = slotsOf(reserveSlots(undefined, UNCAPPED, slotRequest({ count: 2 }), NOW).reservation);
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
    const entry = blocked(undefined, NOW + DAY, UNCAPPED, NOW);

    expect(reserveSlots(entry, UNCAPPED, slotRequest({ count: 1, urgent: true }), NOW).reservation).toEqual({
      kind: 'blocked',
      untilMs: NOW + DAY,
      resetMs: NOW + DAY,
    });
  });

  it('for the calls of the day is over at that time', () => {
    const entry = blocked(undefined, NOW + DAY, UNCAPPED, NOW);

    expect(reserveSlots(entry, UNCAPPED, ONE, NOW + DAY).reservation.kind).toBe('slots');
  });

  it('that comes many times at once counts once', () => {
    const first = slowedDown(undefined, NOW + 1500, NOW);
    const again = slowedDown(first, NOW + 1800, NOW + 300);

    expect(again).toEqual({ ...first, nextMs: NOW + 1800 });
  });

  describe('for the calls of a day that should have been left', () => {
    const capped = { callsPerSecond: 10, callsPerDay: 10_000 };
    const surprised = (usedToday: number) =>
      blocked({ ...fresh, day: utcDate(NOW), usedToday }, NOW + DAY, capped, NOW);

    it('has fewer counted on in the days after, within what was used', () => {
      expect(dailyCap(surprised(8000), capped, NOW)).toBe(7200);
    });

    it('has no less than half of them counted on, for it may have been an exception', () => {
      expect(dailyCap(surprised(0), capped, NOW)).toBe(5000);
    });

    it('is no surprise just after midnight, when Zoom’s day may not have begun', () => {
      const midnight = Date.parse('2026-10-13T00:01:00Z');

      expect(dailyCap(blocked(fresh, midnight + HOUR, capped, midnight), capped, midnight)).toBe(10_000);
    });

    it('is forgotten with time', () => {
      expect(dailyCap(surprised(8000), capped, NOW + 3 * DAY)).toBe(10_000);
    });

    it('that comes to several chains at once counts once', () => {
      const first = surprised(0);

      expect(blocked(first, NOW + DAY, capped, NOW + 1000)).toEqual(first);
    });

    it('that comes every hour of a day counts once, for the days after are no shorter by it', () => {
      const hourly = Array.from({ length: 8 }).reduce<LedgerEntry>(
        (entry, _, hour) => blocked(entry, NOW + (hour + 1) * HOUR, capped, NOW + hour * HOUR + 1),
        fresh,
      );

      expect(dailyCap(hourly, capped, NOW + 8 * HOUR)).toBeGreaterThanOrEqual(5000);
    });

    it('counts again on the next day', () => {
      const twice = blocked(surprised(0), NOW + 2 * DAY, capped, NOW + DAY);

      expect(dailyCap(twice, capped, NOW + DAY)).toBe(3000);
    });

    it('never leaves none, however often it comes', () => {
      const entry = Array.from({ length: 100 }).reduce<LedgerEntry>(
        (current, _, day) => blocked(current, NOW + day * DAY, capped, NOW + day * DAY),
        fresh,
      );

      expect(dailyCap(entry, capped, NOW + 99 * DAY)).toBeGreaterThan(0);
    });
  });
});
