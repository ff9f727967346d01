import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Shard } from '../../../../lambdas/contract/workflow';
import { utcDate } from '../../../../lambdas/core/dates';
import { HEADROOM, type LedgerEntry, reserveSlots } from '../../../../lambdas/core/quota/ledger';
import type { QuotaLimit } from '../../../../lambdas/core/quota/limits';
import { type Pace, endOfReading, etaSeconds } from '../../../../lambdas/core/runs/eta';
import { type ReportProgress, reportPagesLeft } from '../../../../lambdas/core/runs/pages-left';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { addDays, dailyShards, datesBetween, userShards } from '../../../../lambdas/core/runs/shards';
import { DAY, HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import { ledgerEntry, slotRequest } from '../../../support/quota';
import { doneShard } from '../../../support/runs';

const TODAY = utcDate(NOW);
const MIDNIGHT = Date.parse(addDays(TODAY, 1));
const LIMIT: QuotaLimit = { callsPerSecond: 10, callsPerDay: 30_000 };
const [today, yesterday] = dailyShards(datesBetween(addDays(TODAY, -1), TODAY)) as [Shard, Shard];

/** A shard of which `pages` pages were read, down to `oldest`. */
function begun(shard: Shard, pages: number, newest: string, oldest: string): ShardProgress {
  const times = { newest, oldest, readingMs: pages * 200 };
  return { ...plannedShard(shard, 0), ...times, state: 'reading', pages, calls: pages, rows: 300 * pages };
}

/** Half of yesterday, in `pages` pages. */
const halfOfYesterday = (pages: number) =>
  begun(yesterday, pages, `${addDays(TODAY, -1)}T24:00:00Z`, `${addDays(TODAY, -1)}T12:00:00Z`);

function etaOf(shards: readonly ShardProgress[], ledger: LedgerEntry | undefined = undefined): number | null {
  return etaSeconds({ shards, startedAt: NOW, now: NOW, limit: LIMIT, ledger });
}

describe('the time that a run still takes', () => {
  it.each([
    ['it is planned', []],
    ['a report is read', [plannedShard(today, 0), doneShard(userShards()[0]!, { pages: 40 })]],
  ])('is not known before %s', (_what, shards) => {
    expect(etaOf(shards)).toBeNull();
  });

  it('is nothing when all is read', () => {
    expect(etaOf([doneShard(today), doneShard(userShards()[0]!)])).toBe(0);
  });

  it('is as long again when half of a date is read', () => {
    expect(etaOf([halfOfYesterday(1000)])).toBe(1000 * 0.2);
  });

  it('counts a shard that is not begun as the others of its stream, by the time that it covers', () => {
    const started = Date.parse(TODAY) + 6 * HOUR;
    const shards = [plannedShard(today, 0), doneShard(yesterday, { pages: 4000, calls: 4000 })];
    const eta = etaSeconds({ shards, startedAt: started, now: started, limit: LIMIT, ledger: undefined });
    expect(eta).toBe(Math.ceil(1000 * 0.1 * HEADROOM));
  });

  it('counts a shard whose rows are out of order as not begun', () => {
    const shards = [{ ...halfOfYesterday(3), inOrder: false }, doneShard(today, { pages: 500, calls: 500 })];
    expect(etaOf(shards)).toBeGreaterThan(100);
  });

  it('goes by what Zoom says of how many users there are', () => {
    const list = { rows: 2000, pages: 1, totalRecords: 20_000, calls: 1, readingMs: 1000 };
    expect(etaOf([{ ...plannedShard(userShards()[0]!, 0), ...list, state: 'reading' }])).toBe(9);
  });

  it('begins when Zoom takes calls again', () => {
    const blocked = ledgerEntry({ blockedUntilMs: NOW + HOUR });
    expect(etaOf([halfOfYesterday(1000)], blocked)).toBe(200 + 3600);
  });

  it("goes on at midnight when the day's calls are used up", () => {
    const used = ledgerEntry({ usedToday: LIMIT.callsPerDay });
    expect(etaOf([halfOfYesterday(1000)], used)).toBe(200 + (MIDNIGHT - NOW) / SECOND);
  });

  it('is not made endless by a shard that holds its first rows in no time', () => {
    const others = Array.from({ length: 9 }, () => doneShard(yesterday, { pages: 10, calls: 10 }));
    const burst = begun(yesterday, 1, instant(), instant());
    expect(etaOf([...others, burst])).toBeLessThanOrEqual(10);
  });

  it('is hardly less for quiet dates, of whose pages each covers more time', () => {
    const saturday = dailyShards([addDays(TODAY, -2)])[0]!;
    const quiet = begun(saturday, 4, `${addDays(TODAY, -2)}T24:00:00Z`, `${addDays(TODAY, -2)}T02:00:00Z`);
    const busy = halfOfYesterday(20);
    expect(reportPagesLeft([quiet, busy] as ReportProgress[], NOW)?.[1]).toBeGreaterThan(0.98 * 20);
  });

  it('goes by the rate that was reached when that is less than the limit', () => {
    const shards = [{ ...halfOfYesterday(6000), readingMs: 0 }];
    const ledger = ledgerEntry({ nextMs: NOW + HOUR, usedToday: 6000, busyMs: HOUR });
    const eta = etaSeconds({ shards, startedAt: NOW, now: NOW + HOUR, limit: LIMIT, ledger });
    expect(eta! / 3600).toBeCloseTo(1, 1);
  });

  it('is no longer for a pause of hours', () => {
    let ledger: LedgerEntry | undefined;
    const reserve = (from: number) => {
      for (let at = from, calls = 0; calls < 1000; calls += 10, at += 10 * 104) {
        ledger = reserveSlots(ledger, LIMIT, slotRequest({ count: 10, urgent: true }), at).next;
      }
    };
    reserve(NOW);
    const shards = [halfOfYesterday(1000)];
    const etaAt = (now: number) => etaSeconds({ shards, startedAt: NOW, now, limit: LIMIT, ledger });
    const before = etaAt(NOW + 104 * SECOND);
    reserve(NOW + 5 * HOUR);
    expect([before, etaAt(NOW + 5 * HOUR + 104 * SECOND)]).toEqual([200, 200]);
  });

  it.each([
    ['the only part that is left rests, and then what it takes', [30], 30 * 60 + 200],
    ['the part rests that goes on last', [0, 30], 30 * 60],
  ])('is as long as %s', (_what, restMinutes, seconds) => {
    const shards = restMinutes.map((minutes) => ({ ...halfOfYesterday(1000), retryAt: instant(minutes * MINUTE) }));
    expect(etaOf(shards)).toBe(seconds);
  });
});

describe('the end of reading', () => {
  const length = fc.integer({ min: 1, max: 5000 });
  const lengths = fc.array(length, { minLength: 1, maxLength: 20 });
  const pace: fc.Arbitrary<Pace> = fc.record({
    callsPerSecond: fc.double({ min: 0.5, max: 40, noNaN: true }),
    callsPerDay: fc.oneof(fc.integer({ min: 100, max: 60_000 }), fc.constant(Infinity)),
    pageMs: fc.integer({ min: 0, max: 3000 }),
  });
  const endOf = (pages: readonly number[], at: Pace, usedToday = 0) => endOfReading(pages, at, NOW, usedToday);

  it('is never before what the quota and the longest chain take', () => {
    fc.assert(
      fc.property(lengths, pace, (pages, at) => {
        const calls = pages.reduce((sum, pages) => sum + pages, 0);
        const shortest = Math.max((1000 * calls) / at.callsPerSecond, Math.max(...pages) * at.pageMs);
        expect(endOf(pages, at) - NOW).toBeGreaterThanOrEqual(shortest - 1);
      }),
    );
  });

  it('comes no earlier when a chain is longer', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), length, pace, (pages, which, more, at) => {
        const longer = pages.map((own, index) => (index === which % pages.length ? own + more : own));
        expect(endOf(longer, at)).toBeGreaterThanOrEqual(endOf(pages, at) - 1);
      }),
    );
  });

  it('comes no earlier when there is a chain more', () => {
    fc.assert(
      fc.property(lengths, length, pace, (pages, more, at) => {
        expect(endOf([...pages, more], at)).toBeGreaterThanOrEqual(endOf(pages, at) - 1);
      }),
    );
  });

  it('comes no earlier when more of the day was used', () => {
    fc.assert(
      fc.property(lengths, pace, fc.nat(60_000), (pages, at, used) => {
        expect(endOf(pages, at, used)).toBeGreaterThanOrEqual(endOf(pages, at) - 1);
      }),
    );
  });

  it('is on the day on which the last calls are allowed', () => {
    const calls = { callsPerSecond: 10, callsPerDay: 1000, pageMs: 0 };
    expect(endOf([3500], calls)).toBe(MIDNIGHT + 2 * DAY + 50 * SECOND);
  });
});

