import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { PARTITION } from '../../contract/control-table';
import { type LedgerEntry, reserveSlot } from '../../core/quota/ledger';
import type { QuotaKey, QuotaLedger } from '../../core/quota/ports';
import { isConditionFailed } from './document-client';

/**
 * The ledger in the control table: partition `QUOTA#{Zoom account}`, sort key the label. A reservation reads the entry
 * and writes the next one on condition that nobody did in between; whoever lost begins again.
 */
export function makeDynamoDbQuotaLedger(client: DynamoDBDocumentClient, tableName: string): QuotaLedger {
  const keyOf = ({ zoomAccountId, label }: QuotaKey) => ({ pk: `${PARTITION.quota}#${zoomAccountId}`, sk: label });

  async function read(key: QuotaKey): Promise<(LedgerEntry & { readonly revision: number }) | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }));
    return Item as (LedgerEntry & { readonly revision: number }) | undefined;
  }

  async function raise(key: QuotaKey, attribute: 'nextMs' | 'blockedUntilMs', toMs: number): Promise<void> {
    try {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(key),
          UpdateExpression: 'SET #attribute = :to ADD revision :one',
          ConditionExpression: '#attribute < :to',
          ExpressionAttributeNames: { '#attribute': attribute },
          ExpressionAttributeValues: { ':to': toMs, ':one': 1 },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }

  return {
    async reserve(key, limit, now) {
      for (;;) {
        const entry = await read(key);
        const { reservation, next } = reserveSlot(entry, limit, now);
        if (next === undefined) return reservation;
        try {
          await client.send(
            new PutCommand({
              TableName: tableName,
              Item: { ...keyOf(key), ...next, revision: (entry?.revision ?? 0) + 1 },
              ...(entry === undefined
                ? { ConditionExpression: 'attribute_not_exists(pk)' }
                : { ConditionExpression: 'revision = :read', ExpressionAttributeValues: { ':read': entry.revision } }),
            }),
          );
          return reservation;
        } catch (error) {
          if (!isConditionFailed(error)) throw error;
        }
      }
    },
    postpone: (key, untilMs) => raise(key, 'nextMs', untilMs),
    block: (key, untilMs) => raise(key, 'blockedUntilMs', untilMs),
  };
}
