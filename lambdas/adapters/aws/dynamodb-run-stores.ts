import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { Checkpoint, CheckpointStore, ProgressStore, SeenUsers, ShardProgress } from '../../core/runs/ports';
import { isDone, ttl } from './document-client';

/** A run's progress is of use to nobody after so long: Zoom keeps what it would read no longer. */
const KEPT_MS = 180 * 24 * 60 * 60 * 1000;
/** Of a fact's id this much is enough to recognise it by: among a million users two alike are 1 in 30 million. */
const SEEN_ID_LENGTH = 16;

type RunName = { readonly connectionId: string; readonly runId: string };

const partitionOf = ({ connectionId }: RunName) => `${PARTITION.run}#${connectionId}`;
const shardPrefix = ({ runId }: RunName) => `${runId}#shard#`;
const seenPrefix = ({ runId }: RunName) => `${runId}#seen#`;

/** Progress of runs in the control table: partition `RUN#{connection}`, sort key `{run}#shard#{shard}`. */
export function makeDynamoDbProgressStore(client: DynamoDBDocumentClient, tableName: string): ProgressStore {
  const keyOf = (run: RunName, shardId: string) => ({ pk: partitionOf(run), sk: shardPrefix(run) + shardId });
  const itemOf = (run: RunName, progress: ShardProgress) => ({
    ...keyOf(run, progress.shard.id),
    progress,
    expiresAt: ttl(Date.now() + KEPT_MS),
  });
  return {
    async plan(run, shards) {
      for (const shard of shards) {
        const Item = itemOf(run, shard);
        const put = new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
        await isDone(client.send(put));
      }
    },
    async find(run, shardId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(run, shardId), ConsistentRead: true }),
      );
      return Item?.['progress'] as ShardProgress | undefined;
    },
    async save(run, progress) {
      const { part = 1 } = run;
      const put = new PutCommand({
        TableName: tableName,
        Item: { ...itemOf(run, progress), part },
        ConditionExpression: 'attribute_not_exists(#part) OR #part <= :part',
        ExpressionAttributeNames: { '#part': 'part' },
        ExpressionAttributeValues: { ':part': part },
      });
      await isDone(client.send(put));
    },
    async list(run) {
      const progress: ShardProgress[] = [];
      for await (const item of itemsOf(client, tableName, partitionOf(run), shardPrefix(run))) {
        progress.push(item['progress'] as ShardProgress);
      }
      return progress;
    },
  };
}

/** The users that a run's lists named: one item a page, sort key `{run}#seen#{page}`, the ids' beginnings in one string. */
export function makeDynamoDbSeenUsers(client: DynamoDBDocumentClient, tableName: string): SeenUsers {
  return {
    async add(run, page, factIds) {
      const ids = factIds.map((id) => id.slice(0, SEEN_ID_LENGTH)).join('');
      const Item = { pk: partitionOf(run), sk: seenPrefix(run) + page, ids, expiresAt: ttl(Date.now() + KEPT_MS) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    async read(run) {
      const seen = new Set<string>();
      for await (const item of itemsOf(client, tableName, partitionOf(run), seenPrefix(run))) {
        const ids = item['ids'] as string;
        for (let at = 0; at < ids.length; at += SEEN_ID_LENGTH) seen.add(ids.slice(at, at + SEEN_ID_LENGTH));
      }
      return { size: seen.size, has: (factId) => seen.has(factId.slice(0, SEEN_ID_LENGTH)) };
    },
  };
}

/** Checkpoints in the control table: partition `CHECKPOINT#{connection}`, sort key the stream. */
export function makeDynamoDbCheckpointStore(client: DynamoDBDocumentClient, tableName: string): CheckpointStore {
  const keyOf = (connectionId: string, stream: string) => ({
    pk: `${PARTITION.checkpoint}#${connectionId}`,
    sk: stream,
  });
  return {
    async find(connectionId, stream) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(connectionId, stream), ConsistentRead: true }),
      );
      return Item?.['checkpoint'] as Checkpoint | undefined;
    },
    async save(connectionId, stream, checkpoint) {
      await client.send(new PutCommand({ TableName: tableName, Item: { ...keyOf(connectionId, stream), checkpoint } }));
    },
  };
}

async function* itemsOf(client: DynamoDBDocumentClient, tableName: string, partition: string, prefix: string) {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':partition': partition, ':prefix': prefix },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) yield* Items;
}
