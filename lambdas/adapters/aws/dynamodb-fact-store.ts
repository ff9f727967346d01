import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fact, isSameFact } from '../../core/facts/fact';
import { partitionKeys } from '../../core/facts/fact-key';
import type { FactStore } from '../../core/facts/ports';
import { isConditionFailed } from './document-client';
import { inParallel } from './in-parallel';

/** DynamoDB's own bounds of a batch. */
const WRITE_BATCH = 25;
const READ_BATCH = 100;
/** Waits of up to 0.1, 0.2, 0.4 … 6.4 s, 12 s in all, for a table that is growing; then the workflow tries again. */
const MAX_ROUNDS = 8;

/** The facts table. */
export function makeDynamoDbFactStore(client: DynamoDBDocumentClient, tableName: string): FactStore {
  /** Sends a batch until DynamoDB has taken all of it: what it leaves unprocessed is an expected answer. */
  async function untilProcessed<Left>(all: Left, send: (left: Left) => Promise<Left | undefined>): Promise<void> {
    let left: Left | undefined = all;
    for (let round = 0; left !== undefined; round++) {
      if (round === MAX_ROUNDS) throw new Error('the facts table takes no more writes for now: it is being throttled');
      if (round > 0) await sleep(Math.random() * 100 * 2 ** (round - 1));
      left = await send(left);
    }
  }

  async function writeBatch(facts: readonly Fact[]): Promise<void> {
    type Requests = NonNullable<BatchWriteCommandInput['RequestItems']>;
    const all: Requests = { [tableName]: facts.map((fact) => ({ PutRequest: { Item: { ...fact } } })) };
    await untilProcessed(all, async (left) => {
      const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems: left }));
      return tableName in UnprocessedItems ? UnprocessedItems : undefined;
    });
  }

  async function readBatch(facts: readonly Fact[]): Promise<Fact[]> {
    type Requests = NonNullable<BatchGetCommandInput['RequestItems']>;
    const found: Fact[] = [];
    const all: Requests = {
      [tableName]: { Keys: facts.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true },
    };
    await untilProcessed(all, async (left) => {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(new BatchGetCommand({ RequestItems: left }));
      found.push(...((Responses[tableName] ?? []) as Fact[]));
      return tableName in UnprocessedKeys ? UnprocessedKeys : undefined;
    });
    return found;
  }

  async function write(facts: readonly Fact[]): Promise<void> {
    await inParallel(batches(facts, WRITE_BATCH), writeBatch);
  }

  return {
    write,
    async writeChanged(facts) {
      const stored = new Map<string, Fact>();
      await inParallel(batches(facts, READ_BATCH), async (batch) => {
        for (const fact of await readBatch(batch)) stored.set(fact.id, fact);
      });
      const changed = facts.filter((fact) => {
        const known = stored.get(fact.id);
        return known === undefined || !isSameFact(known, fact);
      });
      await write(changed);
      return changed.length;
    },
    async add(fact) {
      try {
        await client.send(
          new PutCommand({ TableName: tableName, Item: { ...fact }, ConditionExpression: 'attribute_not_exists(pk)' }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
    async *read(connectionId, kind) {
      for (const partition of partitionKeys(connectionId)) {
        const pages = paginateQuery(
          { client },
          {
            TableName: tableName,
            KeyConditionExpression: 'pk = :partition AND begins_with(sk, :kind)',
            ExpressionAttributeValues: { ':partition': partition, ':kind': `${kind}#` },
            ConsistentRead: true,
          },
        );
        for await (const { Items = [] } of pages) yield* Items as Fact[];
      }
    },
  };
}

function batches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
