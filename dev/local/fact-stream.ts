import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { callEmulator } from './emulator';

/** What a downstream system sees of a fact, as far as it matters here. */
const Fact = z.object({
  kind: z.string(),
  actor: z.string().optional(),
  time: z.string(),
  raw: z.record(z.string(), z.unknown()),
});
export type Fact = z.infer<typeof Fact>;

const Description = z.object({ StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }) });
const Iterator = z.object({ ShardIterator: z.string() });
const Records = z.object({
  Records: z.array(
    z.object({
      eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
      dynamodb: z.object({ NewImage: z.custom<Record<string, AttributeValue>>().optional() }),
    }),
  ),
  NextShardIterator: z.string().optional(),
});

/** Reads the stream of facts as a downstream system does. */
export class FactStream {
  private constructor(
    private readonly endpointUrl: string,
    private iterators: readonly string[],
  ) {}

  /** Begins behind what is on the stream already. */
  static async fromNow(endpointUrl: string, StreamArn: string): Promise<FactStream> {
    const description = await call(endpointUrl, 'DescribeStream', { StreamArn }, Description);
    const iterators = description.StreamDescription.Shards.map(async ({ ShardId }) => {
      const start = { StreamArn, ShardId, ShardIteratorType: 'LATEST' };
      return (await call(endpointUrl, 'GetShardIterator', start, Iterator)).ShardIterator;
    });
    return new FactStream(endpointUrl, await Promise.all(iterators));
  }

  /** @returns the facts that were new on the stream since the call before. */
  async readNew(): Promise<Fact[]> {
    const answers = await Promise.all(
      this.iterators.map((ShardIterator) => call(this.endpointUrl, 'GetRecords', { ShardIterator }, Records)),
    );
    this.iterators = answers.flatMap(({ NextShardIterator }) => NextShardIterator ?? []);
    return answers
      .flatMap((answer) => answer.Records)
      .filter(({ eventName }) => eventName === 'INSERT')
      .map(({ dynamodb: { NewImage = {} } }) => Fact.parse(unmarshall(NewImage)));
  }
}

async function call<T>(endpointUrl: string, operation: string, input: object, answer: z.ZodType<T>): Promise<T> {
  const response = await callEmulator(endpointUrl, 'dynamodb', '/', {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDBStreams_20120810.${operation}` },
    body: JSON.stringify(input),
  });
  return answer.parse(await response.json());
}
