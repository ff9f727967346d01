import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { type DeadLetter, parseLetter } from '../../../../lambdas/core/dead-letters/dead-letter';
import { MOST_LETTERS, allDeadLetters, makeReplay } from '../../../../lambdas/core/dead-letters/replay';
import { NotFoundError } from '../../../../lambdas/core/errors';
import type { ZoomRow } from '../../../../lambdas/core/facts/stable-form';
import { dailyShards, userShards } from '../../../../lambdas/core/runs/shards';
import { FakeClock, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { InMemoryDeadLetterStore, gapOf } from '../../../support/dead-letters';
import { InMemoryFactStore, activityRow, factOf, userRow } from '../../../support/facts';
import { RecordingRunStarter } from '../../../support/runs';

const OTHER = connectedRecord({ id: 'c2', zoomAccountId: 'account-2' });
const SHARDS = dailyShards(['2026-10-05']);
const GAPS = SHARDS.map((shard) => gapOf(shard));
/** The letter of a row that an earlier version of the code could not understand. */
const letterOf = (row: ZoomRow) => parseLetter('c1', 'user_activity', row, 'it had no time', NOW);
const READABLE = letterOf(activityRow());
const UNREADABLE = letterOf({ email: 'a@example.com' });

function replaying(letters: readonly DeadLetter[], ...records: readonly ConnectionRecord[]) {
  const kept: string[] = [];
  const ports = {
    connections: new InMemoryConnectionStore(...(records.length === 0 ? [connectedRecord()] : records)),
    deadLetters: new InMemoryDeadLetterStore(...letters),
    facts: new InMemoryFactStore(),
    runs: new RecordingRunStarter(),
    clock: new FakeClock(),
    log: { letterKept: (id: string, why: string) => void kept.push(`${id}: ${why}`) },
  };
  return { ...ports, ports, kept, replay: makeReplay(ports, { retentionDays: 365 }) };
}

describe('the replay of shards', () => {
  it('starts one backfill of exactly these for each connection', async () => {
    const other = gapOf(userShards()[0]!, { id: 'c2.read.user.active', connectionId: 'c2' });
    const { replay, runs } = replaying([...GAPS, other], connectedRecord(), OTHER);
    await replay([]);
    expect(runs.requests).toMatchObject([
      { connectionId: 'c1', kind: 'backfill', shards: SHARDS },
      { connectionId: 'c2', kind: 'backfill', shards: [other.shard] },
    ]);
  });

  it('counts what it took up', async () => {
    expect(await replaying(GAPS).replay([])).toEqual({ replayed: 2, failed: 0 });
  });

  it('keeps the letters, which the end of the backfill deletes', async () => {
    const { replay, deadLetters } = replaying(GAPS);
    await replay([]);
    expect(deadLetters.ids).toEqual(GAPS.map(({ id }) => id).sort());
  });

  it.each<[string, ConnectionRecord, string]>([
    ['cannot be read', connectedRecord({ status: 'reconnect_needed' }), 'the connection is reconnect_needed'],
    ['is being backfilled', connectedRecord({ backfill: backfillRecord() }), 'a backfill is running'],
    ['waits for its first backfill', connectedRecord({ status: 'backfilling' }), 'a backfill is running'],
  ])('fails for a connection that %s, and the log says so', async (_, record, why) => {
    const { replay, runs, kept } = replaying(GAPS.slice(0, 1), record);
    expect([await replay([]), runs.requests, kept]).toEqual([
      { replayed: 0, failed: 1 },
      [],
      [`${GAPS[0]?.id}: ${why}`],
    ]);
  });
});

describe('the replay of rows', () => {
  it('stores the facts that they are', async () => {
    const { replay, facts } = replaying([READABLE]);
    await replay([]);
    expect([...facts.items.values()]).toEqual([factOf('user_activity', activityRow())]);
  });

  it('is the end of their letters', async () => {
    const { replay, deadLetters } = replaying([READABLE]);
    expect([await replay([]), deadLetters.ids]).toEqual([{ replayed: 1, failed: 0 }, []]);
  });

  it('keeps those that are still no facts', async () => {
    const { replay, deadLetters, kept } = replaying([READABLE, UNREADABLE]);
    expect([await replay([]), deadLetters.ids, kept]).toEqual([
      { replayed: 1, failed: 1 },
      [UNREADABLE.id],
      [`${UNREADABLE.id}: it has no time`],
    ]);
  });

  it('leaves a fact that was read since as it is', async () => {
    const letter = parseLetter('c1', 'user', userRow({ dept: 'then' }), 'why', NOW);
    const { replay, facts } = replaying([letter]);
    const now = factOf('user', userRow({ dept: 'now' }));
    await facts.write([now]);
    await replay([]);
    expect(facts.ofKind('user')).toEqual([now]);
  });

  it('stores none whose time to live is over', async () => {
    const { replay, facts, deadLetters } = replaying([letterOf(activityRow({ time: '2025-01-01T00:00:00Z' }))]);
    await replay([]);
    expect([facts.items.size, deadLetters.ids]).toEqual([0, []]);
  });

  it('fails when their connection is gone', async () => {
    expect(await replaying([READABLE], OTHER).replay([READABLE.id])).toEqual({ replayed: 0, failed: 1 });
  });
});

describe('the replay of letters by name', () => {
  it('takes up no others', async () => {
    const { replay, deadLetters } = replaying([READABLE, letterOf(activityRow({ email: 'b@example.com' }))]);
    expect([await replay([READABLE.id]), deadLetters.letters.size]).toEqual([{ replayed: 1, failed: 0 }, 1]);
  });

  it('counts one once that is named twice', async () => {
    expect(await replaying([READABLE]).replay([READABLE.id, READABLE.id])).toEqual({ replayed: 1, failed: 0 });
  });

  it('fails for an unknown one, with what to do, and takes up none', async () => {
    const { replay, deadLetters } = replaying([READABLE]);
    await expect(replay([READABLE.id, 'c1.read.nothing'])).rejects.toThrow(NotFoundError);
    expect(deadLetters.ids).toEqual([READABLE.id]);
  });

  it('takes up nothing when there is nothing', async () => {
    expect(await replaying([]).replay([])).toEqual({ replayed: 0, failed: 0 });
  });
});

describe('all dead letters', () => {
  it('are those of all connections, gaps first', async () => {
    const other = gapOf(userShards()[0]!, { id: 'c2.read.user.active', connectionId: 'c2' });
    const letters = await allDeadLetters(replaying([READABLE, other], connectedRecord(), OTHER).ports);
    expect(letters.map(({ id }) => id)).toEqual([other.id, READABLE.id]);
  });

  it('are bounded', async () => {
    const many = Array.from({ length: MOST_LETTERS + 1 }, (_, n) => ({
      ...READABLE,
      id: `c1.parse.${n}`,
      at: instant(),
    }));
    expect(await allDeadLetters(replaying(many).ports)).toHaveLength(MOST_LETTERS);
  });
});
