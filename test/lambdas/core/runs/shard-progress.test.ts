import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { afterPage, plannedShard, restarted } from '../../../../lambdas/core/runs/shard-progress';
import { dailyShards, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { activityRow, factOf } from '../../../support/facts';

const [WHOLE] = dailyShards(['2026-10-12']);
const [SINCE] = shardsSince('user_activity', NOW - HOUR, NOW);
const [USERS] = userShards();

/** The progress after pages with rows of these times (ms from now), the last page with a next one if `more`. */
function read(shard: ShardProgress['shard'] | undefined, pages: readonly (readonly number[])[], more = true) {
  return pages.reduce(
    (progress, times, n) => {
      const facts = times.map((ms) => factOf('user_activity', activityRow({ time: instant(ms) })));
      const nextPageToken = more || n < pages.length - 1 ? `page-${n + 1}` : null;
      const page = { rows: facts, facts, problems: [], nextPageToken, totalRecords: null };
      return afterPage(progress, page, NOW);
    },
    plannedShard(shard!, 0),
  );
}

describe('the progress after a page', () => {
  it('adds up rows and pages', () => {
    expect(read(WHOLE, [[-1, -2], [-3]])).toMatchObject({ rows: 3, pages: 2, state: 'reading' });
  });

  it('names the next page and since when', () => {
    expect(read(WHOLE, [[-1]])).toMatchObject({ pageToken: 'page-1', pageTokenAt: instant() });
  });

  it('is done after the last page, and forgets its token', () => {
    expect(read(WHOLE, [[-1], [-2]], false)).toMatchObject({ state: 'done', pageToken: null, pageTokenAt: null });
  });

  it('is done after an empty report', () => {
    expect(read(WHOLE, [[]], false)).toMatchObject({ state: 'done', newest: null });
  });

  it('knows the newest row of all pages, too', () => {
    expect(read(WHOLE, [[-2 * MINUTE, -MINUTE], [5 * MINUTE], [0]]).newestSoFar).toBe(instant(5 * MINUTE));
  });

  it('knows the newest row by the first page alone', () => {
    expect(read(WHOLE, [[-2 * MINUTE, -MINUTE], [5 * MINUTE]]).newest).toBe(instant(-MINUTE));
  });

  it('knows no times of users, whose lists have no order', () => {
    const facts = [factOf('user', { id: 'u1', user_created_at: instant() })];
    const page = { rows: facts, facts, problems: [], nextPageToken: 'next', totalRecords: 7 };
    expect(afterPage(plannedShard(USERS!, 0), page, NOW)).toMatchObject({
      newest: null,
      totalRecords: 7,
      inOrder: true,
    });
  });

  it('keeps the number of rows that Zoom said once', () => {
    const page = { rows: [], facts: [], problems: [], nextPageToken: 'next', totalRecords: 7 };
    const first = afterPage(plannedShard(USERS!, 0), page, NOW);
    expect(afterPage(first, { ...page, totalRecords: null }, NOW).totalRecords).toBe(7);
  });
});

describe('a shard that reads back to a floor', () => {
  it('is done when a page has passed it', () => {
    expect(read(SINCE, [[-MINUTE], [-HOUR - 1]]).state).toBe('done');
  });

  it('goes on while a page ends at the floor itself, where others may have happened at once', () => {
    expect(read(SINCE, [[-MINUTE, -HOUR]]).state).toBe('reading');
  });

  it('goes on to the end when a page was out of order', () => {
    expect(read(SINCE, [[-2 * MINUTE, -MINUTE], [-2 * HOUR]]).state).toBe('reading');
  });

  it('goes on to the end when a page is newer than the one before it', () => {
    expect(read(SINCE, [[-2 * MINUTE], [-MINUTE, -2 * HOUR]]).state).toBe('reading');
  });

  it('stops early only when every row so far was in order', () => {
    const times = fc.array(fc.integer({ min: -3 * HOUR, max: 0 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), (pages) => {
        const all = pages.flat();
        const isOrdered = all.every((ms, n) => n === 0 || ms <= all[n - 1]!);
        fc.pre(read(SINCE, pages).state === 'done');
        expect(isOrdered).toBe(true);
      }),
    );
  });
});

describe('a shard that is read whole', () => {
  it('goes on however old its rows are', () => {
    expect(read(WHOLE, [[-1000 * HOUR]]).state).toBe('reading');
  });
});

describe('a shard that begins again', () => {
  it('forgets where it was, and keeps what it counts', () => {
    const before = { ...read(WHOLE, [[-1]]), facts: 1, calls: 5, attempts: 2 };
    const counted = { facts: 1, calls: 5, attempts: 2, furthest: 1, restarts: 1 };
    expect(restarted(before)).toEqual({ ...plannedShard(WHOLE!, 0), ...counted, isReread: true });
  });

  it('counts its restarts anew once it comes further than before', () => {
    const again = restarted(read(WHOLE, [[-1]]));
    const page = { rows: [], facts: [], problems: [], totalRecords: null };
    const first = afterPage(again, { ...page, nextPageToken: 'a' }, NOW);
    const second = afterPage(first, { ...page, nextPageToken: 'b' }, NOW);
    expect([again, first, second].map(({ restarts }) => restarts)).toEqual([1, 1, 0]);
  });
});
