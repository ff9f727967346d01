import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditStore } from '../../core/audit/ports';
import { isDone } from './document-client';

/** The audit log in the facts table: each entry is put once, on condition that nothing is there. */
export function makeDynamoDbAuditStore(client: DynamoDBDocumentClient, tableName: string): AuditStore {
  return {
    async append(fact) {
      const Item = { ...fact };
      const put = new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      await isDone(client.send(put));
    },
  };
}
