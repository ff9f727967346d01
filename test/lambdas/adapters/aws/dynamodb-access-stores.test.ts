import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  makeDynamoDbLinkStore,
  makeDynamoDbSessionStore,
} from '../../../../lambdas/adapters/aws/dynamodb-access-stores';
import { HOUR, NOW } from '../../../support/clock';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

describe('the link store', () => {
  const store = makeDynamoDbLinkStore(client, 'control');
  const link = { kind: 'invite', connectionId: 'c1', expiresAt: NOW + HOUR } as const;

  it('keeps a link under the hash of its token until it expires', async () => {
    await store.create('hash', link);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { pk: 'LINK#hash', sk: 'LINK', link, expiresAt: (NOW + HOUR) / 1000 },
    });
  });

  it('finds a link that is good', async () => {
    calls.on(GetCommand).resolves({ Item: { link } });
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
  const session = { scope: { kind: 'all' }, expiresAt: NOW + HOUR } as const;

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
    calls.on(GetCommand).resolves({ Item: { session } });
    expect(await store.find('hash', NOW)).toEqual(session);
  });

  it('does not find a session that is over and is not dropped yet', async () => {
    calls.on(GetCommand).resolves({ Item: { session } });
    expect(await store.find('hash', NOW + HOUR)).toBeUndefined();
  });

  it('deletes a session', async () => {
    await store.delete('hash');
    expect(calls.commandCalls(DeleteCommand)[0]?.args[0].input.Key).toEqual({ pk: 'SESSION#hash', sk: 'SESSION' });
  });
});
