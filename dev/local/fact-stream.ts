import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { AUDIT_KIND } from '../../lambdas/contract/fact';
import type { Fact } from '../../lambdas/core/facts/fact';
import type { StackFile } from './stack-file';

/** Reads the stream of facts as a downstream system does that cares for what Zoom says, and not for the audit log. */
export class FactStream {
  private constructor(
    private readonly client: DynamoDBStreamsClient,
    private iterators: readonly string[],
  ) {}

  /** Begins behind what is on the stream already. */
  static fromNow(stack: StackFile): Promise<FactStream> {
    return FactStream.from('LATEST', stack);
  }

  /** Begins with the oldest record. */
  static fromStart(stack: StackFile): Promise<FactStream> {
    return FactStream.from('TRIM_HORIZON', stack);
  }

  private static async from(ShardIteratorType: ShardIteratorType, stack: StackFile): Promise<FactStream> {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey, outputs } = stack;
    const client = new DynamoDBStreamsClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    const StreamArn = outputs.FactsStreamArn;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    const starts = (StreamDescription?.Shards ?? []).map(({ ShardId }) =>
      client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType })),
    );
    return new FactStream(
      client,
      (await Promise.all(starts)).flatMap(({ ShardIterator }) => ShardIterator ?? []),
    );
  }

  /** @returns the facts that were new on the stream since the call before. */
  async readNew(): Promise<Fact[]> {
    const records = await this.read();
    return records.filter((record) => record.eventName === 'INSERT' && isRead(record)).map(factOf);
  }

  /** @returns the fact of each record that is left, whether it is new, changed or the same. */
  async readAll(): Promise<Fact[]> {
    const facts: Fact[] = [];
    for (;;) {
      const records = await this.read();
      if (records.length === 0) return facts; // an open shard goes on for ever; this is its end for now
      facts.push(...records.filter(isRead).map(factOf));
    }
  }

  /** @returns some of the records since the call before; none when there are none for now. */
  private async read(): Promise<_Record[]> {
    const answers = await Promise.all(
      this.iterators.map((ShardIterator) => this.client.send(new GetRecordsCommand({ ShardIterator }))),
    );
    this.iterators = answers.flatMap(({ NextShardIterator }) => NextShardIterator ?? []);
    return answers.flatMap(({ Records = [] }) => Records);
  }
}

/** Whether it is read from Zoom. */
function isRead({ dynamodb }: _Record): boolean {
  return (dynamodb?.NewImage ?? dynamodb?.OldImage)?.['kind']?.S !== AUDIT_KIND;
}

function factOf({ dynamodb }: _Record): Fact {
  return unmarshall((dynamodb?.NewImage ?? dynamodb?.OldImage) as Record<string, AttributeValue>) as Fact;
}
