import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbFactStore } from '../adapters/aws/dynamodb-fact-store';
import { makeDynamoDbQuotaLedger } from '../adapters/aws/dynamodb-quota-ledger';
import { makeDynamoDbProgressStore, makeDynamoDbSeenUsers } from '../adapters/aws/dynamodb-run-stores';
import { ENV } from '../contract/env';
import type { RunRef } from '../contract/workflow';
import { ConnectorError } from '../core/errors';
import { makeWorker } from '../core/runs/worker';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { WorkerTaskPayload } from '../runtime/payloads';
import { quotaShare } from '../runtime/quota';
import { countingDeadLetters, logger } from '../runtime/telemetry';
import { makeTokens } from '../runtime/tokens';
import { makeZoom } from '../runtime/zoom';

const env = readEnv(ENV.controlTable, ENV.factsTable, ENV.retentionDays);
const client = makeDocumentClient();
const zoom = makeZoom();

const nameOf = ({ connectionId, runId }: RunRef) => ({ connectionId, runId });

const work = makeWorker(
  {
    connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    seenUsers: makeDynamoDbSeenUsers(client, env.CONTROL_TABLE),
    facts: makeDynamoDbFactStore(client, env.FACTS_TABLE),
    deadLetters: countingDeadLetters(makeDynamoDbDeadLetterStore(client, env.CONTROL_TABLE)),
    quota: makeDynamoDbQuotaLedger(client, env.CONTROL_TABLE),
    tokens: makeTokens(client, zoom),
    zoom: zoom.api,
    clock: systemClock,
    log: {
      page: (run, shard, read) => logger.info('page stored', { ...nameOf(run), shard: shard.id, ...read }),
      malformed: (run, shard, problems) => {
        const why = [...new Set(problems)];
        logger.error('rows that cannot become facts', { ...nameOf(run), shard: shard.id, rows: problems.length, why });
      },
      fault: (run, shard, error) => {
        const about = { ...nameOf(run), shard: shard.id };
        if (error instanceof ConnectorError)
          logger.warn('Zoom failed, trying again', { ...about, what: error.message });
        else logger.error('a shard failed, trying again', { ...about, error });
      },
      gaveUp: (run, shard) => logger.error('a shard was given up', { ...nameOf(run), shard: shard.id }),
      reconnectNeeded: (run) => logger.warn('the grant is dead: a new consent is needed', nameOf(run)),
    },
  },
  {
    quotaShare: quotaShare(),
    retentionDays: env.RETENTION_DAYS,
    apiUrl: zoom.apiUrl,
  },
);

/** Step Functions task: reads a worker's shards as far as time and quota allow. */
export const handler = instrument(async (event: unknown, context) =>
  work(WorkerTaskPayload.parse(event), systemClock.now() + context.getRemainingTimeInMillis()),
);
