import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Fact } from '../../../lambdas/core/facts/fact';
import { output, streams } from './stack';

/** A record of the stream of facts. */
export interface StreamRecord {
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly before: Fact | undefined;
  readonly after: Fact | undefined;
}

/** All records that the stream holds of a connection, in its order. */
export async function streamRecordsOf(connectionId: string): Promise<StreamRecord[]> {
  const StreamArn = output('FactsStreamArn');
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    let { ShardIterator } = await streams.send(new GetShardIteratorCommand(start));
    while (ShardIterator !== undefined) {
      const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
      records.push(...Records.map(toRecord));
      // an open shard goes on for ever; an empty answer is its end for now
      ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
    }
  }
  return records.filter(({ before, after }) => (after ?? before)?.connectionId === connectionId);
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
