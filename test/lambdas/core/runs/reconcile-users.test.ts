import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RunRef } from '../../../../lambdas/contract/workflow';
import { type Fact, goneFact } from '../../../../lambdas/core/facts/fact';
import type { ShardProgress } from '../../../../lambdas/core/runs/ports';
import { areUsersComplete, reconcileUsers } from '../../../../lambdas/core/runs/reconcile-users';
import { dailyShards, userShards } from '../../../../lambdas/core/runs/shards';
import { instant } from '../../../support/clock';
import { InMemoryFactStore, factOf, pendingRow, userRow } from '../../../support/facts';
import { InMemorySeenUsers, SYNC, doneShard } from '../../../support/runs';

const MIRA = factOf('user', userRow());
const JON = factOf('user', userRow({ id: 'u-Jon_2', email: 'jon.dale@example.com' }));
const INVITED = factOf('user', pendingRow());
const ARRIVED = factOf('user', userRow({ id: 'u-New_3', email: 'new.hire@example.com' }));

const BEFORE: RunRef = { ...SYNC, runId: 'tick-0' };

/** The store after a complete pass that saw `seen`, and one before it that saw `seenBefore`. */
async function after(stored: readonly Fact[], seen: readonly Fact[], seenBefore = seen) {
  const facts = new InMemoryFactStore(...stored);
  const seenUsers = new InMemorySeenUsers();
  const idsOf = (users: readonly Fact[]) => users.map(({ id }) => id);
  await seenUsers.add(SYNC, 'user.active.0', idsOf(seen));
  await seenUsers.add(BEFORE, 'user.active.0', [...idsOf(seenBefore), 'somebody else']);
  const said = await reconcileUsers({ facts, seenUsers }, SYNC, instant(), BEFORE);
  return { facts, said, stream: facts.stream };
}

describe('two complete passes over the users, one after the other,', () => {
  it('mark whom no list named as gone', async () => {
    const { stream } = await after([MIRA, JON], [MIRA]);
    expect(stream).toEqual([{ event: 'MODIFY', fact: goneFact(JON, undefined), old: JON }]);
  });

  it.each([
    ['both', [MIRA, JON], [MIRA, JON]],
    ['the first alone', [MIRA], [MIRA, JON]],
    ['the second alone', [MIRA, JON], [MIRA]],
  ])('leave whom %s named', async (_, seen, seenBefore) => {
    expect((await after([MIRA, JON], seen, seenBefore)).stream).toEqual([]);
  });

  it('leave who came to Zoom after the second had begun', async () => {
    const newcomer = factOf('user', userRow({ id: 'u-late', user_created_at: instant() }));
    expect((await after([MIRA, newcomer], [MIRA])).stream).toEqual([]);
  });

  it('leave who is gone already', async () => {
    expect((await after([goneFact(JON, undefined)], [MIRA])).stream).toEqual([]);
  });

  it('say how many they marked, and how many the second missed', async () => {
    expect((await after([MIRA, JON, ARRIVED], [], [MIRA])).said).toEqual({ gone: 2, missed: 1, isFirstLook: false });
  });

  it('mark nobody of another connection', async () => {
    const theirs = factOf('user', userRow(), { connectionId: 'c2', zoomAccountId: 'account-2', retentionDays: 365 });
    expect((await after([theirs], [])).stream).toEqual([]);
  });

  it('change nothing when the second is repeated', async () => {
    const { facts } = await after([MIRA, JON], [MIRA]);
    expect((await after([...facts.items.values()], [MIRA])).stream).toEqual([]);
  });

  it('mark exactly whom both missed, whoever they are', async () => {
    const users = Array.from({ length: 20 }, (_, n) => factOf('user', userRow({ id: `u${n}` })));
    await fc.assert(
      fc.asyncProperty(fc.subarray(users), fc.subarray(users), fc.subarray(users), async (stored, seen, before) => {
        const { facts } = await after(stored, seen, before);
        const present = [...facts.items.values()].filter(({ state }) => state === 'present');
        expect(present).toEqual(stored.filter((fact) => seen.includes(fact) || before.includes(fact)));
      }),
    );
  });
});

describe('a complete pass over the users that is the first to miss somebody', () => {
  it('marks nobody, and says how many it missed', async () => {
    const facts = new InMemoryFactStore(MIRA, JON);
    const said = await reconcileUsers({ facts, seenUsers: new InMemorySeenUsers() }, SYNC, instant(), undefined);
    expect([said, facts.stream]).toEqual([{ gone: 0, missed: 2, isFirstLook: true }, []]);
  });

  it('is one also when the lists of the one before have expired: no account is without users', async () => {
    const facts = new InMemoryFactStore(MIRA, JON);
    const said = await reconcileUsers({ facts, seenUsers: new InMemorySeenUsers() }, SYNC, instant(), BEFORE);
    expect([said, facts.stream]).toEqual([{ gone: 0, missed: 2, isFirstLook: true }, []]);
  });
});

