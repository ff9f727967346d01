import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The DynamoDB client of a function; made once per cold start. Numbers are JavaScript's, as they are once JSON is parsed:
 * a new column of Zoom's that holds a larger one must not keep a page from being stored.
 */
export function makeDocumentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({});
  // it copies every request and answer for a log that goes nowhere: a seventh of the time that sending a batch takes
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: Number },
  });
}

/** Whether a write was refused because its condition did not hold. */
export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** Whether a conditional write was done; false when its condition did not hold. */
export async function isDone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Whether a transaction was refused because a condition did not hold, or any write because a transaction is under way. */
export function isTransactionRefused(error: unknown): boolean {
  return error instanceof TransactionCanceledException || error instanceof TransactionConflictException;
}

/**
 * How DynamoDB and SQS refuse a request for its rate, the last for that of its key; all but that the SDK has tried three
 * times by then.
 */
const THROTTLED = [
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'RequestThrottled',
  'KmsThrottled',
];

/** Whether a request was refused as a whole because too much is asked for at once. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Error && THROTTLED.includes(error.name);
}

/** Epoch seconds, as DynamoDB's TTL takes them. */
export function ttl(epochMs: number): number {
  return Math.ceil(epochMs / 1000);
}
