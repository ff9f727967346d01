import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { AttemptStore, ConsentAttempt } from '../../core/consent/ports';
import { isDone, ttl } from './document-client';

/** So long somebody who comes back is told that the attempt is over, rather than that nobody knows it. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** Consent attempts in the control table, by the hash of their `state`. Using one up leaves only that it was. */
export function makeDynamoDbAttemptStore(client: DynamoDBDocumentClient, tableName: string): AttemptStore {
  const keyOf = (stateHash: string) => ({ pk: `${PARTITION.attempt}#${stateHash}`, sk: 'ATTEMPT' });
  return {
    async create(stateHash, attempt) {
      const Item = { ...keyOf(stateHash), status: 'open', attempt, expiresAt: ttl(attempt.expiresAt + REMEMBERED_MS) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    async find(stateHash) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(stateHash), ConsistentRead: true }),
      );
      if (Item === undefined) return { kind: 'unknown' };
      return Item['status'] === 'open'
        ? { kind: 'open', attempt: Item['attempt'] as ConsentAttempt }
        : { kind: 'used' };
    },
    use(stateHash) {
      const put = new PutCommand({
        TableName: tableName,
        Item: { ...keyOf(stateHash), status: 'used', expiresAt: ttl(Date.now() + REMEMBERED_MS) },
        ConditionExpression: '#status = :open',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':open': 'open' },
      });
      return isDone(client.send(put));
    },
  };
}
