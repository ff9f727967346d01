import { SFNClient } from '@aws-sdk/client-sfn';
import type { LambdaEvent } from 'hono/aws-lambda';
import { handle } from 'hono/aws-lambda';
import { makeDocumentClient } from '../adapters/aws/document-client';
import {
  makeDynamoDbLinkStore,
  makeDynamoDbRevocations,
  makeDynamoDbSessionStore,
} from '../adapters/aws/dynamodb-access-stores';
import { makeDynamoDbAttemptStore } from '../adapters/aws/dynamodb-attempt-store';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeStepFunctionsRunStarter } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';
import { makeZoom } from '../runtime/zoom';
import { makeConsentApp } from '../web/consent-app';

const env = readEnv(ENV.publicUrl, ENV.controlTable, ENV.backfillStateMachine, ENV.backfillDays);
const client = makeDocumentClient();
const zoom = makeZoom();

const app = makeConsentApp({
  publicUrl: env.PUBLIC_URL,
  apiUrl: zoom.apiUrl,
  backfillDays: env.BACKFILL_DAYS,
  attempts: makeDynamoDbAttemptStore(client, env.CONTROL_TABLE),
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  links: makeDynamoDbLinkStore(client, env.CONTROL_TABLE),
  revocations: makeDynamoDbRevocations(client, env.CONTROL_TABLE),
  sessions: makeDynamoDbSessionStore(client, env.CONTROL_TABLE),
  vault: zoom.vault,
  zoom: { ...zoom.oauth, ...zoom.api },
  runs: makeStepFunctionsRunStarter(new SFNClient({}), { backfill: env.BACKFILL_STATE_MACHINE_ARN }),
  audit: makeAuditLog(),
  clock: systemClock,
  log: {
    fault: (error) => logger.error('a consent could not be dealt with', { error: error as Error }),
    outcome: (outcome, connectionId) => logger.info('a consent came to an end', { outcome, connectionId }),
    revokeFailed: (connectionId, error) =>
      logger.error('a grant that is not kept could not be revoked', { connectionId, error: error as Error }),
  },
});
const serve = handle(app);

/** HTTP API: leads browsers to Zoom's consent page, and takes what comes back. */
export const handler = instrument(async (event: LambdaEvent, context) => serve(event, context));
