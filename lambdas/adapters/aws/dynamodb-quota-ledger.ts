import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { PARTITION } from '../../contract/control-table';
import { type LedgerEntry, refused, reserveSlots } from '../../core/quota/ledger';
import type { QuotaKey, QuotaLedger } from '../../core/quota/ports';
import { isDone } from './document-client';

/** Whoever lost begins again at another time than others who did. */
const SPREAD_MS = 20;

type StoredEntry = LedgerEntry & { readonly revision: number };

/**
 * The ledger in the control table: partition `QUOTA#{Zoom account}`, sort key the label. A change reads the entry and
 * writes the next one on condition that nobody did in between; whoever lost begins again.
 */
export function makeDynamoDbQuotaLedger(client: DynamoDBDocumentClient, tableName: string): QuotaLedger {
  const keyOf = ({ zoomAccountId, label }: QuotaKey) => ({ pk: `${PARTITION.quota}#${zoomAccountId}`, sk: label });

  async function read(key: QuotaKey): Promise<StoredEntry | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }));
    return Item as StoredEntry | undefined;
  }

  /** @param decide - the entry to store in place of the one read, if it changes, and the answer. */
  async function change<Answer>(
    key: QuotaKey,
    decide: (read: LedgerEntry | undefined) => { readonly answer: Answer; readonly next?: LedgerEntry | undefined },
  ): Promise<Answer> {
    for (;;) {
      const current = await read(key);
      const { answer, next } = decide(current);
      if (next === undefined || (await replace(key, current, next))) return answer;
      await sleep(Math.random() * SPREAD_MS);
    }
  }

  /** @returns whether the entry still was the one that was read. */
  function replace(key: QuotaKey, read: StoredEntry | undefined, next: LedgerEntry): Promise<boolean> {
    const condition =
      read === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'revision = :read', ExpressionAttributeValues: { ':read': read.revision } };
    const Item = { ...next, ...keyOf(key), revision: (read?.revision ?? 0) + 1 };
    return isDone(client.send(new PutCommand({ TableName: tableName, Item, ...condition })));
  }

  return {
    find: read,
    reserve: (key, limit, request, now) =>
      change(key, (current) => {
        const { reservation, next } = reserveSlots(current, limit, request, now);
        return { answer: reservation, next };
      }),
    heed: (key, throttling, limit, now) =>
      change(key, (current) => ({ answer: undefined, next: refused(current, throttling, limit, now) })),
  };
}
