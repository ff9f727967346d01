import { SFNClient } from '@aws-sdk/client-sfn';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { makeStepFunctionsRunStopper } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import { makeEndGrant } from '../core/disconnect/end-grant';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { DisconnectTaskPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';
import { makeTokens } from '../runtime/tokens';
import { makeZoom } from '../runtime/zoom';

const env = readEnv(ENV.controlTable, ENV.backfillStateMachine, ENV.syncStateMachine);
const client = makeDocumentClient();
const zoom = makeZoom();

const endGrant = makeEndGrant({
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
  vault: zoom.vault,
  tokens: makeTokens(client, zoom),
  zoom: zoom.oauth,
  executions: makeStepFunctionsRunStopper(new SFNClient({}), [
    env.BACKFILL_STATE_MACHINE_ARN,
    env.SYNC_STATE_MACHINE_ARN,
  ]),
  clock: systemClock,
  log: {
    revokeFailed: (connectionId, error) =>
      logger.error('a grant could not be revoked', { connectionId, error: error as Error }),
  },
});

/** Step Functions task: ends a connection's grant and what runs with it. */
export const handler = instrument(async (event: unknown) => {
  const task = DisconnectTaskPayload.parse(event);
  const ended = await endGrant(task);
  logger.info('grant ended', { ...task, ...ended });
  return ended;
});
