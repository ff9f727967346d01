import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type TransactWriteCommandInput,
  TransactWriteCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { ConnectionChange, ConnectionRecord } from '../../core/connections/connection-record';
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

  async function update(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord> {
    const next = { ...read, ...change, version: read.version + 1 };
    try {
      await client.send(new PutCommand(replaceRead(read, next)));
      return next;
    } catch (error) {
      const isConflict = isConditionFailed(error) || isTransactionRefused(error);
      throw isConflict ? new VersionConflictError('the connection', { cause: error }) : error;
    }
  }

  async function transact(items: TransactWriteCommandInput['TransactItems']): Promise<void> {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
    } catch (error) {
      throw isTransactionRefused(error) ? new VersionConflictError('the connection', { cause: error }) : error;
    }
  }

  /** The connection that the account is bound to, by its id. */
  async function holderOf(zoomAccountId: string): Promise<string | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: accountKey(zoomAccountId), ConsistentRead: true }),
    );
    return Item?.['connectionId'] as string | undefined;
  }

  /** @param values - of the names in `condition`. */
  async function* query(condition: string, values: Record<string, string>): AsyncGenerator<ConnectionRecord, void> {
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: values,
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) yield* Items.map(toRecord);
  }

  return {
    find,
    update,
    async *list(from) {
      const all = { ':connections': PARTITION.connections };
      if (from === undefined) {
        yield* query('pk = :connections', all);
        return;
      }
      for (const part of ['sk >= :id', 'sk < :id'])
        yield* query(`pk = :connections AND ${part}`, { ...all, ':id': from });
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
    async findByAccount(zoomAccountId) {
      const id = await holderOf(zoomAccountId);
      return id === undefined ? undefined : find(id);
    },
    async bind(read, zoomAccountId, change) {
      const next = { ...read, ...change, zoomAccountId, version: read.version + 1 };
      await transact([
        { Put: replaceRead(read, next) },
        {
          Put: {
            TableName: tableName,
            Item: { ...accountKey(zoomAccountId), connectionId: read.id },
            ConditionExpression: 'attribute_not_exists(pk) OR connectionId = :id',
            ExpressionAttributeValues: { ':id': read.id },
          },
        },
      ]);
      return next;
    },
    async release(read, change) {
      const { zoomAccountId } = read;
      // another connection may have it by now: it is not ours to give up
      if (zoomAccountId === null || (await holderOf(zoomAccountId)) !== read.id) return update(read, change);
      const next = { ...read, ...change, version: read.version + 1 };
      await transact([
        { Put: replaceRead(read, next) },
        {
          Delete: {
            TableName: tableName,
            Key: accountKey(zoomAccountId),
            ConditionExpression: 'connectionId = :id',
            ExpressionAttributeValues: { ':id': read.id },
          },
        },
      ]);
      return next;
    },
    async delete(id) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(id) }));
    },
  };
}

function toRecord({ pk: _pk, sk: _sk, ...record }: Record<string, unknown>): ConnectionRecord {
  return record as unknown as ConnectionRecord;
}
