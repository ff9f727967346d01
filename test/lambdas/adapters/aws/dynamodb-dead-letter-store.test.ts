import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDynamoDbDeadLetterStore } from '../../../../lambdas/adapters/aws/dynamodb-dead-letter-store';
import { parseLetter } from '../../../../lambdas/core/dead-letters/dead-letter';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { NOW } from '../../../support/clock';
import { gapOf } from '../../../support/dead-letters';
import { fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset().on(PutCommand).resolves({}));

const store = makeDynamoDbDeadLetterStore(client, 'control');
const GAP = gapOf(userShards()[0]!);
const KEY = { pk: 'DEADLETTER#c1', sk: 'read.user.active' };

async function listed(): Promise<unknown[]> {
  const letters: unknown[] = [];
  for await (const letter of store.list('c1', 'read')) letters.push(letter);
  return letters;
}

describe('the dead letter store', () => {
  it('writes a letter over the one that has its id', async () => {
    await store.put([GAP]);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { ...KEY, ...GAP },
      ReturnValues: 'ALL_OLD',
    });
  });

  it('says how many are new', async () => {
    calls
      .on(PutCommand)
      .resolves({})
      .on(PutCommand, { Item: { ...KEY, ...GAP } })
      .resolves({ Attributes: KEY });
    expect(await store.put([GAP, gapOf(userShards()[1]!)])).toBe(1);
  });

  it('writes each of a page of thousands, two at a time', async () => {
    let underWay = 0;
    let most = 0;
    calls.on(PutCommand).callsFake(async () => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      return {};
    });
    const rows = Array.from({ length: 2000 }, (_, n) => parseLetter('c1', 'user', { n }, 'why', NOW));
    await store.put(rows);
    expect([calls.commandCalls(PutCommand).length, most]).toEqual([2000, 2]);
  });

  it('finds a letter by its id, consistently', async () => {
    calls.on(GetCommand, { Key: KEY, ConsistentRead: true }).resolves({ Item: { ...KEY, ...GAP } });
    expect(await store.find(GAP.id)).toEqual(GAP);
  });

  it.each(['c1.read.nothing', 'c1.read', 'c1', 'c1.', ''])('finds nothing for %j', async (id) => {
    calls.on(GetCommand).callsFake(({ Key }: { Key: Record<string, string> }) => {
      if (Object.values(Key).includes('')) throw new Error('a key is empty');
      return {};
    });
    expect(await store.find(id)).toBeUndefined();
  });

  it('lists the letters of all pages of a stage, without those whose time is over', async () => {
    calls
      .on(QueryCommand, { FilterExpression: 'expiresAt > :now', ConsistentRead: true })
      .resolvesOnce({ Items: [{ ...KEY, ...GAP }], LastEvaluatedKey: KEY })
      .resolves({ Items: [{ ...KEY, ...GAP, id: 'another' }] });
    expect(await listed()).toEqual([GAP, { ...GAP, id: 'another' }]);
  });

  it('lists no other stage', async () => {
    calls.on(QueryCommand).resolves({});
    await listed();
    expect(calls.commandCalls(QueryCommand)[0]?.args[0].input.ExpressionAttributeValues).toMatchObject({
      ':partition': 'DEADLETTER#c1',
      ':stage': 'read.',
    });
  });

  it('deletes letters', async () => {
    await store.delete([GAP]);
    expect(calls.commandCalls(DeleteCommand)[0]?.args[0].input).toEqual({ TableName: 'control', Key: KEY });
  });
});
