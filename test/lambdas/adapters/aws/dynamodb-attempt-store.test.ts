import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbAttemptStore } from '../../../../lambdas/adapters/aws/dynamodb-attempt-store';
import { DAY, NOW } from '../../../support/clock';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const store = makeDynamoDbAttemptStore(client, 'control');
const attempt = { connectionId: 'c1', inviteHash: null, session: 's1', codeChallenge: 'challenge', expiresAt: NOW };

describe('the attempt store', () => {
  it('keeps an attempt for a day longer than it is good, to tell somebody who comes late', async () => {
    await store.create('hash', attempt);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { pk: 'ATTEMPT#hash', sk: 'ATTEMPT', status: 'open', attempt, expiresAt: (NOW + DAY) / 1000 },
    });
  });

  it('looks consistently, since an answer may come at once', async () => {
    calls.on(GetCommand).resolves({});
    await store.find('hash');
    expect(calls.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  it.each([
    ['open', { Item: { status: 'open', attempt } }, { kind: 'open', attempt }],
    ['used', { Item: { status: 'used' } }, { kind: 'used' }],
    ['unknown', {}, { kind: 'unknown' }],
  ])('finds an attempt that is %s', async (_, item, lookup) => {
    calls.on(GetCommand).resolves(item);
    expect(await store.find('hash')).toEqual(lookup);
  });

  it('uses an attempt up, provided that it is open', async () => {
    await store.use('hash');
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      ConditionExpression: '#status = :open',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':open': 'open' },
    });
  });

  it('leaves nothing of a used attempt but that it was used', async () => {
    await store.use('hash');
    const item = calls.commandCalls(PutCommand)[0]?.args[0].input.Item ?? {};
    expect(Object.keys(item).sort()).toEqual(['expiresAt', 'pk', 'sk', 'status']);
  });

  it('says that it used the attempt up', async () => {
    calls.on(PutCommand).resolves({});
    expect(await store.use('hash')).toBe(true);
  });

  it('says that another did, when the condition does not hold', async () => {
    calls.on(PutCommand).rejects(conditionFailed());
    expect(await store.use('hash')).toBe(false);
  });

  it('fails to use an attempt up when DynamoDB fails', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.use('hash')).rejects.toThrow('table out of order');
  });
});
