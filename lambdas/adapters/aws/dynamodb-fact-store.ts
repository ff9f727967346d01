import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { type Fact, isSameFact } from '../../core/facts/fact';
import { partitionKeys } from '../../core/facts/fact-key';
import type { FactStore } from '../../core/facts/ports';
import { batches, untilProcessed, writeBatches } from './batch-write';
import { isDone } from './document-client';
import { inParallel } from './in-parallel';

/** DynamoDB's own bound of a batch. */
const READ_BATCH = 100;

/** The facts table. */
export function makeDynamoDbFactStore(client: DynamoDBDocumentClient, tableName: string): FactStore {
  async function readBatch(facts: readonly Fact[]): Promise<Fact[]> {
    type Requests = NonNullable<BatchGetCommandInput['RequestItems']>;
    const found: Fact[] = [];
    const all: Requests = {
      [tableName]: { Keys: facts.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true },
    };
    await untilProcessed('the facts table', all, async (left) => {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(new BatchGetCommand({ RequestItems: left }));
      found.push(...((Responses[tableName] ?? []) as Fact[]));
      return tableName in UnprocessedKeys ? UnprocessedKeys : undefined;
    });
    return found;
  }

  async function write(facts: readonly Fact[]): Promise<void> {
    const requests = facts.map((fact) => ({ PutRequest: { Item: { ...fact } } }));
    await writeBatches(client, tableName, requests);
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
      const Item = { ...fact };
      const put = new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      await isDone(client.send(put));
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
