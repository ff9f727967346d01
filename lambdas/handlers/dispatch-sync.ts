import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { SFNClient } from '@aws-sdk/client-sfn';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { makeStepFunctionsDisconnectStarter } from '../adapters/aws/step-functions-disconnect-starter';
import { makeStepFunctionsRunStarter } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import { dispatch } from '../core/runs/dispatch';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger, metrics } from '../runtime/telemetry';
import { makeViews } from '../runtime/views';

const env = readEnv(
  ENV.controlTable,
  ENV.backfillStateMachine,
  ENV.syncStateMachine,
  ENV.disconnectStateMachine,
  ENV.syncEveryMinutes,
);
const client = makeDocumentClient();
const stepFunctions = new SFNClient({});

const ports = {
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
  everyMinutes: env.SYNC_EVERY_MINUTES,
  clock: systemClock,
  disconnects: makeStepFunctionsDisconnectStarter(stepFunctions, env.DISCONNECT_STATE_MACHINE_ARN),
  views: makeViews(client),
  runs: makeStepFunctionsRunStarter(stepFunctions, {
    backfill: env.BACKFILL_STATE_MACHINE_ARN,
    sync: env.SYNC_STATE_MACHINE_ARN,
  }),
  log: {
    failed: (connectionId: string, error: unknown) =>
      logger.error('a connection could not be dispatched', { connectionId, error: error as Error }),
    overdue: (connectionId: string, why: string) =>
      logger.warn('a backfill runs for more than 4 hours', { connectionId, why }),
  },
};

/** EventBridge Scheduler target: starts what each connection is due, goes on with disconnects that broke off, and counts backfills that take long. */
export const handler = instrument(async (_event: unknown, context) => {
  const result = await dispatch(ports, systemClock.now() + context.getRemainingTimeInMillis());
  const { started, skipped, disconnects, failed, overdue, freshness, isCutShort } = result;
  // also when there is none, so that an alarm ends by itself
  metrics.addMetric('BackfillOverdue', MetricUnit.Count, overdue);
  metrics.addMetric('StreamsBehind', MetricUnit.Count, freshness.streamsBehind);
  for (const [stream, age] of Object.entries(freshness.readAgeSeconds)) {
    const metric = metrics.singleMetric();
    metric.addDimension('stream', stream);
    metric.addMetric('ReadAge', MetricUnit.Seconds, age);
  }
  // a metric is paid for by the hours in which it is sent
  for (const [name, count] of Object.entries({
    RunsStarted: started,
    SyncsSkipped: skipped,
    Disconnects: disconnects,
    DispatchFailed: failed,
    DispatchCutShort: Number(isCutShort),
  })) {
    if (count > 0) metrics.addMetric(name, MetricUnit.Count, count);
  }
  if (isCutShort) logger.warn('the time ran out before all connections were dispatched');
  logger.info('syncs dispatched', { ...result });
  return result;
});