describe('a reading of reports whose rows come evenly', () => {
  const setting = fc.record({
    days: fc.integer({ min: 3, max: 8 }),
    pagesPerDay: fc.tuple(fc.integer({ min: 60, max: 400 }), fc.integer({ min: 60, max: 400 })),
    pageMs: fc.integer({ min: 100, max: 2000 }),
    callsPerSecond: fc.constantFrom(5, 10, 20),
  });

  it('is predicted to 2 % after its first tenth, within a day', () => {
    fc.assert(
      fc.property(setting, (given) => {
        const { predictedMs, tookMs } = simulate({ ...given, callsPerDay: 30_000 });
        expect(Math.abs(predictedMs - tookMs)).toBeLessThan(0.02 * tookMs + SECOND); // it is told in whole seconds
      }),
      { numRuns: 30 },
    );
  });

  it('is predicted to 2 % after its first tenth, over several days', () => {
    const large = fc.tuple(setting, fc.integer({ min: 6, max: 12 }), fc.integer({ min: 10_000, max: 12_000 }));
    fc.assert(
      fc.property(large, ([given, times, callsPerDay]) => {
        const [activities, operations] = given.pagesPerDay;
        const pagesPerDay = [activities * times, operations * times] as const;
        const { predictedMs, tookMs, lastDayUse } = simulate({ ...given, pagesPerDay, callsPerDay });
        // a day's last calls are kept back and made minutes apart: where the end is among them, or would have been but for
        // a few pages, these take an hour
        fc.pre(tookMs > DAY && lastDayUse > 0.05 && lastDayUse < 0.6);
        expect(Math.abs(predictedMs - tookMs)).toBeLessThan(0.02 * tookMs + SECOND);
      }),
      { numRuns: 6 },
    );
  });
});

