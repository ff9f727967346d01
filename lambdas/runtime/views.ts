import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbQuotaLedger } from '../adapters/aws/dynamodb-quota-ledger';
import { makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { ENV } from '../contract/env';
import { type ConnectionViews, makeConnectionViews } from '../core/connections/connection-views';
import { systemClock } from './clock';
import { readEnv } from './env';
import { quotaShare } from './quota';

/** How the connections are, for a function that tells of them; made once per cold start. */
export function makeViews(client: DynamoDBDocumentClient): ConnectionViews {
  const env = readEnv(ENV.controlTable, ENV.syncEveryMinutes);
  return makeConnectionViews({
    connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    quota: makeDynamoDbQuotaLedger(client, env.CONTROL_TABLE),
    quotaShare: quotaShare(),
    everyMinutes: env.SYNC_EVERY_MINUTES,
    now: systemClock.now,
  });
}
