import { SFNClient } from '@aws-sdk/client-sfn';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeStepFunctionsRunStarter } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import { dispatch } from '../core/runs/dispatch';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.backfillStateMachine, ENV.syncStateMachine);
const ports = {
  connections: makeDynamoDbConnectionStore(makeDocumentClient(), env.CONTROL_TABLE),
  runs: makeStepFunctionsRunStarter(new SFNClient({}), {
    backfill: env.BACKFILL_STATE_MACHINE_ARN,
    sync: env.SYNC_STATE_MACHINE_ARN,
  }),
  log: {
    startFailed: (connectionId: string, error: unknown) =>
      logger.error('a run could not be started', { connectionId, error: error as Error }),
  },
};

/** EventBridge Scheduler target: starts what each connection is due. */
export const handler = instrument(async () => {
  const result = await dispatch(ports, systemClock.now());
  logger.info('syncs dispatched', result);
  return result;
});
