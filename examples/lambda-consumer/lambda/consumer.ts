import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBStreamEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { type Alert, deliveryOf } from './alert';

const env = z.object({ ALERTS_QUEUE_URL: z.string(), DELIVERED_TABLE: z.string() }).parse(process.env);
const logger = new Logger();
const queue = new SQSClient({});

/** Longer than any queue keeps a message (14 days), so that no delivery can come after it is forgotten. */
const REMEMBERED_SECONDS = 15 * 86_400;

const idempotency = new IdempotencyConfig({ expiresAfterSeconds: REMEMBERED_SECONDS });

/** Puts an alert in the queue, once for each key. Other calls with the key do nothing, or fail while the first is under way. */
const send = makeIdempotent(
  async (alert: Alert, _key: string) => {
    await queue.send(new SendMessageCommand({ QueueUrl: env.ALERTS_QUEUE_URL, MessageBody: JSON.stringify(alert) }));
  },
  {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: env.DELIVERED_TABLE }),
    config: idempotency,
    dataIndexArgument: 1,
    keyPrefix: 'alert', // by default the function's name, which minifying changes
  },
);

async function take(record: unknown): Promise<void> {
  try {
    const delivery = deliveryOf(record);
    if (delivery !== undefined) await send(delivery.alert, delivery.key);
  } catch (error) {
    logger.error('a record could not be taken', error as Error);
    throw error;
  }
}

const fromStream = new BatchProcessor(EventType.DynamoDBStreams);
const fromReplay = new BatchProcessor(EventType.SQS);

/** Takes records of the stream, and of the replay queue, whose messages are such records. Answers which of them failed. */
export const handler = async (event: DynamoDBStreamEvent | SQSEvent, context: Context) => {
  idempotency.registerLambdaContext(context); // so that a call that Lambda cut off may be tried again
  return isReplay(event)
    ? processPartialResponse(event, ({ body }: SQSRecord) => take(JSON.parse(body)), fromReplay, { context })
    : processPartialResponse(event, take, fromStream, { context });
};

function isReplay(event: DynamoDBStreamEvent | SQSEvent): event is SQSEvent {
  return event.Records.some((record) => 'body' in record);
}
