import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbFactStore } from '../adapters/aws/dynamodb-fact-store';
import {
  makeDynamoDbCheckpointStore,
  makeDynamoDbProgressStore,
  makeDynamoDbSeenUsers,
} from '../adapters/aws/dynamodb-run-stores';
import { ENV } from '../contract/env';
import { makeFinishRun } from '../core/runs/finish-run';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { RunRefPayload } from '../runtime/payloads';
import { countingDeadLetters, logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.factsTable);
const client = makeDocumentClient();

const finishRun = makeFinishRun({
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  checkpoints: makeDynamoDbCheckpointStore(client, env.CONTROL_TABLE),
  progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
  seenUsers: makeDynamoDbSeenUsers(client, env.CONTROL_TABLE),
  facts: makeDynamoDbFactStore(client, env.FACTS_TABLE),
  deadLetters: countingDeadLetters(makeDynamoDbDeadLetterStore(client, env.CONTROL_TABLE)),
  clock: systemClock,
});

/** Step Functions task: draws the conclusions of a run. */
export const handler = instrument(async (event: unknown) => {
  const run = RunRefPayload.parse(event);
  const summary = await finishRun(run);
  logger.info('run finished', { ...run, ...summary });
  return summary;
});
