import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { DeadLetterStage } from '../../contract/operator';
import type { DeadLetter } from '../../core/dead-letters/dead-letter';
import type { DeadLetterStore } from '../../core/dead-letters/ports';
import { inParallel } from './in-parallel';

/** Dead letters in the control table: partition `DEADLETTER#{connection}`, sort key the id without the connection. */
export function makeDynamoDbDeadLetterStore(client: DynamoDBDocumentClient, tableName: string): DeadLetterStore {
  const partitionOf = (connectionId: string) => `${PARTITION.deadLetter}#${connectionId}`;
  const keyOf = (id: string) => {
    const [connectionId = '', ...rest] = id.split('.');
    return { pk: partitionOf(connectionId), sk: rest.join('.') };
  };
  return {
    async put(letters) {
      let added = 0;
      await inParallel(letters, async (letter) => {
        const Item = { ...keyOf(letter.id), ...letter };
        const before = await client.send(new PutCommand({ TableName: tableName, Item, ReturnValues: 'ALL_OLD' }));
        if (before.Attributes === undefined) added++;
      });
      return added;
    },
    async find(id) {
      const Key = keyOf(id);
      if (Key.sk === '') return undefined; // DynamoDB refuses an empty key
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
      return Item === undefined ? undefined : toLetter(Item);
    },
    async *list<Stage extends DeadLetterStage>(connectionId: string, stage: Stage) {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :partition AND begins_with(sk, :stage)',
          // DynamoDB may take days to drop what has expired
          FilterExpression: 'expiresAt > :now',
          ExpressionAttributeValues: {
            ':partition': partitionOf(connectionId),
            ':stage': `${stage}.`,
            ':now': Math.floor(Date.now() / 1000),
          },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) {
        yield* Items.map(toLetter) as Extract<DeadLetter, { stage: Stage }>[];
      }
    },
    delete: (letters) =>
      inParallel(letters, ({ id }) => client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(id) }))),
  };
}

function toLetter({ pk: _pk, sk: _sk, ...letter }: Record<string, unknown>): DeadLetter {
  return letter as unknown as DeadLetter;
}
