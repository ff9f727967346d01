import { type AttributeValue, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDynamoDbReceivedEvents } from '../../../../lambdas/adapters/aws/dynamodb-received-events';
import { DAY, NOW, SECOND } from '../../../support/clock';
import { fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
const received = makeDynamoDbReceivedEvents(client, 'Control');
beforeEach(() => void calls.reset());

const refusedWith = (state: string) =>
  new ConditionalCheckFailedException({
    $metadata: {},
    message: 'The conditional request failed',
    Item: { state: { S: state } } satisfies Record<string, AttributeValue>,
  });
const putInput = () => calls.commandCalls(PutCommand)[0]?.args[0].input;

describe('received events', () => {
  it('are taken on when they are new, or when who took them on never came back', async () => {
    expect(await received.take('hash', NOW)).toBe('taken');
    expect(putInput()).toMatchObject({
      Item: { pk: 'EVENT#hash', sk: 'EVENT', state: 'taken', takenAt: NOW, expiresAt: (NOW + DAY) / 1000 },
      ConditionExpression: 'attribute_not_exists(pk) OR (#state = :taken AND takenAt < :abandoned)',
      ExpressionAttributeValues: { ':taken': 'taken', ':abandoned': NOW - 30 * SECOND },
    });
  });

  it.each([
    ['taken', 'underWay'],
    ['passedOn', 'passedOn'],
  ])('are not taken on when they are %s', async (state, said) => {
    calls.on(PutCommand).rejects(refusedWith(state));
    expect(await received.take('hash', NOW)).toBe(said);
  });

  it('fail to be taken on when DynamoDB fails', async () => {
    calls.on(PutCommand).rejects(new Error('out of order'));
    await expect(received.take('hash', NOW)).rejects.toThrow('out of order');
  });

  it('are kept for a day when they were passed on', async () => {
    await received.passedOn('hash', NOW);
    expect(putInput()?.Item).toMatchObject({ pk: 'EVENT#hash', state: 'passedOn', expiresAt: (NOW + DAY) / 1000 });
  });
});
