import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { GrantKey, RefreshLeases } from '../../core/tokens/ports';
import { isDone, ttl } from './document-client';

/** Longer than any grant lives without a refresh. */
const KEPT_MS = 120 * 24 * 60 * 60 * 1000;

/** Leases in the control table: partition `LEASE#{connection}`, sort key the generation. */
export function makeDynamoDbRefreshLeases(client: DynamoDBDocumentClient, tableName: string): RefreshLeases {
  const keyOf = ({ connectionId, generation }: GrantKey) => ({
    pk: `${PARTITION.lease}#${connectionId}`,
    sk: generation,
  });
  return {
    async currentVersion(key) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }),
      );
      return Item?.['secretVersion'] as string | undefined;
    },
    acquire(key, owner, untilMs, now) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: keyOf(key),
        UpdateExpression: 'SET leaseOwner = :owner, leaseUntil = :until, expiresAt = :expires',
        // the owner's own lease when the SDK repeats a request of which the answer got lost
        ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now OR leaseOwner = :owner',
        ExpressionAttributeValues: {
          ':owner': owner,
          ':until': untilMs,
          ':now': now,
          ':expires': ttl(now + KEPT_MS),
        },
      });
      return isDone(client.send(update));
    },
    async release(key, owner, storedVersion) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: keyOf(key),
        UpdateExpression: `REMOVE leaseOwner, leaseUntil${storedVersion === undefined ? '' : ' SET secretVersion = :version'}`,
        ConditionExpression: 'leaseOwner = :owner',
        ExpressionAttributeValues: {
          ':owner': owner,
          ...(storedVersion !== undefined && { ':version': storedVersion }),
        },
      });
      // not done when the lease ran out and somebody else has it: it is theirs to give back
      await isDone(client.send(update));
    },
  };
}
