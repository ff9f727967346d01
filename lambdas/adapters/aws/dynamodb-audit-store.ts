import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditStore } from '../../core/audit/ports';
import { isConditionFailed } from './document-client';

/** The audit log in the facts table: each entry is put once, on condition that nothing is there. */
export function makeDynamoDbAuditStore(client: DynamoDBDocumentClient, tableName: string): AuditStore {
  return {
    async append(fact) {
      try {
        await client.send(
          new PutCommand({ TableName: tableName, Item: { ...fact }, ConditionExpression: 'attribute_not_exists(pk)' }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
}
