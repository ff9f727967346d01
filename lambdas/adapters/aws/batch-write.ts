import { BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThrottled } from './document-client';
import { inParallel } from './in-parallel';

type Requests = NonNullable<BatchWriteCommandInput['RequestItems']>;

/** DynamoDB's own bound of a batch. */
const WRITE_BATCH = 25;
/** Waits of up to 0.1, 0.2, 0.4 … 6.4 s, 12 s in all, for a table that is growing; then whoever asked for it fails. */
const MAX_ROUNDS = 8;

/**
 * Puts and deletes items, as many batches as it takes.
 *
 * @param parallel - how many are under way at once.
 */
export async function writeBatches(
  client: DynamoDBDocumentClient,
  tableName: string,
  requests: readonly Requests[string][number][],
  parallel?: number,
): Promise<void> {
  const write = (batch: Requests[string]) =>
    untilProcessed('the facts table', { [tableName]: batch }, async (left: Requests) => {
      const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems: left }));
      return tableName in UnprocessedItems ? UnprocessedItems : undefined;
    });
  await inParallel(batches(requests, WRITE_BATCH), write, parallel);
}

/**
 * Sends a batch until all of it is taken: what is left unprocessed is an expected answer, and so is the refusal of a whole
 * batch, of which nothing is taken.
 *
 * @param target - what it is sent to, in words.
 */
export async function untilProcessed<Left>(
  target: string,
  all: Left,
  send: (left: Left) => Promise<Left | undefined>,
): Promise<void> {
  let left: Left | undefined = all;
  for (let round = 0; left !== undefined; round++) {
    if (round === MAX_ROUNDS) throw new Error(`${target} takes no more for now: it is being throttled`);
    if (round > 0) await sleep(Math.random() * 100 * 2 ** (round - 1));
    left = await send(left).catch((error: unknown) => {
      if (isThrottled(error)) return left;
      throw error;
    });
  }
}

/** The items in groups of `size`, the last one smaller. */
export function batches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
