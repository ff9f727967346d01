import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  addDays,
  dailyShards,
  datesBetween,
  forgottenSince,
  shardsSince,
  userShards,
} from '../../../../lambdas/core/runs/shards';
import { DAY, NOW, instant } from '../../../support/clock';

const someTime = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2028-12-31T00:00:00Z') });
const HALF_A_YEAR = 180 * DAY;

describe('userShards', () => {
  it('reads each status of users', () => {
    expect(userShards().map(({ status }) => status)).toEqual(['active', 'inactive', 'pending']);
  });
});

describe('dailyShards', () => {
  it('reads both reports of each date whole', () => {
    expect(dailyShards(['2026-10-12'])).toEqual([
      {
        id: 'user_activity.2026-10-12.whole',
        stream: 'user_activity',
        from: '2026-10-12',
        to: '2026-10-12',
        floor: null,
      },
      {
        id: 'admin_operation.2026-10-12.whole',
        stream: 'admin_operation',
        from: '2026-10-12',
        to: '2026-10-12',
        floor: null,
      },
    ]);
  });
});

describe('what Zoom has forgotten of a report', () => {
  const at = Date.parse('2026-10-12T08:15:00Z');

  it.each([
    ['the oldest date that there is', '2026-04-15T00:00:00Z', undefined],
    ['the moment before', '2026-04-14T23:59:59.999Z', { from: '2026-04-14', to: '2026-04-14' }],
    ['a month before', '2026-03-14T12:00:00Z', { from: '2026-03-14', to: '2026-04-14' }],
    ['an hour ago', '2026-10-12T07:15:00Z', undefined],
  ])('when it was read until %s', (_, readAt, dates) => {
    expect(forgottenSince(readAt, at)).toEqual(dates);
  });

  it('is all that a sync does not read, and nothing that it does', () => {
    fc.assert(
      fc.property(someTime, fc.nat(300 * DAY), (now, age) => {
        const readAt = now - age;
        const lost = forgottenSince(new Date(readAt).toISOString(), now);
        const dates = shardsSince('user_activity', readAt, now).flatMap(({ from, to }) => datesBetween(from, to));
        for (const date of datesBetween(new Date(readAt).toISOString().slice(0, 10), dates[0]!)) {
          const isLost = lost !== undefined && lost.from <= date && date <= lost.to;
          expect(isLost).toBe(!dates.includes(date));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('shardsSince', () => {
  it('begins a date before the floor, for nobody knows whose midnight Zoom’s dates mean', () => {
    expect(shardsSince('user_activity', NOW, NOW)).toEqual([
      {
        id: 'user_activity.2026-10-11.since',
        stream: 'user_activity',
        from: '2026-10-11',
        to: '2026-10-12',
        floor: instant(),
      },
    ]);
  });

  it('is cut at the end of a month', () => {
    const now = Date.parse('2026-10-02T12:00:00Z');
    const windows = shardsSince('user_activity', now - 2 * DAY, now);
    expect(windows.map(({ from, to }) => [from, to])).toEqual([
      ['2026-10-01', '2026-10-02'],
      ['2026-09-29', '2026-09-30'],
    ]);
  });

  it('reads date by date, whole, what is older than yesterday when the floor is long ago: each has a place of its own to keep', () => {
    const shards = shardsSince('user_activity', NOW - 3 * DAY, NOW);
    expect(shards.map(({ from, to, floor }) => [from, to, floor])).toEqual([
      ['2026-10-11', '2026-10-12', instant(-3 * DAY)],
      ['2026-10-10', '2026-10-10', null],
      ['2026-10-09', '2026-10-09', null],
      ['2026-10-08', '2026-10-08', null],
    ]);
  });

  it('covers every date from the one before the floor to today once', () => {
    fc.assert(
      fc.property(someTime, fc.integer({ min: 0, max: HALF_A_YEAR - DAY }), (now, age) => {
        const dates = shardsSince('user_activity', now - age, now).flatMap(({ from, to }) => datesBetween(from, to));
        expect(dates).toEqual(datesBetween(dateOf(now - age - DAY), dateOf(now)));
      }),
    );
  });

  it('never asks for more than thirty days or two months at once', () => {
    fc.assert(
      fc.property(someTime, fc.integer({ min: 0, max: HALF_A_YEAR }), (now, age) => {
        for (const { from, to } of shardsSince('user_activity', now - age, now)) {
          expect([from.slice(0, 7), datesBetween(from, to).length <= 30]).toEqual([to.slice(0, 7), true]);
        }
      }),
    );
  });

  it('names each shard once', () => {
    fc.assert(
      fc.property(someTime, fc.integer({ min: 0, max: HALF_A_YEAR }), (now, age) => {
        const ids = shardsSince('admin_operation', now - age, now).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('asks for nothing that is older than Zoom keeps', () => {
    const oldest = shardsSince('user_activity', NOW - 400 * DAY, NOW).at(-1);
    expect(oldest?.from).toBe(dateOf(NOW - HALF_A_YEAR));
  });
});

describe('datesBetween', () => {
  it('gives both ends, newest first', () => {
    expect(datesBetween('2026-02-27', '2026-03-01')).toEqual(['2026-03-01', '2026-02-28', '2026-02-27']);
  });

  it('gives nothing when the first is later', () => {
    expect(datesBetween('2026-03-02', '2026-03-01')).toEqual([]);
  });
});

describe('addDays', () => {
  it.each([
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-03-01', -1, '2026-02-28'],
  ])('leads from %s by %d to %s', (date, days, result) => {
    expect(addDays(date, days)).toBe(result);
  });
});

function dateOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
