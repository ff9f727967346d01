import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { FACT_VERSION, STORED_KINDS } from '../contract/fact';
import { instrument } from '../runtime/instrument';
import { logger, metrics } from '../runtime/telemetry';

const Fact = z.object({
  v: z.literal(FACT_VERSION),
  id: z.string(),
  kind: z.enum(STORED_KINDS),
  connectionId: z.string().optional(), // an entry of the audit log may be about none
  time: z.string().optional(),
});

const processor = new BatchProcessor(EventType.DynamoDBStreams);

function consume({ eventName, dynamodb }: DynamoDBRecord): Promise<void> {
  const fact = Fact.parse(unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>));
  logger.info('fact', { event: eventName, ...fact });
  const metric = metrics.singleMetric();
  metric.addDimension('kind', fact.kind);
  metric.addMetric('FactsConsumed', MetricUnit.Count, 1);
  return Promise.resolve();
}

/** Seconds since the oldest record of a batch was written to the stream; the stream forgets after 24 hours. */
function lagOf({ Records }: DynamoDBStreamEvent): number {
  const written = Records.flatMap(({ dynamodb }) => dynamodb?.ApproximateCreationDateTime ?? []);
  return written.length === 0 ? 0 : Math.max(0, Date.now() / 1000 - Math.min(...written));
}

/** Sample of a consumer: one log line and one count for each fact that is new or changed, and how late it is. */
export const handler = instrument(async (event: DynamoDBStreamEvent, context) => {
  metrics.addMetric('ConsumerLag', MetricUnit.Seconds, lagOf(event));
  return processPartialResponse(event, consume, processor, { context });
});
