import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Chain, type Conditions, floorOf, pagesOf } from '../../../dev/bench/floor';
import { chainsOf } from '../../../dev/bench/truth';
import { DAY, SECOND } from '../../support/clock';

const MIDNIGHT = Date.parse('2026-10-12T00:00:00Z');
const SECONDS_OF_DAY = DAY / SECOND;

const heavy = (rows: number): Chain => ({ label: 'Heavy', rows, pageSize: 300 });
/** A Pro account of which all is ours, and the whole day before us, but for what `change` says. */
const conditions = (change: Partial<Conditions> = {}): Conditions => ({
  plan: 'pro',
  share: { perSecond: 1, perDay: 1 },
  latencyMs: 0,
  startMs: MIDNIGHT,
  ...change,
});

/** Seconds for so many calls of a Pro account's reports. */
const secondsFor = (calls: number, change: Partial<Conditions> = {}) =>
  floorOf([heavy(calls * 300)], conditions(change)).floorSeconds;

/** Seconds that somebody needs who makes as many calls in each second as they may. */
function secondsOfTheGreedy(calls: number, perSecond: number, perDay: number, startSecond: number): number {
  let made = 0;
  let [day, today] = [0, 0];
  for (let second = startSecond; ;) {
    if (Math.floor(second / SECONDS_OF_DAY) > day) [day, today] = [day + 1, 0];
    const now = Math.min(perSecond, perDay - today, calls - made);
    made += now;
    today += now;
    if (made === calls) return second - startSecond + now / perSecond;
    second = now > 0 ? second + 1 : (day + 1) * SECONDS_OF_DAY;
  }
}

describe('the floor', () => {
  it('counts a page for every 300 rows of a report, and one for a date without rows', () => {
    expect([0, 1, 300, 301, 20_000].map((rows) => pagesOf(heavy(rows)))).toEqual([1, 1, 1, 2, 67]);
  });

  it('is the calls of a label over its limit when chains are short', () => {
    const chains = Array.from({ length: 8 }, () => heavy(6000));
    expect(floorOf(chains, conditions({ latencyMs: 200 }))).toEqual({ floorSeconds: 16, callsNeeded: 160 });
  });

  it('is the longest chain when there is quota to spare', () => {
    expect(floorOf([heavy(30_000), heavy(0)], conditions({ plan: 'business', latencyMs: 200 }))).toEqual({
      floorSeconds: 20,
      callsNeeded: 101,
    });
  });

  it('follows the share of the quota', () => {
    expect(secondsFor(100, { share: { perSecond: 0.5, perDay: 1 } })).toBe(20);
  });

  it('counts each label against its own limit', () => {
    const users: Chain = { label: 'Medium', rows: 100_000, pageSize: 2000 };
    expect(floorOf([users, heavy(3000)], conditions())).toEqual({ floorSeconds: 2.5, callsNeeded: 60 });
  });

  it('waits for midnight when the calls of the day are used up', () => {
    expect(secondsFor(65_000)).toBe(2 * SECONDS_OF_DAY + 500);
  });

  it('ends on a day of which it takes the last call', () => {
    expect(secondsFor(60_000)).toBe(SECONDS_OF_DAY + 3000);
  });

  it('has on its first date the seconds that are left of it', () => {
    expect(secondsFor(30_500, { startMs: MIDNIGHT + DAY - 50 * SECOND })).toBe(50 + 3000);
  });

  it('follows the share of the calls of a day', () => {
    expect(secondsFor(20_000, { share: { perSecond: 1, perDay: 0.5 } })).toBe(SECONDS_OF_DAY + 500);
  });

  it('is what somebody greedy needs', () => {
    const calls = fc.integer({ min: 1, max: 5000 });
    const perSecond = fc.integer({ min: 1, max: 10 });
    const perDay = fc.integer({ min: 500, max: 3000 });
    const startSecond = fc.nat({ max: SECONDS_OF_DAY - 1 });
    fc.assert(
      fc.property(calls, perSecond, perDay, startSecond, (needed, ofSecond, ofDay, start) => {
        // the shares of Pro's limits that come to these
        const share = { perSecond: ofSecond / 10, perDay: (ofDay + 0.5) / 30_000 };
        const floor = secondsFor(needed, { share, startMs: MIDNIGHT + start * SECOND });
        expect(floor).toBeCloseTo(secondsOfTheGreedy(needed, ofSecond, ofDay, start), 6);
      }),
    );
  });

  it('never falls when there is more to read', () => {
    const rows = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(fc.array(rows), rows, fc.nat({ max: 1000 }), (dates, more, latencyMs) => {
        const floor = (all: readonly number[]) => floorOf(all.map(heavy), conditions({ latencyMs })).floorSeconds;
        expect(floor([...dates, more])).toBeGreaterThanOrEqual(floor(dates));
      }),
    );
  });

  it('has a chain for each status of users and for each date of a report', () => {
    const chains = chainsOf({
      users: { active: 4000, pending: 0 },
      reports: { user_activity: [600, 0], admin_operation: [30, 1] },
    });
    expect(chains.map((chain) => [chain.label, pagesOf(chain)])).toEqual([
      ['Medium', 2],
      ['Medium', 1],
      ['Heavy', 2],
      ['Heavy', 1],
      ['Heavy', 1],
      ['Heavy', 1],
    ]);
  });
});