interface Simulated {
  readonly days: number;
  /** Pages of a whole date, of either report. */
  readonly pagesPerDay: readonly [number, number];
  readonly pageMs: number;
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
}

/**
 * Reads a week or so call by call, at the ledger's own start times.
 *
 * @returns what was foretold of the rest after a tenth, how long it took, and which share of its last day's calls.
 */
function simulate({ days, pagesPerDay, pageMs, ...limit }: Simulated) {
  let ledger: LedgerEntry | undefined;
  let slots: { startsAtMs: number; thenAtMs: number }[] = [];
  let calls = 0;
  let foretold: { readonly at: number; readonly seconds: number } | undefined;
  const chains = dailyShards(datesBetween(addDays(TODAY, -days), TODAY)).map((shard) => {
    const from = Date.parse(shard.id.split('.')[1]!);
    const to = Math.min(from + DAY, NOW);
    const ofDay = pagesPerDay[shard.stream === 'user_activity' ? 0 : 1];
    return { from, to, pages: Math.ceil((ofDay * (to - from)) / DAY), readyAt: NOW, progress: plannedShard(shard, 0) };
  });
  const total = chains.reduce((sum, { pages }) => sum + pages, 0);
  for (;;) {
    const open = chains.filter(({ progress }) => progress.state !== 'done');
    // whoever is free first is first, and of those who are free together whoever is behind
    const [chain] = open.sort((a, b) => a.readyAt - b.readyAt || a.progress.pages - b.progress.pages);
    if (chain === undefined) break;
    const now = chain.readyAt;
    if (foretold === undefined && calls >= total / 10) {
      const shards = chains.map(({ progress }) => progress);
      foretold = { at: now, seconds: etaSeconds({ shards, startedAt: NOW, now, limit, ledger }) ?? NaN };
    }
    slots = slots.filter(({ startsAtMs }) => startsAtMs >= now);
    const slot = slots.shift();
    if (slot === undefined) {
      const waiting = open.filter(({ readyAt }) => readyAt <= now + SECOND).length;
      const request = slotRequest({ earliestMs: now, chains: waiting, openChains: open.length });
      const { reservation, next } = reserveSlots(ledger, limit, request, now);
      ledger = next ?? ledger;
      if (reservation.kind === 'later') chain.readyAt = reservation.retryAtMs;
      if (reservation.kind === 'blocked')
        for (const other of open) other.readyAt = Math.max(other.readyAt, reservation.untilMs);
      if (reservation.kind === 'slots') {
        const thenAtMs = reservation.thenBlocked?.untilMs ?? 0;
        slots = reservation.startsAtMs.map((startsAtMs) => ({ startsAtMs, thenAtMs }));
      }
      continue;
    }
    calls++;
    chain.readyAt = Math.max(slot.startsAtMs + pageMs, slot.thenAtMs);
    const read = chain.progress.pages + 1;
    chain.progress = {
      ...chain.progress,
      state: read === chain.pages ? 'done' : 'reading',
      pages: read,
      calls: read,
      readingMs: read * pageMs,
      newest: new Date(chain.to).toISOString(),
      oldest: new Date(chain.to - (read / chain.pages) * (chain.to - chain.from)).toISOString(),
    };
  }
  const lastDayUse = (ledger?.usedToday ?? 0) / limit.callsPerDay;
  const endedAt = Math.max(...chains.map(({ readyAt }) => readyAt));
  return { predictedMs: 1000 * foretold!.seconds, tookMs: endedAt - foretold!.at, lastDayUse };
}
