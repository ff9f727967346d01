import { BatchWriteCommand, DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDynamoDbStoredData } from '../../../../lambdas/adapters/aws/dynamodb-stored-data';
import { fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => {
  calls.reset();
  calls.on(QueryCommand).resolves({ Items: [] });
  calls.on(BatchWriteCommand).resolves({});
  calls.on(DeleteCommand).resolves({});
});

const stored = makeDynamoDbStoredData(client, { control: 'control', facts: 'facts' });

async function all(counts: AsyncIterable<number>): Promise<number[]> {
  const found = [];
  for await (const count of counts) found.push(count);
  return found;
}
const keys = (pk: string, count: number) => Array.from({ length: count }, (_, i) => ({ pk, sk: `user#${i}` }));
const queried = () => calls.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);
const partitionsQueried = () => queried().map((input) => input.ExpressionAttributeValues?.[':partition'] as string);

describe('deleting the facts of a connection', () => {
  it('looks into each of its 64 partitions, for the keys alone', async () => {
    await all(stored.deleteFacts('c1'));
    expect(partitionsQueried()).toEqual(Array.from({ length: 64 }, (_, i) => `c1#${String(i).padStart(2, '0')}`));
    expect(queried()[0]).toMatchObject({ TableName: 'facts', ProjectionExpression: 'pk, sk', ConsistentRead: true });
  });

  it('deletes what it finds, and says how much', async () => {
    calls
      .on(QueryCommand, { ExpressionAttributeValues: { ':partition': 'c1#07' } })
      .resolves({ Items: keys('c1#07', 30) });
    await expect(all(stored.deleteFacts('c1'))).resolves.toEqual([30]);
    const deleted = calls
      .commandCalls(BatchWriteCommand)
      .flatMap(({ args: [{ input }] }) => input.RequestItems?.['facts']?.map((request) => request.DeleteRequest?.Key));
    expect(deleted).toEqual(keys('c1#07', 30));
  });

  it('asks again for what DynamoDB left unprocessed', async () => {
    const [Key] = keys('c1#07', 1);
    const left = { facts: [{ DeleteRequest: { Key: Key! } }] };
    calls.on(QueryCommand, { ExpressionAttributeValues: { ':partition': 'c1#07' } }).resolves({ Items: [Key!] });
    calls.on(BatchWriteCommand).resolvesOnce({ UnprocessedItems: left }).resolves({});
    await all(stored.deleteFacts('c1'));
    expect(calls.commandCalls(BatchWriteCommand).map(({ args: [{ input }] }) => input.RequestItems)).toEqual([
      left,
      left,
    ]);
  });
});

describe('deleting the state of its runs', () => {
  it('looks for progress, checkpoints, dead letters and leases', async () => {
    await all(stored.deleteState('c1'));
    expect(partitionsQueried()).toEqual(['RUN#c1', 'CHECKPOINT#c1', 'DEADLETTER#c1', 'LEASE#c1']);
  });

  it('deletes each item that it finds', async () => {
    calls
      .on(QueryCommand, { ExpressionAttributeValues: { ':partition': 'RUN#c1' } })
      .resolves({ Items: keys('RUN#c1', 3) });
    await expect(all(stored.deleteState('c1'))).resolves.toEqual([3]);
    expect(calls.commandCalls(DeleteCommand).map(({ args: [{ input }] }) => input)).toEqual(
      keys('RUN#c1', 3).map((Key) => ({ TableName: 'control', Key })),
    );
  });
});
