import { type DynamoDBDocumentClient, DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { Link, LinkStore, Session, SessionStore } from '../../core/access/ports';
import { isConditionFailed, ttl } from './document-client';

const SESSION_SK = 'SESSION';
const LINK_SK = 'LINK';

/** Sessions in the control table, by the hash of their id; TTL drops them some time after their expiry. */
export function makeDynamoDbSessionStore(client: DynamoDBDocumentClient, tableName: string): SessionStore {
  const keyOf = (idHash: string) => ({ pk: `${PARTITION.session}#${idHash}`, sk: SESSION_SK });
  return {
    async find(idHash, now) {
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(idHash) }));
      const session = Item?.['session'] as Session | undefined;
      return session !== undefined && session.expiresAt > now ? session : undefined;
    },
    async create(idHash, session) {
      const Item = { ...keyOf(idHash), session, expiresAt: ttl(session.expiresAt) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    async delete(idHash) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(idHash) }));
    },
  };
}

/** Links in the control table, by the hash of their token. Using a link up deletes it. */
export function makeDynamoDbLinkStore(client: DynamoDBDocumentClient, tableName: string): LinkStore {
  const keyOf = (tokenHash: string) => ({ pk: `${PARTITION.link}#${tokenHash}`, sk: LINK_SK });
  return {
    async find(tokenHash, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(tokenHash), ConsistentRead: true }),
      );
      const link = Item?.['link'] as Link | undefined;
      return link !== undefined && link.expiresAt > now ? link : undefined;
    },
    async create(tokenHash, link) {
      const Item = { ...keyOf(tokenHash), link, expiresAt: ttl(link.expiresAt) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    async use(tokenHash, now) {
      try {
        await client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: keyOf(tokenHash),
            ConditionExpression: 'attribute_exists(pk) AND link.expiresAt > :now',
            ExpressionAttributeValues: { ':now': now },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
  };
}
