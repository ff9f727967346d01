import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BatchGetCommand, BatchWriteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbFactStore } from '../../../../lambdas/adapters/aws/dynamodb-fact-store';
import { FACT_BUCKETS } from '../../../../lambdas/contract/fact';
import type { Fact } from '../../../../lambdas/core/facts/fact';
import { activityRow, factOf, userRow } from '../../../support/facts';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => {
  calls.reset();
  // no waiting between rounds
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => void jest.restoreAllMocks());

const store = makeDynamoDbFactStore(client, 'facts');
const FACTS = Array.from({ length: 230 }, (_, n) =>
  factOf('user_activity', activityRow({ email: `u${n}@example.com` })),
);
const [FIRST, SECOND] = FACTS as [Fact, Fact];

/** The facts of each batch that was sent to be written. */
function writes(): Fact[][] {
  return calls
    .commandCalls(BatchWriteCommand)
    .map(({ args }) =>
      (args[0].input.RequestItems?.['facts'] ?? []).map((request) => request.PutRequest?.Item as Fact),
    );
}

/** How DynamoDB refuses a batch of which it takes nothing. */
const THROTTLINGS = ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'];
const throttled = (name: string) => Object.assign(new Error('slow down'), { name });

const put = (fact: Fact) => ({ PutRequest: { Item: { ...fact } } });
const keyOf = ({ pk, sk }: Fact) => ({ pk, sk });

describe('a blind write', () => {
  it('stores every fact once', async () => {
    calls.on(BatchWriteCommand).resolves({});
    await store.write(FACTS);
    expect(new Set(writes().flat())).toEqual(new Set(FACTS));
  });

  it('sends no more than DynamoDB takes in a batch', async () => {
    calls.on(BatchWriteCommand).resolves({});
    await store.write(FACTS);
    expect(Math.max(...writes().map(({ length }) => length))).toBe(25);
  });

  it('reads nothing', async () => {
    calls.on(BatchWriteCommand).resolves({});
    await store.write(FACTS);
    expect(calls.commandCalls(BatchGetCommand)).toEqual([]);
  });

  it('sends nothing for no facts', async () => {
    await store.write([]);
    expect(calls.calls()).toEqual([]);
  });

  it('sends again what DynamoDB left unprocessed, and that alone', async () => {
    calls
      .on(BatchWriteCommand)
      .resolvesOnce({ UnprocessedItems: { facts: [put(SECOND)] } })
      .resolves({});
    await store.write([FIRST, SECOND]);
    expect(writes()).toEqual([[FIRST, SECOND], [SECOND]]);
  });

  it.each(THROTTLINGS)('sends a batch again that DynamoDB refused as a whole (%s)', async (name) => {
    calls.on(BatchWriteCommand).rejectsOnce(throttled(name)).resolves({});
    await store.write([FIRST, SECOND]);
    expect(writes()).toEqual([
      [FIRST, SECOND],
      [FIRST, SECOND],
    ]);
  });

  it('fails when DynamoDB refuses it for long', async () => {
    calls.on(BatchWriteCommand).rejects(throttled('ThrottlingException'));
    await expect(store.write([FIRST])).rejects.toThrow('it is being throttled');
  });

  it('fails when DynamoDB leaves things unprocessed for long', async () => {
    calls.on(BatchWriteCommand).resolves({ UnprocessedItems: { facts: [put(FIRST)] } });
    await expect(store.write([FIRST])).rejects.toThrow('it is being throttled');
  });

  it('fails when DynamoDB fails', async () => {
    calls.on(BatchWriteCommand).rejects(new Error('table out of order'));
    await expect(store.write([FIRST])).rejects.toThrow('table out of order');
  });
});

describe('a write of what has changed', () => {
  const stored = (...facts: readonly Fact[]) =>
    calls.on(BatchGetCommand).resolves({ Responses: { facts: [...facts] } });
  beforeEach(() => void calls.on(BatchWriteCommand).resolves({}));

  it('looks the keys up first, consistently', async () => {
    stored();
    await store.writeChanged([FIRST]);
    expect(calls.commandCalls(BatchGetCommand)[0]?.args[0].input).toEqual({
      RequestItems: { facts: { Keys: [keyOf(FIRST)], ConsistentRead: true } },
    });
  });

  it('asks for no more than DynamoDB gives in a batch', async () => {
    stored();
    await store.writeChanged(FACTS);
    const asked = calls
      .commandCalls(BatchGetCommand)
      .map(({ args }) => args[0].input.RequestItems?.['facts']?.Keys?.length);
    expect(asked.sort()).toEqual([100, 100, 30]);
  });

  it('writes what is not there', async () => {
    stored(FIRST);
    await store.writeChanged([FIRST, SECOND]);
    expect(writes()).toEqual([[SECOND]]);
  });

  it('writes what is there otherwise', async () => {
    const user = factOf('user', userRow());
    stored(factOf('user', userRow({ dept: 'Sales' })));
    await store.writeChanged([user]);
    expect(writes()).toEqual([[user]]);
  });

  it('says how many facts were new or changed', async () => {
    stored(FIRST);
    expect(await store.writeChanged([FIRST, SECOND])).toBe(1);
  });

  it('writes nothing when nothing has changed', async () => {
    stored(FIRST, SECOND);
    await store.writeChanged([FIRST, SECOND]);
    expect(writes()).toEqual([]);
  });

  it('asks again for keys that DynamoDB left unprocessed', async () => {
    calls
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { facts: [FIRST] }, UnprocessedKeys: { facts: { Keys: [keyOf(SECOND)] } } })
      .resolves({ Responses: { facts: [SECOND] } });
    expect(await store.writeChanged([FIRST, SECOND])).toBe(0);
  });
});

describe('a look at keys', () => {
  it('is repeated when DynamoDB refused it as a whole', async () => {
    calls
      .on(BatchGetCommand)
      .rejectsOnce(throttled('ProvisionedThroughputExceededException'))
      .resolves({ Responses: { facts: [FIRST] } });
    expect(await store.writeChanged([FIRST])).toBe(0);
  });
});

describe('adding a fact', () => {
  it('stores it, provided that there is none of its key', async () => {
    await store.add(FIRST);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'facts',
      Item: FIRST,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  });

  it('leaves the one that is there', async () => {
    calls.on(PutCommand).rejects(conditionFailed());
    await expect(store.add(FIRST)).resolves.toBeUndefined();
  });

  it('fails when DynamoDB fails', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.add(FIRST)).rejects.toThrow('table out of order');
  });
});

describe('reading the facts of a connection', () => {
  const read = async () => {
    const facts: Fact[] = [];
    for await (const fact of store.read('c1', 'user')) facts.push(fact);
    return facts;
  };

  it('asks every partition for the kind', async () => {
    calls.on(QueryCommand).resolves({});
    await read();
    const asked = calls.commandCalls(QueryCommand).map(({ args }) => args[0].input.ExpressionAttributeValues);
    expect([asked.length, asked[0]]).toEqual([FACT_BUCKETS, { ':partition': 'c1#00', ':kind': 'user#' }]);
  });

  it('gives the facts of all pages', async () => {
    const user = factOf('user', userRow());
    const other = factOf('user', userRow({ id: 'u2' }));
    calls
      .on(QueryCommand)
      .resolves({})
      .on(QueryCommand, { ExpressionAttributeValues: { ':partition': 'c1#07', ':kind': 'user#' } })
      .resolvesOnce({ Items: [user], LastEvaluatedKey: keyOf(user) })
      .resolves({ Items: [other] });
    expect(await read()).toEqual([user, other]);
  });
});
