import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { STATUSES } from '../../../../lambdas/contract/connection';
import type { FactKind } from '../../../../lambdas/contract/fact';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import {
  freshnessOf,
  readAges,
  readingOf,
  streamsBehind,
  unreadReason,
  withRange,
} from '../../../../lambdas/core/connections/freshness';
import { addDays } from '../../../../lambdas/core/runs/shards';
import { DAY, HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { backfillRecord, connectedRecord, connectionRecord, streamReading } from '../../../support/connections';

/** A connection since long ago, whose streams were read this long ago. */
function readAgo(
  ago: { readonly [Kind in FactKind]?: number } | number,
  change: Partial<ConnectionRecord> = {},
): ConnectionRecord {
  const of = (stream: FactKind) => instant(-(typeof ago === 'number' ? ago : (ago[stream] ?? 0)));
  return connectedRecord({
    connectedAt: instant(-90 * DAY),
    firstReadAt: instant(-90 * DAY),
    backfill: backfillRecord({ state: 'done', startedAt: instant(-90 * DAY), endedAt: instant(-90 * DAY) }),
    freshness: (['user', 'user_activity', 'admin_operation'] as const).map((stream) =>
      streamReading(stream, { readAt: of(stream), newest: instant(-60 * DAY) }),
    ),
    ...change,
  });
}

describe('a stream is behind', () => {
  it.each<[string, number, FactKind, number]>([
    ['4 ticks', 30, 'user_activity', 2 * HOUR],
    ['4 ticks', 30, 'admin_operation', 2 * HOUR],
    ['an hour, if 4 ticks are less,', 1, 'user_activity', HOUR],
    ['an hour, if 4 ticks are as much,', 15, 'admin_operation', HOUR],
    ['a day and a half, for users are read daily,', 15, 'user', 36 * HOUR],
    ['a day and 4 ticks, if those are long,', 1440, 'user', 5 * DAY],
  ])('when it was not read for more than %s (%i minutes each): %s', (_, everyMinutes, stream, most) => {
    const behindAfter = (ms: number) => streamsBehind(readAgo({ [stream]: ms }), everyMinutes, NOW);
    expect([behindAfter(most), behindAfter(most + 1)]).toEqual([[], [stream]]);
  });

  it('never because nothing happens in Zoom', () => {
    expect(streamsBehind(readAgo(5 * MINUTE), 15, NOW)).toEqual([]);
  });

  it('also when it was never read', () => {
    expect(streamsBehind(readAgo(0, { freshness: [] }), 15, NOW)).toEqual(['user', 'user_activity', 'admin_operation']);
  });

  it('also of a connection that is degraded', () => {
    expect(streamsBehind(readAgo(40 * DAY, { status: 'degraded' }), 15, NOW)).toHaveLength(3);
  });

  it.each(STATUSES.filter((status) => status !== 'connected' && status !== 'degraded'))(
    'never of a connection that is %s: syncs do not read it',
    (status) => {
      expect(streamsBehind(readAgo(40 * DAY, { status }), 15, NOW)).toEqual([]);
    },
  );

  it('never while the first read is not complete, which says so itself', () => {
    expect(streamsBehind(readAgo(40 * DAY, { firstReadAt: null }), 15, NOW)).toEqual([]);
  });

  it('never when the grant does not cover it', () => {
    const denied = { stream: 'user_activity', state: 'unavailable', reason: 'no', remedy: null } as const;
    const record = readAgo(40 * DAY, { capabilities: [denied] });
    expect(streamsBehind(record, 15, NOW)).toEqual(['user', 'admin_operation']);
  });

  it.each<[string, Partial<ConnectionRecord>]>([
    ['resumed', { resumedAt: instant(-10 * MINUTE) }],
    ['connected anew', { connectedAt: instant(-10 * MINUTE) }],
    ['read by a backfill until', { backfill: backfillRecord({ state: 'done', endedAt: instant(-10 * MINUTE) }) }],
  ])('not yet when the connection was %s minutes ago: its first sync is still to come', (_, change) => {
    expect(streamsBehind(readAgo(40 * DAY, change), 15, NOW)).toEqual([]);
  });

  it('when a backfill of other dates than the usual has ended minutes ago: it says nothing of what came since', () => {
    const backfill = backfillRecord({ state: 'done', isOfRange: true, endedAt: instant(-10 * MINUTE) });
    expect(streamsBehind(readAgo({ user_activity: 3 * HOUR }, { backfill }), 15, NOW)).toEqual(['user_activity']);
  });

  it('not yet when the sync that read it took hours and has just ended', () => {
    const lastSync = { at: instant(-MINUTE), result: 'ok', newFacts: 0 } as const;
    expect(streamsBehind(readAgo({ user_activity: 3 * HOUR }, { lastSync }), 15, NOW)).toEqual([]);
  });

  it('when the last sync ended without having read it', () => {
    const lastSync = { at: instant(-MINUTE), result: 'partial', newFacts: 0 } as const;
    expect(streamsBehind(readAgo({ user_activity: 3 * HOUR }, { lastSync }), 15, NOW)).toEqual(['user_activity']);
  });

  it('exactly while it is, whatever the schedule: it never comes and goes by itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1440 }), fc.nat(10 * DAY), fc.nat(10 * DAY), (every, age, more) => {
        const record = readAgo(age);
        const now = streamsBehind(record, every, NOW);
        expect(streamsBehind(record, every, NOW + more)).toEqual(expect.arrayContaining(now));
      }),
    );
  });
});

