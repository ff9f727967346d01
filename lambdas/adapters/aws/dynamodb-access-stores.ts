import { type DynamoDBDocumentClient, DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import type { Link, LinkStore, Revocations, Session, SessionStore } from '../../core/access/ports';
import { isDone, ttl } from './document-client';

const SESSION_SK = 'SESSION';
const LINK_SK = 'LINK';

/** Longer than a session or a link lives: 30 days at most. */
const REVOCATION_MS = 31 * 24 * 60 * 60 * 1000;
const EVERYBODY = 'all';

/** The last revocation of everything, and of each connection's, in the control table. */
export function makeDynamoDbRevocations(client: DynamoDBDocumentClient, tableName: string): Revocations {
  const keyOf = (connectionId: string | null) => ({
    pk: `${PARTITION.revocation}#${connectionId ?? EVERYBODY}`,
    sk: 'REVOCATION',
  });
  return {
    async revoke(connectionId, at) {
      const Item = { ...keyOf(connectionId), at, expiresAt: ttl(at + REVOCATION_MS) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    async lastAt(connectionId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(connectionId), ConsistentRead: true }),
      );
      return (Item?.['at'] as number | undefined) ?? 0;
    },
  };
}

/** Sessions in the control table, by the hash of their id; TTL drops them some time after their expiry. */
export function makeDynamoDbSessionStore(client: DynamoDBDocumentClient, tableName: string): SessionStore {
  const keyOf = (idHash: string) => ({ pk: `${PARTITION.session}#${idHash}`, sk: SESSION_SK });
  const revocations = makeDynamoDbRevocations(client, tableName);
  return {
    async find(idHash, now) {
      // consistently: a session that was just ended elsewhere lets nobody in
      const get = new GetCommand({ TableName: tableName, Key: keyOf(idHash), ConsistentRead: true });
      const [{ Item }, everybodyAt] = await Promise.all([client.send(get), revocations.lastAt(null)]);
      const session = Item?.['session'] as Session | undefined;
      if (session === undefined || session.expiresAt <= now || !(session.startedAt > everybodyAt)) return undefined;
      const { scope, startedAt } = session;
      if (scope.kind === 'all') return session;
      return startedAt > (await revocations.lastAt(scope.connectionId)) ? session : undefined;
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
  const revocations = makeDynamoDbRevocations(client, tableName);
  return {
    async find(tokenHash, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(tokenHash), ConsistentRead: true }),
      );
      const link = Item?.['link'] as Link | undefined;
      if (link === undefined || link.expiresAt <= now) return undefined;
      const revokedAt = await revocations.lastAt(link.kind === 'sign-in' ? null : link.connectionId);
      return link.createdAt > revokedAt ? link : undefined;
    },
    async create(tokenHash, link) {
      const Item = { ...keyOf(tokenHash), link, expiresAt: ttl(link.expiresAt) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
    use(tokenHash, now) {
      const remove = new DeleteCommand({
        TableName: tableName,
        Key: keyOf(tokenHash),
        ConditionExpression: 'attribute_exists(pk) AND link.expiresAt > :now',
        ExpressionAttributeValues: { ':now': now },
      });
      return isDone(client.send(remove));
    },
  };
}
