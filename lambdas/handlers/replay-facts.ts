import { SQSClient } from '@aws-sdk/client-sqs';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbFactPages } from '../adapters/aws/dynamodb-fact-pages';
import { makeSqsReplayQueue } from '../adapters/aws/sqs-replay-queue';
import { ENV } from '../contract/env';
import { makeReplayFacts } from '../core/replay/replay-facts';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { ReplayTaskPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.factsTable, ENV.replayQueueUrl);
const client = makeDocumentClient();

const replayFacts = makeReplayFacts({
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  facts: makeDynamoDbFactPages(client, env.FACTS_TABLE),
  queue: makeSqsReplayQueue(new SQSClient({}), env.REPLAY_QUEUE_URL),
  clock: systemClock,
  log: { tooLarge: (id) => logger.warn('a fact fits into no message', { id }) },
});

/** What a turn leaves of the function's time: a round that a queue or a table slows down. */
const LEFT_MS = 60_000;

/** Step Functions task: sends stored facts to the replay queue. */
export const handler = instrument(async (event: unknown, context) => {
  const task = ReplayTaskPayload.parse(event);
  const said = await replayFacts(task, systemClock.now() + context.getRemainingTimeInMillis() - LEFT_MS);
  const { outcome, sent, tooLarge } = said;
  logger.info('facts replayed', { outcome, sent, tooLarge });
  return said;
});
