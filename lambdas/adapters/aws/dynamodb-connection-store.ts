import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type TransactWriteCommandInput,
  TransactWriteCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { ConnectionRecord } from '../../core/connections/connection-record';
import type { ConnectionStore } from '../../core/connections/ports';
import { VersionConflictError } from '../../core/errors';
import { isConditionFailed, isTransactionRefused } from './document-client';

/**
 * Connections in the control table: partition `CONNECTION`, sort key the id. A second item, `ACCOUNT#{Zoom account}`,
 * keeps the account to one connection.
 */
export function makeDynamoDbConnectionStore(client: DynamoDBDocumentClient, tableName: string): ConnectionStore {
  const keyOf = (id: string) => ({ pk: PARTITION.connections, sk: id });
  const accountKey = (zoomAccountId: string) => ({ pk: `${PARTITION.account}#${zoomAccountId}`, sk: 'ACCOUNT' });

  async function find(id: string): Promise<ConnectionRecord | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }));
    return Item === undefined ? undefined : toRecord(Item);
  }

  /** Replaces the record, if it still is the version that was read. */
  const replaceRead = (read: ConnectionRecord, next: ConnectionRecord) => ({
    TableName: tableName,
    Item: { ...keyOf(read.id), ...next },
    ConditionExpression: '#version = :read',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':read': read.version },
  });

  return {
    find,
    async *list() {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :connections',
          ExpressionAttributeValues: { ':connections': PARTITION.connections },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) yield* Items.map(toRecord);
    },
    async create(connection) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...keyOf(connection.id), ...connection },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    },
    async update(read, change) {
      const next = { ...read, ...change, version: read.version + 1 };
      try {
        await client.send(new PutCommand(replaceRead(read, next)));
        return next;
      } catch (error) {
        const isConflict = isConditionFailed(error) || isTransactionRefused(error);
        throw isConflict ? new VersionConflictError('the connection', { cause: error }) : error;
      }
    },
    async findByAccount(zoomAccountId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: accountKey(zoomAccountId), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : find(Item['connectionId'] as string);
    },
    async bind(read, zoomAccountId, change) {
      const next = { ...read, ...change, zoomAccountId, version: read.version + 1 };
      const items: TransactWriteCommandInput['TransactItems'] = [
        { Put: replaceRead(read, next) },
        {
          Put: {
            TableName: tableName,
            Item: { ...accountKey(zoomAccountId), connectionId: read.id },
            ConditionExpression: 'attribute_not_exists(pk) OR connectionId = :id',
            ExpressionAttributeValues: { ':id': read.id },
          },
        },
      ];
      try {
        await client.send(new TransactWriteCommand({ TransactItems: items }));
        return next;
      } catch (error) {
        throw isTransactionRefused(error) ? new VersionConflictError('the connection', { cause: error }) : error;
      }
    },
  };
}

function toRecord({ pk: _pk, sk: _sk, ...record }: Record<string, unknown>): ConnectionRecord {
  return record as unknown as ConnectionRecord;
}
