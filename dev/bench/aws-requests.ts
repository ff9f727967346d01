import type { RecordedEvent } from '../local/recorded-events';

/** A request to AWS. */
export interface AwsRequest {
  /** Service and operation, for example `dynamodb:BatchGetItem`. */
  readonly name: string;
  /** Of DynamoDB: how many items it asks for, or writes. */
  readonly items: number;
}

/** What requests ask of tables. */
export interface TableUse {
  /** Items that were asked for by their keys, there or not; a query counts as one, however many it finds. */
  readonly reads: number;
  /** Items that were written or deleted. */
  readonly writes: number;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);

type Parameters = Readonly<{
  RequestItems?: Readonly<Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>>;
  TransactItems?: readonly unknown[];
}>;

export function parseRequest({ EventName, EventSource, CloudTrailEvent }: RecordedEvent): AwsRequest {
  const { requestParameters } = JSON.parse(CloudTrailEvent) as { readonly requestParameters: Parameters };
  return { name: `${EventSource.replace(/\..*/, '')}:${EventName}`, items: itemsOf(requestParameters) };
}

export function tableUseOf(requests: readonly AwsRequest[]): TableUse {
  let [reads, writes] = [0, 0];
  for (const { name, items } of requests) {
    const [service, operation = ''] = name.split(':');
    if (service !== 'dynamodb') continue;
    if (READS.has(operation)) reads += items;
    else writes += items;
  }
  return { reads, writes };
}

/** How many requests of each name there are, by name. */
export function countByName(requests: readonly AwsRequest[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of requests) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function itemsOf({ RequestItems, TransactItems }: Parameters): number {
  if (TransactItems !== undefined) return TransactItems.length;
  if (RequestItems === undefined) return 1;
  return Object.values(RequestItems).reduce((sum, part) => sum + ('Keys' in part ? part.Keys : part).length, 0);
}
