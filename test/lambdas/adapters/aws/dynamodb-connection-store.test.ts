import { beforeEach, describe, expect, it } from '@jest/globals';
import { TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbConnectionStore } from '../../../../lambdas/adapters/aws/dynamodb-connection-store';
import { VersionConflictError } from '../../../../lambdas/core/errors';
import { connectionRecord } from '../../../support/connections';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const store = makeDynamoDbConnectionStore(client, 'control');
const record = connectionRecord({ version: 7 });
const item = { pk: 'CONNECTION', sk: 'c1', ...record };

describe('the connection store', () => {
  it('finds a connection consistently', async () => {
    calls.on(GetCommand).resolves({});
    await store.find('c1');
    expect(calls.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key: { pk: 'CONNECTION', sk: 'c1' },
      ConsistentRead: true,
    });
  });

  it('gives a connection without its keys', async () => {
    calls.on(GetCommand).resolves({ Item: item });
    expect(await store.find('c1')).toEqual(record);
  });

  it('lists the connections of all pages', async () => {
    calls
      .on(QueryCommand)
      .resolvesOnce({ Items: [item], LastEvaluatedKey: { pk: 'CONNECTION', sk: 'c1' } })
      .resolves({ Items: [{ ...item, sk: 'c2', id: 'c2' }] });
    const ids = [];
    for await (const { id } of store.list()) ids.push(id);
    expect(ids).toEqual(['c1', 'c2']);
  });

  it('lists from an id on, and then those before it', async () => {
    const page = (id: string) => ({ Items: [{ ...item, sk: id, id }] });
    calls
      .on(QueryCommand, { KeyConditionExpression: 'pk = :connections AND sk >= :id' })
      .resolves(page('c7'))
      .on(QueryCommand, { KeyConditionExpression: 'pk = :connections AND sk < :id' })
      .resolves(page('c2'));
    const ids = [];
    for await (const { id } of store.list('c5')) ids.push(id);
    expect([ids, calls.commandCalls(QueryCommand).map((call) => call.args[0].input.ExpressionAttributeValues)]).toEqual(
      [
        ['c7', 'c2'],
        [
          { ':connections': 'CONNECTION', ':id': 'c5' },
          { ':connections': 'CONNECTION', ':id': 'c5' },
        ],
      ],
    );
  });

  it('reads no page before the last one is used up', async () => {
    calls.on(QueryCommand).resolves({ Items: [item, item], LastEvaluatedKey: { pk: 'CONNECTION', sk: 'c1' } });
    const queue = store.list()[Symbol.asyncIterator]();
    await queue.next();
    await queue.next();
    expect(calls.commandCalls(QueryCommand)).toHaveLength(1);
  });

  it('creates a connection, provided that there is none', async () => {
    await store.create(record);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  });
});

describe('an update', () => {
  it('is written, provided that the version is the one that was read', async () => {
    await store.update(record, { name: 'New' });
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { ...item, name: 'New', version: 8 },
      ConditionExpression: '#version = :read',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':read': 7 },
    });
  });

  it('gives the record as it now is', async () => {
    calls.on(PutCommand).resolves({});
    expect(await store.update(record, { name: 'New' })).toEqual({ ...record, name: 'New', version: 8 });
  });

  it.each([
    ['the version is another', conditionFailed()],
    ['a transaction is under way', new TransactionConflictException({ $metadata: {}, message: 'conflict' })],
  ])('fails as a conflict when %s', async (_, error) => {
    calls.on(PutCommand).rejects(error);
    await expect(store.update(record, {})).rejects.toThrow(VersionConflictError);
  });

  it('fails with DynamoDB’s own error otherwise', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.update(record, {})).rejects.toThrow('table out of order');
  });
});

describe('binding an account', () => {
  it('writes the connection and the account in one transaction, each on its condition', async () => {
    await store.bind(record, 'account-1', { status: 'backfilling' });
    expect(calls.commandCalls(TransactWriteCommand)[0]?.args[0].input).toEqual({
      TransactItems: [
        {
          Put: {
            TableName: 'control',
            Item: { ...item, status: 'backfilling', zoomAccountId: 'account-1', version: 8 },
            ConditionExpression: '#version = :read',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':read': 7 },
          },
        },
        {
          Put: {
            TableName: 'control',
            Item: { pk: 'ACCOUNT#account-1', sk: 'ACCOUNT', connectionId: 'c1' },
            ConditionExpression: 'attribute_not_exists(pk) OR connectionId = :id',
            ExpressionAttributeValues: { ':id': 'c1' },
          },
        },
      ],
    });
  });

  it('fails as a conflict when the transaction is refused', async () => {
    calls.on(TransactWriteCommand).rejects(new TransactionCanceledException({ $metadata: {}, message: 'cancelled' }));
    await expect(store.bind(record, 'account-1', {})).rejects.toThrow(VersionConflictError);
  });

  it('fails with DynamoDB’s own error otherwise', async () => {
    calls.on(TransactWriteCommand).rejects(new Error('table out of order'));
    await expect(store.bind(record, 'account-1', {})).rejects.toThrow('table out of order');
  });
});

describe('releasing an account', () => {
  const bound = connectionRecord({ version: 7, zoomAccountId: 'account-1' });
  const accountIsOf = (connectionId: string) =>
    calls.on(GetCommand, { Key: { pk: 'ACCOUNT#account-1', sk: 'ACCOUNT' } }).resolves({ Item: { connectionId } });

  it('writes the connection and deletes the claim in one transaction, each on its condition', async () => {
    accountIsOf('c1');
    await store.release(bound, { status: 'disconnected' });
    expect(calls.commandCalls(TransactWriteCommand)[0]?.args[0].input).toEqual({
      TransactItems: [
        {
          Put: {
            TableName: 'control',
            Item: { ...item, ...bound, status: 'disconnected', version: 8 },
            ConditionExpression: '#version = :read',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':read': 7 },
          },
        },
        {
          Delete: {
            TableName: 'control',
            Key: { pk: 'ACCOUNT#account-1', sk: 'ACCOUNT' },
            ConditionExpression: 'connectionId = :id',
            ExpressionAttributeValues: { ':id': 'c1' },
          },
        },
      ],
    });
  });

  it("leaves a claim that is another connection's by now", async () => {
    accountIsOf('c2');
    await store.release(bound, { status: 'disconnected' });
    expect(calls.commandCalls(TransactWriteCommand)).toEqual([]);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({ status: 'disconnected', version: 8 });
  });

  it('fails as a conflict when the transaction is refused', async () => {
    accountIsOf('c1');
    calls.on(TransactWriteCommand).rejects(new TransactionCanceledException({ $metadata: {}, message: 'cancelled' }));
    await expect(store.release(bound, {})).rejects.toThrow(VersionConflictError);
  });
});

describe('forgetting a connection', () => {
  it('deletes it', async () => {
    await store.delete('c1');
    expect(calls.commandCalls(DeleteCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key: { pk: 'CONNECTION', sk: 'c1' },
    });
  });
});

describe('the connection of an account', () => {
  it('is the one that the account names', async () => {
    calls
      .on(GetCommand, { Key: { pk: 'ACCOUNT#account-1', sk: 'ACCOUNT' } })
      .resolves({ Item: { connectionId: 'c1' } })
      .on(GetCommand, { Key: { pk: 'CONNECTION', sk: 'c1' } })
      .resolves({ Item: item });
    expect(await store.findByAccount('account-1')).toEqual(record);
  });

  it('is none for an account that nobody connected', async () => {
    calls.on(GetCommand).resolves({});
    expect(await store.findByAccount('account-1')).toBeUndefined();
  });
});