describe('the freshness of a connection', () => {
  it('says of each kind when its newest fact happened, when it was read, and that it is not behind', () => {
    expect(freshnessOf(readAgo(MINUTE), 15, NOW)[1]).toEqual({
      stream: 'user_activity',
      newest: instant(-60 * DAY),
      readAt: instant(-MINUTE),
      behind: false,
      problem: null,
      lost: [],
    });
  });

  it('says what is behind', () => {
    const behind = freshnessOf(readAgo({ admin_operation: DAY }), 15, NOW).map((stream) => stream.behind);
    expect(behind).toEqual([false, false, true]);
  });

  it.each([
    ['before a consent', connectionRecord()],
    ['after the end', readAgo(MINUTE, { status: 'disconnected' })],
  ])('says nothing %s', (_, record) => {
    expect(freshnessOf(record, 15, NOW)).toEqual([]);
  });
});

describe('the ages of readings', () => {
  it('are counted from when each stream was read, in seconds', () => {
    expect([...readAges(readAgo({ user: HOUR, user_activity: MINUTE }), NOW)]).toEqual([
      ['user', 3600],
      ['user_activity', 60],
      ['admin_operation', 0],
    ]);
  });

  it('are counted from the consent while a stream was never read', () => {
    const record = connectedRecord({ connectedAt: instant(-HOUR), backfill: null });
    expect(readAges(record, NOW).get('user_activity')).toBe(3600);
  });

  it('are none of what syncs do not read', () => {
    expect(readAges(readAgo(DAY, { status: 'paused' }), NOW).size).toBe(0);
  });
});

describe('the reason of what was not read', () => {
  it('names the streams, since when, and what went wrong', () => {
    const readings = [
      streamReading('user_activity', { problem: 'GET /v2/report/activities: HTTP 503' }),
      streamReading('admin_operation'),
      streamReading('user', { readAt: null }),
    ];
    expect(unreadReason(readings)).toBe(
      'Not read since 2026-10-12 08:15 UTC: sign-ins, admin operations. Not read yet: users. ' +
        'What went wrong: GET /v2/report/activities: HTTP 503. It is tried again by itself.',
    );
  });

  it('says where to look when nobody has told what went wrong', () => {
    expect(unreadReason([streamReading('user')])).toContain('No run has told why; their executions do.');
  });
});

describe('ranges of dates', () => {
  it('that overlap or adjoin become one', () => {
    const ranges = [{ from: '2026-01-10', to: '2026-01-20' }];
    expect(withRange(ranges, { from: '2026-01-21', to: '2026-01-25' })).toEqual([
      { from: '2026-01-10', to: '2026-01-25' },
    ]);
  });

  it('that do not stay apart, oldest first', () => {
    const later = { from: '2026-03-02', to: '2026-03-03' };
    const earlier = { from: '2026-01-10', to: '2026-02-28' };
    expect(withRange([later], earlier)).toEqual([earlier, later]);
  });

  it('hold exactly the dates that were added, however they come', () => {
    const range = fc
      .tuple(fc.nat(60), fc.nat(10))
      .map(([first, length]) => ({ from: addDays('2026-01-01', first), to: addDays('2026-01-01', first + length) }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
        const merged = ranges.reduce(withRange, []);
        const holds = (all: readonly { from: string; to: string }[], date: string) =>
          all.some(({ from, to }) => from <= date && date <= to);
        for (let day = 0; day <= 75; day++) {
          const date = addDays('2026-01-01', day);
          expect(holds(merged, date)).toBe(holds(ranges, date));
        }
        expect(merged.every(({ from }, n) => n === 0 || addDays(merged[n - 1]!.to, 1) < from)).toBe(true);
      }),
    );
  });
});

describe('what is known of a stream', () => {
  it('is nothing at first', () => {
    expect(readingOf(connectedRecord(), 'user_activity')).toEqual({
      stream: 'user_activity',
      newest: null,
      readAt: null,
      problem: null,
      lost: [],
    });
  });
});