describe('an invited user', () => {
  it('who has come is superseded by the user that they are now', async () => {
    const { stream } = await after([INVITED, ARRIVED], [ARRIVED]);
    expect(stream.map(({ fact }) => fact)).toEqual([goneFact(INVITED, ARRIVED.id)]);
  });

  it('who has come is superseded however Zoom writes the absent id', async () => {
    const invited = factOf('user', pendingRow({ id: '' }));
    const { stream } = await after([invited, ARRIVED], [ARRIVED]);
    expect(stream[0]?.fact.supersededBy).toBe(ARRIVED.id);
  });

  it('who was told off is gone and superseded by nobody', async () => {
    const { stream } = await after([INVITED, MIRA], [MIRA]);
    expect(stream.map(({ fact }) => fact)).toEqual([goneFact(INVITED, undefined)]);
  });

  it('is not superseded by a user of that address who is gone too', async () => {
    const { stream } = await after([INVITED, ARRIVED], [MIRA]);
    expect(stream.map(({ fact }) => fact.supersededBy)).toEqual([undefined, undefined]);
  });
});

describe('a user who was deleted and made again with the same address', () => {
  const AGAIN = factOf('user', userRow({ id: 'u-Mira_9' }));

  it('is another user, and supersedes nobody: an address may be given to somebody else', async () => {
    const { stream } = await after([MIRA, AGAIN], [AGAIN]);
    expect(stream.map(({ fact }) => fact)).toEqual([goneFact(MIRA, undefined)]);
  });

  it('is a new fact on the stream', async () => {
    const facts = new InMemoryFactStore(goneFact(MIRA, undefined));
    await facts.writeChanged([AGAIN]);
    expect(facts.stream).toEqual([{ event: 'INSERT', fact: AGAIN }]);
  });

  it('supersedes an invitation to that address, not who had the address before', async () => {
    const invited = factOf('user', pendingRow({ email: 'mira.holt@example.com' }));
    const { stream } = await after([MIRA, invited, AGAIN], [AGAIN]);
    expect(stream.map(({ fact }) => fact)).toEqual([goneFact(MIRA, undefined), goneFact(invited, AGAIN.id)]);
  });
});

describe('somebody who was gone and is back', () => {
  it.each([
    ['a user, with the same id,', JON, goneFact(JON, undefined)],
    ['an address that is invited anew,', INVITED, goneFact(INVITED, ARRIVED.id)],
  ])('is present again by one change: %s', async (_, fact, gone) => {
    const facts = new InMemoryFactStore(gone);
    await facts.writeChanged([fact]);
    expect(facts.stream).toEqual([{ event: 'MODIFY', old: gone, fact }]);
    expect(facts.ofKind('user')[0]).not.toHaveProperty('supersededBy');
  });

  it('is gone again only when two more passes miss them', async () => {
    expect((await after([MIRA, JON], [MIRA], [MIRA, JON])).stream).toEqual([]);
    expect((await after([MIRA, JON], [MIRA], [MIRA])).stream).toEqual([
      { event: 'MODIFY', old: JON, fact: goneFact(JON, undefined) },
    ]);
  });
});

describe('a user who is deactivated', () => {
  it('is the same fact, changed, and stays present: the list of inactive users names them', async () => {
    const inactive = factOf('user', userRow({ id: 'u-Jon_2', email: 'jon.dale@example.com', status: 'inactive' }));
    const facts = new InMemoryFactStore(JON);
    await facts.writeChanged([inactive]);
    expect(facts.stream).toEqual([{ event: 'MODIFY', old: JON, fact: inactive }]);
    expect((await after([MIRA, inactive], [MIRA, inactive])).stream).toEqual([]);
  });
});

describe('areUsersComplete', () => {
  const shards = (change: Partial<ShardProgress> = {}) =>
    userShards().map((shard, n) => doneShard(shard, n === 1 ? change : {}));

  it('is true when all three lists were read to their end', () => {
    expect(areUsersComplete(shards({ rows: 5, totalRecords: 5 }))).toBe(true);
  });

  it('does not care for the reports', () => {
    const report = { ...doneShard(dailyShards(['2026-10-12'])[0]!), state: 'reading' as const };
    expect(areUsersComplete([...shards(), report])).toBe(true);
  });

  it.each<readonly [string, Partial<ShardProgress>]>([
    ['is not read to its end', { state: 'reading' }],
    ['was not begun', { state: 'planned' }],
    ['was denied', { state: 'denied' }],
    ['had fewer rows than Zoom said', { rows: 4, totalRecords: 5 }],
    ['had a row that nobody could read', { malformed: 1 }],
  ])('is false when a list %s', (_, change) => {
    expect(areUsersComplete(shards(change))).toBe(false);
  });

  it('is false when a list was not asked for', () => {
    expect(areUsersComplete(shards().slice(0, 2))).toBe(false);
  });

  it('is false for a run that asked for no users', () => {
    expect(areUsersComplete([])).toBe(false);
  });
});
