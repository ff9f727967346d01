import { describe, expect, it } from '@jest/globals';
import { type AwsRequest, countByName, parseRequest, tableUseOf } from '../../../dev/bench/aws-requests';

const event = (EventName: string, requestParameters: object, service = 'dynamodb') => ({
  EventName,
  EventSource: `${service}.amazonaws.com`,
  EventTime: 1,
  AccessKeyId: 'ASIA1',
  Resources: [],
  CloudTrailEvent: JSON.stringify({ requestParameters }),
});

describe('a recorded request', () => {
  it.each([
    ['an item', event('GetItem', { TableName: 'T', Key: {} }), { name: 'dynamodb:GetItem', items: 1 }],
    ['a query', event('Query', { TableName: 'T' }), { name: 'dynamodb:Query', items: 1 }],
    [
      'the keys of a batch',
      event('BatchGetItem', { RequestItems: { T: { Keys: [{}, {}, {}] } } }),
      { name: 'dynamodb:BatchGetItem', items: 3 },
    ],
    [
      'the items of a batch, of all tables',
      event('BatchWriteItem', { RequestItems: { T: [{}, {}], U: [{}] } }),
      { name: 'dynamodb:BatchWriteItem', items: 3 },
    ],
    [
      'the items of a transaction',
      event('TransactWriteItems', { TransactItems: [{}, {}] }),
      { name: 'dynamodb:TransactWriteItems', items: 2 },
    ],
  ])('counts %s', (_name, recorded, request) => {
    expect(parseRequest(recorded)).toEqual(request);
  });

  it('names its service', () => {
    expect(parseRequest(event('StartExecution', {}, 'states')).name).toBe('states:StartExecution');
  });
});

describe('requests', () => {
  const requests: AwsRequest[] = [
    { name: 'dynamodb:BatchGetItem', items: 90 },
    { name: 'dynamodb:Query', items: 1 },
    { name: 'dynamodb:BatchWriteItem', items: 25 },
    { name: 'dynamodb:PutItem', items: 1 },
    { name: 'dynamodb:PutItem', items: 1 },
    { name: 'secretsmanager:GetSecretValue', items: 1 },
  ];

  it('come to items read and items written of tables', () => {
    expect(tableUseOf(requests)).toEqual({ reads: 91, writes: 27 });
  });

  it('are counted by their names', () => {
    expect(Object.entries(countByName(requests))).toEqual([
      ['dynamodb:BatchGetItem', 1],
      ['dynamodb:BatchWriteItem', 1],
      ['dynamodb:PutItem', 2],
      ['dynamodb:Query', 1],
      ['secretsmanager:GetSecretValue', 1],
    ]);
  });
});
