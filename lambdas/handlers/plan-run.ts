import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbQuotaLedger } from '../adapters/aws/dynamodb-quota-ledger';
import { makeDynamoDbCheckpointStore, makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { ENV } from '../contract/env';
import { makeKeepAlive } from '../core/runs/keep-alive';
import { makePlanRun } from '../core/runs/plan-run';
import { makeProbeStreams } from '../core/runs/probe-streams';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { PlanTaskPayload } from '../runtime/payloads';
import { quotaShare } from '../runtime/quota';
import { countingDeadLetters, logger } from '../runtime/telemetry';
import { makeTokens } from '../runtime/tokens';
import { makeZoom } from '../runtime/zoom';

const env = readEnv(ENV.controlTable, ENV.backfillDays, ENV.overlapMinutes, ENV.sweepDays);
const client = makeDocumentClient();
const zoom = makeZoom();

const connections = makeDynamoDbConnectionStore(client, env.CONTROL_TABLE);
const tokens = makeTokens(client, zoom);

const planRun = makePlanRun(
  {
    connections,
    checkpoints: makeDynamoDbCheckpointStore(client, env.CONTROL_TABLE),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    deadLetters: countingDeadLetters(makeDynamoDbDeadLetterStore(client, env.CONTROL_TABLE)),
    probeStreams: makeProbeStreams(
      { quota: makeDynamoDbQuotaLedger(client, env.CONTROL_TABLE), tokens, zoom: zoom.api, clock: systemClock },
      { quotaShare: quotaShare(), apiUrl: zoom.apiUrl },
    ),
    keepAlive: makeKeepAlive(
      {
        connections,
        tokens,
        zoom: zoom.api,
        clock: systemClock,
        log: {
          keepAliveFailed: ({ connectionId }, { message }) =>
            logger.warn('a grant could not be kept alive', { connectionId, what: message }),
        },
      },
      { apiUrl: zoom.apiUrl },
    ),
    clock: systemClock,
    log: {
      lost: ({ connectionId, runId }, stream, { from, to }) =>
        logger.warn('Zoom no longer keeps what was not read', { connectionId, runId, stream, from, to }),
    },
  },
  { backfillDays: env.BACKFILL_DAYS, overlapMinutes: env.OVERLAP_MINUTES, sweepDays: env.SWEEP_DAYS },
);

/** Step Functions task: says what a run reads. */
export const handler = instrument(async (event: unknown) => {
  const plan = await planRun(PlanTaskPayload.parse(event));
  logger.info('run planned', { ...plan.run, workers: plan.workers.length });
  return plan;
});
