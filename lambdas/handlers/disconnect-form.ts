import { SFNClient } from '@aws-sdk/client-sfn';
import type { LambdaEvent } from 'hono/aws-lambda';
import { handle } from 'hono/aws-lambda';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbSessionStore } from '../adapters/aws/dynamodb-access-stores';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeStepFunctionsDisconnectStarter } from '../adapters/aws/step-functions-disconnect-starter';
import { ENV } from '../contract/env';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';
import { makeDisconnectApp } from '../web/disconnect-app';

const env = readEnv(ENV.publicUrl, ENV.controlTable, ENV.disconnectStateMachine);
const client = makeDocumentClient();

const app = makeDisconnectApp({
  publicUrl: env.PUBLIC_URL,
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  sessions: makeDynamoDbSessionStore(client, env.CONTROL_TABLE),
  disconnects: makeStepFunctionsDisconnectStarter(new SFNClient({}), env.DISCONNECT_STATE_MACHINE_ARN),
  audit: makeAuditLog(),
  clock: systemClock,
  log: {
    begun: (connectionId) => logger.info('a disconnect was asked for on its page', { connectionId }),
    fault: (error) => logger.error('a disconnect could not be begun', { error: error as Error }),
  },
});
const serve = handle(app);

/** HTTP API: begins to disconnect a connection. */
export const handler = instrument(async (event: LambdaEvent, context) => serve(event, context));
