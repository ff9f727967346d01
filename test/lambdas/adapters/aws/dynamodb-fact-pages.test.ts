import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDynamoDbFactPages } from '../../../../lambdas/adapters/aws/dynamodb-fact-pages';
import { fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => {
  calls.reset();
  calls.on(QueryCommand).resolves({});
});

const pages = makeDynamoDbFactPages(client, 'facts');
const stretch = { pk: 'c1#07', from: 'user_activity#2026-10-11', to: 'user_activity#2026-10-12~' };
const asked = () => calls.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);

describe('a page of facts', () => {
  it('is asked for by the keys of the stretch, so that all that was stored before is seen', async () => {
    await pages.read(stretch, undefined);
    expect(asked()).toEqual([
      {
        TableName: 'facts',
        KeyConditionExpression: 'pk = :partition AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':partition': { S: stretch.pk },
          ':from': { S: stretch.from },
          ':to': { S: stretch.to },
        },
        Limit: 100,
        ConsistentRead: true,
      },
    ]);
  });

  it('begins behind the fact that was the last', async () => {
    const after = 'user_activity#2026-10-11T00:00:00Z#aa';
    await pages.read(stretch, after);
    expect(asked()[0]?.ExclusiveStartKey).toEqual({ pk: { S: stretch.pk }, sk: { S: after } });
  });

  it('has images as DynamoDB writes them, numbers to the last digit', async () => {
    const image = { id: { S: 'aa' }, raw: { M: { big: { N: '12345678901234567890' } } } };
    calls.on(QueryCommand).resolves({ Items: [image], LastEvaluatedKey: { pk: { S: stretch.pk }, sk: { S: 'last' } } });
    await expect(pages.read(stretch, undefined)).resolves.toEqual({ images: [image], last: 'last' });
  });

  it('at the end of the stretch leads to no other', async () => {
    await expect(pages.read(stretch, undefined)).resolves.toEqual({ images: [] });
  });
});
