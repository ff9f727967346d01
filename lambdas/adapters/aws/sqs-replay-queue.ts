import { type SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { LARGEST_MESSAGE, type ReplayQueue } from '../../core/replay/ports';
import { untilProcessed } from './batch-write';
import { inParallel } from './in-parallel';

/** SQS's own bound of a batch; all of its messages together may be as large as one. */
const BATCH = 10;
/** Calls under way at once: a function's processor has enough to do with them. */
const PARALLEL = 10;

/** The queue that stored facts are sent to. */
export function makeSqsReplayQueue(client: SQSClient, queueUrl: string): ReplayQueue {
  async function sendBatch(batch: readonly string[]): Promise<void> {
    const all = batch.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await untilProcessed('the replay queue', all, async (left) => {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      return failed.size === 0 ? undefined : left.filter(({ Id }) => failed.has(Id));
    });
  }
  return {
    async send(messages) {
      await inParallel(batchesOf(messages), sendBatch, PARALLEL);
    },
  };
}

/** The messages in batches that SQS takes. */
function batchesOf(messages: readonly string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message);
    if (batch.length === 0 || batch.length === BATCH || bytes + size > LARGEST_MESSAGE) {
      batches.push((batch = []));
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  return batches;
}
