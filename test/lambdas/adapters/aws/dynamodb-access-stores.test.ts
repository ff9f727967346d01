import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  makeDynamoDbLinkStore,
  makeDynamoDbRevocations,
  makeDynamoDbSessionStore,
} from '../../../../lambdas/adapters/aws/dynamodb-access-stores';
import { DAY, HOUR, NOW } from '../../../support/clock';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => {
  calls.reset();
  calls.on(GetCommand).resolves({});
});

const LINK = { pk: 'LINK#hash', sk: 'LINK' };
const SESSION = { pk: 'SESSION#hash', sk: 'SESSION' };

/** Lets everything have been revoked at an instant, or what belongs to `c1`. */
function revokedAt(whose: 'all' | 'c1', at: number): void {
  calls.on(GetCommand, { Key: { pk: `REVOCATION#${whose}`, sk: 'REVOCATION' } }).resolves({ Item: { at } });
}

describe('the link store', () => {
  const store = makeDynamoDbLinkStore(client, 'control');
  const link = { kind: 'invite', connectionId: 'c1', createdAt: NOW, expiresAt: NOW + HOUR } as const;

  it('keeps a link under the hash of its token until it expires', async () => {
    await store.create('hash', link);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { pk: 'LINK#hash', sk: 'LINK', link, expiresAt: (NOW + HOUR) / 1000 },
    });
  });

  it('finds a link that is good', async () => {
    calls.on(GetCommand, { Key: LINK }).resolves({ Item: { link } });
    expect(await store.find('hash', NOW)).toEqual(link);
  });

  it('looks for a link consistently, since another may just have used it up', async () => {
    calls.on(GetCommand).resolves({});
    await store.find('hash', NOW);
    expect(calls.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key: { pk: 'LINK#hash', sk: 'LINK' },
      ConsistentRead: true,
    });
  });

  it('does not find a link that has expired and is not dropped yet', async () => {
    calls.on(GetCommand).resolves({ Item: { link } });
    expect(await store.find('hash', NOW + HOUR)).toBeUndefined();
  });

  it.each([
    ['an invite', link, 'c1'],
    ['a sign-in link', { kind: 'sign-in', createdAt: NOW, expiresAt: NOW + HOUR }, 'all'],
  ] as const)('does not find %s that was revoked, and one that was made since', async (_what, one, whose) => {
    calls.on(GetCommand, { Key: LINK }).resolves({ Item: { link: one } });
    revokedAt(whose, NOW);
    expect(await store.find('hash', NOW)).toBeUndefined();
    revokedAt(whose, NOW - 1);
    expect(await store.find('hash', NOW)).toEqual(one);
  });

  it('leaves invites good when all sessions end: each has a connection to be revoked by', async () => {
    calls.on(GetCommand, { Key: LINK }).resolves({ Item: { link } });
    revokedAt('all', NOW);
    expect(await store.find('hash', NOW)).toEqual(link);
  });

  it('uses a link up by deleting it, provided that it is there and good', async () => {
    await store.use('hash', NOW);
    expect(calls.commandCalls(DeleteCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key: { pk: 'LINK#hash', sk: 'LINK' },
      ConditionExpression: 'attribute_exists(pk) AND link.expiresAt > :now',
      ExpressionAttributeValues: { ':now': NOW },
    });
  });

  it('says that it used the link up', async () => {
    calls.on(DeleteCommand).resolves({});
    expect(await store.use('hash', NOW)).toBe(true);
  });

  it('says that another did, when the condition does not hold', async () => {
    calls.on(DeleteCommand).rejects(conditionFailed());
    expect(await store.use('hash', NOW)).toBe(false);
  });

  it('fails to use a link up when DynamoDB fails', async () => {
    calls.on(DeleteCommand).rejects(new Error('table out of order'));
    await expect(store.use('hash', NOW)).rejects.toThrow('table out of order');
  });
});

describe('the session store', () => {
  const store = makeDynamoDbSessionStore(client, 'control');
  const session = { scope: { kind: 'all' }, startedAt: NOW, expiresAt: NOW + HOUR } as const;

  it('keeps a session under the hash of its id until it expires', async () => {
    await store.create('hash', session);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input.Item).toEqual({
      pk: 'SESSION#hash',
      sk: 'SESSION',
      session,
      expiresAt: (NOW + HOUR) / 1000,
    });
  });

  it('finds a session that is not over', async () => {
    calls.on(GetCommand, { Key: SESSION }).resolves({ Item: { session } });
    expect(await store.find('hash', NOW)).toEqual(session);
  });

  it('does not find a session that is over and is not dropped yet', async () => {
    calls.on(GetCommand).resolves({ Item: { session } });
    expect(await store.find('hash', NOW + HOUR)).toBeUndefined();
  });

  const invited = { ...session, scope: { kind: 'connection', connectionId: 'c1' } } as const;

  it.each([
    ["an operator's", session, 'all'],
    ["an invite's", invited, 'all'],
    ["an invite's", invited, 'c1'],
  ] as const)(
    'does not find %s session that was revoked (%#), and one that began since',
    async (_whose, one, whose) => {
      calls.on(GetCommand, { Key: SESSION }).resolves({ Item: { session: one } });
      revokedAt(whose, NOW);
      expect(await store.find('hash', NOW)).toBeUndefined();
      revokedAt(whose, NOW - 1);
      expect(await store.find('hash', NOW)).toEqual(one);
    },
  );

  it("keeps an operator's session when those of a connection end", async () => {
    calls.on(GetCommand, { Key: SESSION }).resolves({ Item: { session } });
    revokedAt('c1', NOW);
    expect(await store.find('hash', NOW)).toEqual(session);
  });

  it('looks consistently, since a session may just have been ended', async () => {
    await store.find('hash', NOW);
    const inputs = calls.commandCalls(GetCommand).map(({ args: [{ input }] }) => input);
    expect(inputs.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true]);
  });

  it('does not find one of which nobody knows when it began', async () => {
    const { startedAt: _left, ...old } = session;
    calls.on(GetCommand, { Key: SESSION }).resolves({ Item: { session: old } });
    expect(await store.find('hash', NOW)).toBeUndefined();
  });

  it('deletes a session', async () => {
    await store.delete('hash');
    expect(calls.commandCalls(DeleteCommand)[0]?.args[0].input.Key).toEqual({ pk: 'SESSION#hash', sk: 'SESSION' });
  });
});

describe('the revocations', () => {
  it.each([
    [null, 'all'],
    ['c1', 'c1'],
  ])('are kept until nothing lives that they end (%j)', async (connectionId, name) => {
    await makeDynamoDbRevocations(client, 'control').revoke(connectionId, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { pk: `REVOCATION#${name}`, sk: 'REVOCATION', at: NOW, expiresAt: (NOW + 31 * DAY) / 1000 },
    });
  });
});
