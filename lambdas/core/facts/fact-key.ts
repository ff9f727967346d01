import type { DateRange } from '../../contract/connection';
import { FACT_BUCKETS, type FactKind, type StoredKind } from '../../contract/fact';
import { KINDS } from './kinds';

/** Key of an item of the facts table. Ours: consumers recognise a fact by its `id`. */
export interface FactKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Where a fact is kept: the partition by its id, so that writes spread evenly; within one by kind, then time, so that a
 * range of time can be read again. What lasts has no time in its key, since Zoom may correct it.
 *
 * @param id - hex.
 * @param time - ISO 8601 UTC; `undefined` for what lasts.
 */
export function factKey(connectionId: string, kind: FactKind, id: string, time: string | undefined): FactKey {
  const bucket = Number.parseInt(id.slice(0, 8), 16) % FACT_BUCKETS;
  return {
    pk: partitionKey(connectionId, bucket),
    sk: time === undefined ? `${kind}#${id}` : `${kind}#${time}#${id}`,
  };
}

/** All partitions that hold facts of the connection. */
export function partitionKeys(connectionId: string): string[] {
  return Array.from({ length: FACT_BUCKETS }, (_, bucket) => partitionKey(connectionId, bucket));
}

/** A stretch of a partition of the facts table: the sort keys from `from` to `to`, both included. */
export interface KeyStretch {
  readonly pk: string;
  readonly from: string;
  readonly to: string;
}

/** Where a connection's facts of a kind are that happened on these dates; all of what lasts, whose keys have no time. */
export function factStretches(connectionId: string, kind: FactKind, dates: DateRange): KeyStretch[] {
  const sortKeys = KINDS[kind].lasts ? { from: `${kind}#`, to: `${kind}#${LAST}` } : sortKeysOn(kind, dates);
  return partitionKeys(connectionId).map((pk) => ({ pk, ...sortKeys }));
}

/** The sort keys of what happened on these dates, where they begin with kind and time. */
export function sortKeysOn(kind: StoredKind, { from, to }: DateRange): { from: string; to: string } {
  return { from: `${kind}#${from}`, to: `${kind}#${to}${LAST}` };
}

/** Sorts behind all that follows a date or a kind in a sort key. */
const LAST = '~';

function partitionKey(connectionId: string, bucket: number): string {
  return `${connectionId}#${bucket.toString().padStart(2, '0')}`;
}
