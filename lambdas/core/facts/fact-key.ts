import { FACT_BUCKETS, type FactKind } from '../../contract/fact';

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

function partitionKey(connectionId: string, bucket: number): string {
  return `${connectionId}#${bucket.toString().padStart(2, '0')}`;
}
