import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { handler as Handler } from '../lambda/consumer';
import { operationFact, replayedRecord, streamRecord } from './records';

const dynamodb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const context = { getRemainingTimeInMillis: () => 30_000, functionName: 'consumer' } as unknown as Context;

const NEW = streamRecord(operationFact({ id: 'new' }), { eventID: '101' });
const BROKEN = streamRecord(operationFact({ v: 2 }), { eventID: '102' });
const NEXT = streamRecord(operationFact({ id: 'next' }), { eventID: '103' });

let handler: typeof Handler;

function take(...records: readonly object[]) {
  return handler({ Records: records } as unknown as DynamoDBStreamEvent | SQSEvent, context);
}

/** The facts of the alerts that were put in the queue. */
function alerted(): unknown[] {
  return sqs
    .commandCalls(SendMessageCommand)
    .map(({ args: [{ input }] }) => (JSON.parse(input.MessageBody ?? '') as { id: string }).id);
}

beforeAll(async () => {
  const settings = { ALERTS_QUEUE_URL: 'https://queue.example', DELIVERED_TABLE: 'delivered' };
  Object.assign(process.env, settings, { POWERTOOLS_LOG_LEVEL: 'SILENT' });
  ({ handler } = await import('../lambda/consumer'));
});

beforeEach(() => {
  dynamodb.reset();
  dynamodb.onAnyCommand().resolves({});
  sqs.reset();
});

describe('a batch', () => {
  it('fails by the records that cannot be taken, and holds up no other', async () => {
    await expect(take(NEW, BROKEN, NEXT)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: '102' }] });
    expect(alerted().sort()).toEqual(['new', 'next']);
  });

  it('is taken from the replay queue, too', async () => {
    const messages = [operationFact(), operationFact({ v: 2 })].map((fact, i) => ({
      messageId: `m${i}`,
      body: JSON.stringify(replayedRecord(fact)),
    }));

    await expect(take(...messages)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(alerted()).toEqual([operationFact().id]);
  });
});

describe('an alert', () => {
  it('is not sent a second time', async () => {
    const Item = marshall({ id: 'x', status: 'COMPLETED', expiration: Date.now() });
    dynamodb.on(PutItemCommand).rejects(new ConditionalCheckFailedException({ message: 'there', $metadata: {}, Item }));

    await expect(take(NEW)).resolves.toEqual({ batchItemFailures: [] });
    expect(alerted()).toEqual([]);
  });

  it('that could not be sent is a record that failed', async () => {
    sqs.on(SendMessageCommand).rejectsOnce(new Error('no queue')).resolves({});
    const { batchItemFailures } = await take(NEW, NEXT);

    expect(batchItemFailures).toHaveLength(1);
  });
});
