import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FactPages } from '../../core/replay/ports';

/** Facts that are read at once: of 32 stretches side by side some MB. */
const PAGE = 100;

/** The facts table, read as it is stored. */
export function makeDynamoDbFactPages(client: DynamoDBDocumentClient, tableName: string): FactPages {
  return {
    async read({ pk, from, to }, after) {
      // the command of the client below, which leaves numbers and all else as the stream has them
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :partition AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':partition': { S: pk }, ':from': { S: from }, ':to': { S: to } },
          ...(after !== undefined && { ExclusiveStartKey: { pk: { S: pk }, sk: { S: after } } }),
          Limit: PAGE,
          ConsistentRead: true,
        }),
      );
      const last = LastEvaluatedKey?.['sk']?.S;
      return { images: Items, ...(last !== undefined && { last }) };
    },
  };
}
