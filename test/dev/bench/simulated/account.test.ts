import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Account } from '../../../../dev/bench/simulated/account';
import { PROFILES } from '../../../../dev/bench/simulated/day-curve';
import type { Shard } from '../../../../lambdas/contract/workflow';
import type { ZoomRow } from '../../../../lambdas/core/facts/stable-form';
import { dailyShards, datesBetween, userShards } from '../../../../lambdas/core/runs/shards';
import { NOW } from '../../../support/clock';
import { factOf } from '../../../support/facts';

const SHARDS: readonly Shard[] = [...dailyShards(datesBetween('2026-10-05', '2026-10-12')), ...userShards()];

const sizes = {
  users: fc.integer({ min: 10, max: 300 }),
  rows: fc.integer({ min: 0, max: 2000 }),
  profile: fc.constantFrom(...PROFILES),
};

const makeAccount = (props: Partial<ConstructorParameters<typeof Account>[0]> = {}) =>
  new Account({ users: 100, rows: 2000, days: 7, profile: 'even', startMs: NOW, ...props });

/** All rows of the account, each with its shard. */
function allRows(account: Account) {
  return SHARDS.flatMap((shard) => account.slice(shard, 0, account.rowsOf(shard), NOW).map((row) => ({ shard, row })));
}

const timeOf = ({ time }: ZoomRow) => (typeof time === 'string' ? time : '');

describe('a simulated account', () => {
  it('has exactly the users and rows that were asked for', () => {
    fc.assert(
      fc.property(fc.record(sizes), (props) => {
        expect(allRows(makeAccount(props))).toHaveLength(props.users + props.rows);
      }),
    );
  });

  it('has no two rows that come to the same fact', () => {
    fc.assert(
      fc.property(fc.record(sizes), (props) => {
        const ids = allRows(makeAccount(props)).map(({ shard, row }) => factOf(shard.stream, row).id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 20 },
    );
  });

  it('tells each row from all others by its position', () => {
    const account = makeAccount();
    const positions = allRows(account).map(({ shard, row }) =>
      shard.stream === 'user' ? account.positionOfUser(row) : account.positionOfReport(shard.stream, row),
    );
    expect(positions.sort((a, b) => a - b)).toEqual(Array.from({ length: account.total }, (_, i) => i));
  });

  it('tells a stored fact as it tells the row', () => {
    const account = makeAccount();
    const rows = allRows(account).flatMap(({ shard: { stream }, row }) => (stream === 'user' ? [] : [{ stream, row }]));
    expect(rows.map(({ stream, row }) => account.positionOfReport(stream, factOf(stream, row).raw))).toEqual(
      rows.map(({ stream, row }) => account.positionOfReport(stream, row)),
    );
  });

  it("has a report's rows on their date, newest first, and none after the start", () => {
    fc.assert(
      fc.property(fc.record(sizes), (props) => {
        const account = makeAccount(props);
        for (const shard of SHARDS) {
          if (shard.stream === 'user') continue;
          const times = account.slice(shard, 0, account.rowsOf(shard), NOW).map(timeOf);
          expect(times).toEqual([...times].sort().reverse());
          expect(times.every((time) => time.startsWith(shard.from) && Date.parse(time) <= NOW)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is cut into pages without a gap', () => {
    const account = makeAccount();
    for (const shard of SHARDS) {
      const size = account.rowsOf(shard);
      const pages = Array.from({ length: Math.ceil(size / 30) }, (_, i) => account.slice(shard, i * 30, 30, NOW));
      expect(pages.flat()).toEqual(account.slice(shard, 0, size, NOW));
    }
  });

  it('is less busy at the weekend', () => {
    const account = makeAccount();
    const [saturday, friday] = dailyShards(['2026-10-10', '2026-10-09']);
    expect(saturday && account.rowsOf(saturday)).toBeLessThan((friday && account.rowsOf(friday)) ?? 0);
  });

  it('has nine of ten rows in office hours when told so', () => {
    const account = makeAccount({ rows: 20_000, profile: 'office-hours' });
    const [friday] = dailyShards(['2026-10-09']);
    const hours = friday && account.slice(friday, 0, 20_000, NOW).map((row) => Number(timeOf(row).slice(11, 13)));
    const inOffice = hours?.filter((hour) => hour >= 7 && hour < 19) ?? [];
    expect(inOffice.length / (hours?.length ?? 0)).toBeCloseTo(0.9, 2);
  });
});
