import { type DynamoDBDocumentClient, DeleteCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { StoredData } from '../../core/disconnect/ports';
import { partitionKeys } from '../../core/facts/fact-key';
import { writeBatches } from './batch-write';
import { inParallel } from './in-parallel';

/** Items that are deleted before anybody is told: a second's work, so that a turn can end in time. */
const AT_ONCE = 500;
/** Nothing else is done meanwhile, and nothing waits for its turn. */
const PARALLEL = 10;

type Key = { readonly pk: string; readonly sk: string };

/** What both tables hold of a connection, besides its record. */
export function makeDynamoDbStoredData(
  client: DynamoDBDocumentClient,
  tables: { readonly control: string; readonly facts: string },
): StoredData {
  return {
    async *deleteFacts(connectionId) {
      for (const partition of partitionKeys(connectionId)) {
        for await (const keys of keysOf(client, tables.facts, partition)) {
          const requests = keys.map((Key) => ({ DeleteRequest: { Key } }));
          await writeBatches(client, tables.facts, requests, PARALLEL);
          yield keys.length;
        }
      }
    },
    async *deleteState(connectionId) {
      for (const name of ['run', 'checkpoint', 'deadLetter', 'lease'] as const) {
        for await (const keys of keysOf(client, tables.control, `${PARTITION[name]}#${connectionId}`)) {
          await inParallel(keys, (Key) => client.send(new DeleteCommand({ TableName: tables.control, Key })), PARALLEL);
          yield keys.length;
        }
      }
    },
  };
}

/** The keys of a partition's items, {@link AT_ONCE} at most at a time. */
async function* keysOf(client: DynamoDBDocumentClient, tableName: string, partition: string): AsyncIterable<Key[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': partition },
      ProjectionExpression: 'pk, sk',
      Limit: AT_ONCE,
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) if (Items.length > 0) yield Items as Key[];
}
