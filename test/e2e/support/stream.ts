import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AUDIT_KIND } from '../../../lambdas/contract/fact';
import type { Fact } from '../../../lambdas/core/facts/fact';
import { output, streams } from './stack';

/** A record of the stream of facts. */
export interface StreamRecord {
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly before: Fact | undefined;
  readonly after: Fact | undefined;
}

/** All that was read of the stream, which is long, and where it goes on. */
const read: _Record[] = [];
let iterators: readonly string[] | undefined;
let reading: Promise<void> = Promise.resolve();

/** All records that the stream holds of what was read for a connection, in its order; its audit log is not among them. */
export async function streamRecordsOf(connectionId: string): Promise<StreamRecord[]> {
  const records = await rawRecordsOf(connectionId);
  return records.filter((record) => kindOf(record) !== AUDIT_KIND).map(toRecord);
}

/** All records about a connection as DynamoDB gives them out, those of its audit log among them. */
export async function rawRecordsOf(connectionId: string): Promise<_Record[]> {
  await (reading = reading.then(readOn));
  return read.filter((record) => isOf(record, connectionId));
}

/** All records that the stream holds. */
export async function allStreamRecords(): Promise<StreamRecord[]> {
  await (reading = reading.then(readOn));
  return read.map(toRecord);
}

/** Reads what has come since the last time. */
async function readOn(): Promise<void> {
  const open: string[] = [];
  for (let iterator of iterators ?? (await oldest())) {
    for (;;) {
      const { Records = [], NextShardIterator } = await streams.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      read.push(...Records);
      if (NextShardIterator === undefined) break;
      iterator = NextShardIterator;
      // an open shard goes on for ever; an empty answer is its end for now
      if (Records.length > 0) continue;
      open.push(iterator);
      break;
    }
  }
  iterators = open;
}

async function oldest(): Promise<string[]> {
  const StreamArn = output('FactsStreamArn');
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const starts = (StreamDescription?.Shards ?? []).map(({ ShardId }) =>
    streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' })),
  );
  return (await Promise.all(starts)).flatMap(({ ShardIterator }) => ShardIterator ?? []);
}

function kindOf({ dynamodb }: _Record): string | undefined {
  return (dynamodb?.NewImage ?? dynamodb?.OldImage)?.['kind']?.S;
}

function isOf({ dynamodb }: _Record, connectionId: string): boolean {
  return (dynamodb?.NewImage ?? dynamodb?.OldImage)?.['connectionId']?.S === connectionId;
}

function toRecord({ eventName, dynamodb }: _Record): StreamRecord {
  return {
    event: eventName as StreamRecord['event'],
    before: toFact(dynamodb?.OldImage),
    after: toFact(dynamodb?.NewImage),
  };
}

function toFact(image: unknown): Fact | undefined {
  return image === undefined ? undefined : (unmarshall(image as Record<string, AttributeValue>) as Fact);
}
