import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Fact } from '../../lambdas/core/facts/fact';
import type { StackFile } from './stack-file';

/** Reads the stream of facts as a downstream system does. */
export class FactStream {
  private constructor(
    private readonly client: DynamoDBStreamsClient,
    private iterators: readonly string[],
  ) {}

  /** Begins behind what is on the stream already. */
  static async fromNow(stack: StackFile): Promise<FactStream> {
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey, outputs } = stack;
    const client = new DynamoDBStreamsClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    const StreamArn = outputs.FactsStreamArn;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    const starts = (StreamDescription?.Shards ?? []).map(({ ShardId }) =>
      client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'LATEST' })),
    );
    return new FactStream(
      client,
      (await Promise.all(starts)).flatMap(({ ShardIterator }) => ShardIterator ?? []),
    );
  }

  /** @returns the facts that were new on the stream since the call before. */
  async readNew(): Promise<Fact[]> {
    const answers = await Promise.all(
      this.iterators.map((ShardIterator) => this.client.send(new GetRecordsCommand({ ShardIterator }))),
    );
    this.iterators = answers.flatMap(({ NextShardIterator }) => NextShardIterator ?? []);
    return answers
      .flatMap(({ Records = [] }) => Records)
      .filter(({ eventName }) => eventName === 'INSERT')
      .map(({ dynamodb }) => unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>) as Fact);
  }
}
