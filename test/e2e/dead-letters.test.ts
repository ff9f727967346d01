import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetterView, OperatorAnswers } from '../../lambdas/contract/operator';
import { addDays } from '../../lambdas/core/runs/shards';
import { distinctRows, rowsOf } from './support/compare';
import { cli, factsOf, operate, scaleWaits, statusOf, until, whenStatus } from './support/stack';
import { streamRecordsOf } from './support/stream';
import { endRests } from './support/time';
import { ZoomAccount, connect, consent } from './support/zoom-account';

describe('a date that Zoom fails to give', () => {
  const today = new Date().toISOString().slice(0, 10);
  const lost = addDays(today, -3);
  const all = { from: addDays(today, -7), to: addDays(today, 1) };
  let account: ZoomAccount;
  let connectionId: string;
  let mend: () => Promise<void>;

  beforeAll(async () => {
    await scaleWaits(0.01); // a shard is given up after an hour
    account = await ZoomAccount.create({ users: 20, activitiesPerDay: 40 });
    mend = await account.fail({ kind: 'serverError', path: `/v2/report/activities?from=${lost}` });
    connectionId = await consent(account, 'With a gap');
    await until('the end of the backfill', async () => {
      await endRests(connectionId);
      return (await statusOf(connectionId)).status === 'degraded' ? true : undefined;
    });
  });

  afterAll(() => scaleWaits(1));

  it('leaves the connection degraded, which names the gap, the trouble and what to do', async () => {
    const { reason, backfill } = await statusOf(connectionId);

    expect(reason).toMatch(new RegExp(`sign-ins of ${lost}\\..*HTTP 500.*connector dead-letters replay`));
    expect(backfill).toMatchObject({ state: 'done', shardsDone: 18, shardsTotal: 19 });
  });

  it('is listed as a dead letter', async () => {
    await expect(lettersOf(connectionId)).resolves.toEqual([
      {
        id: `${connectionId}.read.user_activity.${lost}.whole`,
        connectionId,
        stage: 'read',
        reason: expect.stringContaining('HTTP 500') as unknown,
        at: expect.any(String) as unknown,
      },
    ]);
  });

  it('keeps nothing else from being stored', async () => {
    const facts = await factsOf(connectionId);
    const [users, operations, before, since] = await Promise.all([
      account.truth('users'),
      account.truth('operations', all),
      account.truth('activities', { ...all, to: addDays(lost, -1) }),
      account.truth('activities', { ...all, from: addDays(lost, 1) }),
    ]);

    expect(rowsOf(facts, 'user')).toEqual(distinctRows(users));
    expect(rowsOf(facts, 'admin_operation')).toEqual(distinctRows(operations));
    expect(rowsOf(facts, 'user_activity')).toEqual(distinctRows([...before, ...since]));
  });

  it('is read by a replay once Zoom gives it: the connection is connected, and no letter is left', async () => {
    await mend();
    const answer = await operate<OperatorAnswers['replay-dead-letters']>(
      'dead-letters',
      'replay',
      `${connectionId}.read.user_activity.${lost}.whole`,
    );
    const { reason } = await whenStatus(connectionId, 'connected');

    expect(answer).toEqual({ replayed: 1, failed: 0 });
    expect(reason).toBeNull();
    await expect(lettersOf(connectionId)).resolves.toEqual([]);
  });

  it('is then stored with the rest, each fact once', async () => {
    const facts = await factsOf(connectionId);
    const records = await streamRecordsOf(connectionId);

    expect(rowsOf(facts, 'user_activity')).toEqual(distinctRows(await account.truth('activities', all)));
    expect(records.map(({ event }) => event)).toEqual(facts.map(() => 'INSERT'));
  });
});

describe('a row that cannot become a fact', () => {
  let connectionId: string;

  beforeAll(async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const users = await account.truth('users');
    const user = users.find(({ status }) => status === 'inactive') ?? users.at(-1);
    await account.change({ kind: 'changeUser', user: user?.['id'], fields: { user_created_at: 'long ago' } });
    connectionId = await connect(account, 'With a strange user');
  });

  it('is kept as a dead letter of a connection that is connected', async () => {
    await expect(lettersOf(connectionId)).resolves.toMatchObject([
      { stage: 'parse', reason: 'its time is not an ISO 8601 instant' },
    ]);
  });

  it('is kept by a replay that still makes nothing of it', async () => {
    const [letter] = await lettersOf(connectionId);
    const answer = await operate<OperatorAnswers['replay-dead-letters']>('dead-letters', 'replay', letter?.id ?? '');

    expect(answer).toEqual({ replayed: 0, failed: 1 });
    await expect(lettersOf(connectionId)).resolves.toHaveLength(1);
  });

  it('is in the list that people read', async () => {
    await expect(cli('dead-letters', 'list')).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('its time is not an ISO 8601 instant') as unknown,
    });
  });

  it('has a name that a replay has to know', async () => {
    const { exitCode, stdout } = await cli('dead-letters', 'replay', `${connectionId}.parse.nothing`, '--json');

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not-found' } });
  });
});

/** The dead letters of a connection. */
async function lettersOf(connectionId: string): Promise<DeadLetterView[]> {
  const { deadLetters } = await operate<OperatorAnswers['list-dead-letters']>('dead-letters', 'list');
  return deadLetters.filter((letter) => letter.connectionId === connectionId);
}
