import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Chain, floorOf, pagesOf } from '../../../dev/bench/floor';
import { chainsOf } from '../../../dev/bench/truth';

const heavy = (rows: number): Chain => ({ label: 'Heavy', rows, pageSize: 300 });

describe('the floor', () => {
  it('counts a page for every 300 rows of a report, and one for a date without rows', () => {
    expect([0, 1, 300, 301, 20_000].map((rows) => pagesOf(heavy(rows)))).toEqual([1, 1, 1, 2, 67]);
  });

  it('is the calls of a label over its limit when chains are short', () => {
    const chains = Array.from({ length: 8 }, () => heavy(6000));
    expect(floorOf(chains, 'pro', 1, 200)).toEqual({ floorSeconds: 16, callsNeeded: 160 });
  });

  it('is the longest chain when there is quota to spare', () => {
    expect(floorOf([heavy(30_000), heavy(0)], 'business', 1, 200)).toEqual({ floorSeconds: 20, callsNeeded: 101 });
  });

  it('follows the share of the quota', () => {
    expect(floorOf([heavy(30_000)], 'pro', 0.5, 0).floorSeconds).toBe(20);
  });

  it('counts each label against its own limit', () => {
    const users: Chain = { label: 'Medium', rows: 100_000, pageSize: 2000 };
    expect(floorOf([users, heavy(3000)], 'pro', 1, 0)).toEqual({ floorSeconds: 2.5, callsNeeded: 60 });
  });

  it('never falls when there is more to read', () => {
    const rows = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(fc.array(rows), rows, fc.nat({ max: 1000 }), (dates, more, latencyMs) => {
        const floor = (all: readonly number[]) => floorOf(all.map(heavy), 'pro', 1, latencyMs).floorSeconds;
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
