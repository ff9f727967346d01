import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Shard } from '../../../../lambdas/contract/workflow';
import {
  covers,
  gapReason,
  isForgotten,
  parseLetter,
  readLetter,
} from '../../../../lambdas/core/dead-letters/dead-letter';
import { addDays, dailyShards, datesBetween, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { DAY, HOUR, MINUTE, NOW, instant } from '../../../support/clock';
import { gapOf } from '../../../support/dead-letters';
import { pendingRow, userRow } from '../../../support/facts';

const [ACTIVITY, OPERATION] = dailyShards(['2026-10-05']) as [Shard, Shard];
const ACTIVE = userShards()[0]!;
const KEPT_SECONDS = 180 * (DAY / 1000);

describe('the letter of a shard', () => {
  it('has the id of the connection and the shard, so that writing it again makes no second one', () => {
    expect(readLetter('c1', plannedShard(ACTIVITY, 0), NOW).id).toBe('c1.read.user_activity.2026-10-05.whole');
  });

  it('of users is kept for half a year', () => {
    expect(readLetter('c1', plannedShard(ACTIVE, 0), NOW).expiresAt).toBe(NOW / 1000 + KEPT_SECONDS);
  });

  it.each<[string, Shard, number]>([
    ['from the end of its date on', ACTIVITY, Date.parse('2026-10-06T00:00:00Z')],
    ['of today, from now on', dailyShards(['2026-10-12'])[0]!, NOW],
  ])(
    'of a report is kept as long as Zoom keeps that, and as long again for a run to note the loss: %s',
    (_, shard, from) => {
      expect(readLetter('c1', plannedShard(shard, 0), NOW).expiresAt).toBe(from / 1000 + 2 * KEPT_SECONDS);
    },
  );

  it.each<[string, Shard, boolean]>([
    ['of the oldest date that Zoom has', dailyShards(['2026-04-15'])[0]!, false],
    ['of the date before', dailyShards(['2026-04-14'])[0]!, true],
    ['of users', ACTIVE, false],
  ])('%s stands for what is forgotten: %s', (_, shard, forgotten) => {
    expect(isForgotten(gapOf(shard), NOW)).toBe(forgotten);
  });
});

describe('the letter of a row', () => {
  const letterOf = (row: Parameters<typeof parseLetter>[2]) => parseLetter('c1', 'user', row, 'why', NOW);

  it.each([
    ['the same row is read again', userRow(), userRow()],
    ['its lists come in another order', userRow({ group_ids: ['a', 'b'] }), userRow({ group_ids: ['b', 'a'] })],
    ['Zoom makes up a value', pendingRow({ created_at: 'x' }), pendingRow({ created_at: 'y' })],
    ['a secret in it changes', userRow({ host_key: '1' }), userRow({ host_key: '2' })],
  ])('is the same one when %s', (_, one, other) => {
    expect(letterOf(one).id).toBe(letterOf(other).id);
  });

  it('is another one for another row', () => {
    expect(letterOf(userRow({ dept: 'a' })).id).not.toBe(letterOf(userRow({ dept: 'b' })).id);
  });

  it('is another one for the same row of another kind', () => {
    expect(parseLetter('c1', 'user_activity', {}, 'why', NOW).id).not.toBe(letterOf({}).id);
  });

  it('holds the row without its secrets', () => {
    expect(letterOf({ id: 'u1', host_key: '123456', settings: { password: 'p' } }).row).toEqual({
      id: 'u1',
      settings: {},
    });
  });

  it('holds what is no row without its secrets', () => {
    expect(letterOf(['text', { password: 'p' }]).row).toEqual(['text', {}]);
  });

  it.each([
    ['is too large', { id: 'u1', note: 'x'.repeat(400_000) }],
    ['has too large a number', { id: 'u1', n: 1e300 }],
  ])('that %s for the table is written without it, and is the same one each time', (_, row) => {
    const letter = letterOf(row);
    expect([letter.row, letter.id]).toEqual([null, letterOf(row).id]);
    expect(letter.id).not.toBe(letterOf({ ...row, id: 'u2' }).id);
  });
});

describe('what a shard covers', () => {
  const [since] = shardsSince('user_activity', Date.parse('2026-10-06T00:00:00Z'), NOW) as [Shard];

  it.each<[string, Shard, Shard]>([
    ['itself', ACTIVITY, ACTIVITY],
    ['the users of its status', ACTIVE, ACTIVE],
  ])('is %s', (_, read, wanted) => {
    expect(covers(read, wanted)).toBe(true);
  });

  it.each<[string, Shard, Shard]>([
    ['another report', OPERATION, ACTIVITY],
    ['the users of another status', userShards()[1]!, ACTIVE],
    ['users by a report', ACTIVITY, ACTIVE],
    ['a report by users', ACTIVE, ACTIVITY],
    ['a date that it read in part', since, ACTIVITY],
  ])('is not %s', (_, read, wanted) => {
    expect(covers(read, wanted)).toBe(false);
  });

  it('are the dates that it spans, and no others', () => {
    const day = fc.integer({ min: 0, max: 12 }).map((days) => addDays('2026-10-01', days));
    const span = fc.tuple(day, day).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
    const whole = { id: '', stream: 'user_activity', floor: null } as const;
    fc.assert(
      fc.property(span, span, (read, wanted) => {
        const dates = new Set(datesBetween(read.from, read.to));
        const isWhole = datesBetween(wanted.from, wanted.to).every((date) => dates.has(date));
        expect(covers({ ...whole, ...read }, { ...whole, ...wanted })).toBe(isWhole);
      }),
    );
  });
});

describe('the reason for a gap', () => {
  it('names reports with their dates, users by status, the latest trouble, and what to do', () => {
    const shards = [...dailyShards(['2026-10-07', '2026-10-05', '2026-10-04']), ...userShards().slice(0, 2)];
    const letters = shards.map((shard, index) =>
      gapOf(shard, { at: instant(index * MINUTE), reason: `HTTP ${index}` }),
    );
    expect(gapReason(letters)).toBe(
      'Could not be read: sign-ins of 2026-10-04 to 2026-10-05, 2026-10-07; ' +
        'admin operations of 2026-10-04 to 2026-10-05, 2026-10-07; active, inactive users. ' +
        'What went wrong: HTTP 7. To read them again: connector dead-letters replay.',
    );
  });

  it('names a date once that two letters span', () => {
    const wide = { ...ACTIVITY, id: 'wide', to: '2026-10-06' } as Shard;
    expect(gapReason([gapOf(ACTIVITY), gapOf(wide)])).toContain('sign-ins of 2026-10-05 to 2026-10-06.');
  });

  it('holds for letters in any order', () => {
    const letters = [...dailyShards(['2026-10-05', '2026-10-04']), ACTIVE].map((shard, index) =>
      gapOf(shard, { at: instant(index * HOUR) }),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(letters, { minLength: letters.length }), (shuffled) => {
        expect(gapReason(shuffled)).toBe(gapReason(letters));
      }),
    );
  });
});
