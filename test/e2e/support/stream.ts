import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AUDIT_KIND } from '../../../lambdas/contract/fact';
import type { Fact } from '../../../lambdas/core/facts/fact';
import type { StackFile } from '../../../dev/local/stack-file';
import { clientSettings, output, stack } from './stack';

/** A record of the stream of facts. */
export interface StreamRecord {
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly before: Fact | undefined;
  readonly after: Fact | undefined;
}

/** The stream of a stack's facts: long, and so read once, and from then on what is new. */
class FactsStream {
  private readonly read: _Record[] = [];
  private iterators: readonly string[] | undefined;
  private reading: Promise<void> = Promise.resolve();
  private readonly client: DynamoDBStreamsClient;

  constructor(private readonly of: StackFile) {
    this.client = new DynamoDBStreamsClient(clientSettings(of));
  }

  /** All records that it holds. */
  async records(): Promise<readonly _Record[]> {
    await (this.reading = this.reading.then(() => this.readOn()));
    return this.read;
  }

  private async readOn(): Promise<void> {
    const open: string[] = [];
    for (let iterator of this.iterators ?? (await this.oldest())) {
      for (;;) {
        const { Records = [], NextShardIterator } = await this.client.send(
          new GetRecordsCommand({ ShardIterator: iterator }),
        );
        this.read.push(...Records);
        if (NextShardIterator === undefined) break;
        iterator = NextShardIterator;
        // an open shard goes on for ever; an empty answer is its end for now
        if (Records.length > 0) continue;
        open.push(iterator);
        break;
      }
    }
    this.iterators = open;
  }

  private async oldest(): Promise<string[]> {
    const StreamArn = output('FactsStreamArn', this.of);
    const { StreamDescription } = await this.client.send(new DescribeStreamCommand({ StreamArn }));
    const starts = (StreamDescription?.Shards ?? []).map(({ ShardId }) =>
      this.client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' })),
    );
    return (await Promise.all(starts)).flatMap(({ ShardIterator }) => ShardIterator ?? []);
  }
}

const own = new FactsStream(stack);

/** All records that the stream holds of what was read for a connection, in its order; its audit log is not among them. */
export async function streamRecordsOf(connectionId: string): Promise<StreamRecord[]> {
  const records = await rawRecordsOf(connectionId);
  return records.filter((record) => kindOf(record) !== AUDIT_KIND).map(toRecord);
}

/** All records about a connection as DynamoDB gives them out, those of its audit log among them. */
export async function rawRecordsOf(connectionId: string): Promise<_Record[]> {
  return (await own.records()).filter((record) => isOf(record, connectionId));
}

/** All records that the stream of a stack holds. */
export async function allStreamRecords(of: StackFile): Promise<StreamRecord[]> {
  return (await new FactsStream(of).records()).map(toRecord);
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
