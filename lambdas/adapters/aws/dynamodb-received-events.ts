import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { ReceivedEvents } from '../../core/webhooks/ports';
import { isConditionFailed, ttl } from './document-client';

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Who has taken an event on and has not passed it on by then never will: the function is over before. */
const ABANDONED_MS = 30_000;

/** Received events in the control table, by their hash. */
export function makeDynamoDbReceivedEvents(client: DynamoDBDocumentClient, tableName: string): ReceivedEvents {
  const item = (hash: string, state: 'taken' | 'passedOn', now: number) => ({
    pk: `${PARTITION.event}#${hash}`,
    sk: 'EVENT',
    state,
    takenAt: now,
    expiresAt: ttl(now + KEPT_MS),
  });
  return {
    async take(hash, now) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: item(hash, 'taken', now),
            ConditionExpression: 'attribute_not_exists(pk) OR (#state = :taken AND takenAt < :abandoned)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':taken': 'taken', ':abandoned': now - ABANDONED_MS },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return 'taken';
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        return error.Item?.['state']?.S === 'passedOn' ? 'passedOn' : 'underWay';
      }
    },
    async passedOn(hash, now) {
      await client.send(new PutCommand({ TableName: tableName, Item: item(hash, 'passedOn', now) }));
    },
  };
}
