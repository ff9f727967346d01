import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The DynamoDB client of a function; made once per cold start. */
export function makeDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });
}

/** Whether a write was refused because its condition did not hold. */
export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** Whether a transaction was refused because a condition did not hold, or another one was under way. */
export function isTransactionRefused(error: unknown): boolean {
  return error instanceof TransactionCanceledException;
}

/** Epoch seconds, as DynamoDB's TTL takes them. */
export function ttl(epochMs: number): number {
  return Math.ceil(epochMs / 1000);
}
