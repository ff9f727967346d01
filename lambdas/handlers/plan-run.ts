import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbCheckpointStore, makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { ENV } from '../contract/env';
import { makePlanRun } from '../core/runs/plan-run';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { PlanTaskPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.backfillDays, ENV.overlapMinutes, ENV.sweepDays);
const client = makeDocumentClient();

const planRun = makePlanRun(
  {
    connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
    checkpoints: makeDynamoDbCheckpointStore(client, env.CONTROL_TABLE),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    deadLetters: makeDynamoDbDeadLetterStore(client, env.CONTROL_TABLE),
    clock: systemClock,
  },
  { backfillDays: env.BACKFILL_DAYS, overlapMinutes: env.OVERLAP_MINUTES, sweepDays: env.SWEEP_DAYS },
);

/** Step Functions task: says what a run reads. */
export const handler = instrument(async (event: unknown) => {
  const plan = await planRun(PlanTaskPayload.parse(event));
  logger.info('run planned', { ...plan.run, workers: plan.workers.length });
  return plan;
});
