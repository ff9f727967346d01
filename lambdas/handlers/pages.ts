import type { LambdaEvent } from 'hono/aws-lambda';
import { handle } from 'hono/aws-lambda';
import { makeDynamoDbLinkStore, makeDynamoDbSessionStore } from '../adapters/aws/dynamodb-access-stores';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbQuotaLedger } from '../adapters/aws/dynamodb-quota-ledger';
import { makeDynamoDbProgressStore } from '../adapters/aws/dynamodb-run-stores';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { ENV } from '../contract/env';
import { makeConnectionViews } from '../core/connections/connection-views';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';
import { makePagesApp } from '../web/pages-app';

const env = readEnv(
  ENV.publicUrl,
  ENV.controlTable,
  ENV.backfillDays,
  ENV.syncEveryMinutes,
  ENV.perSecondShare,
  ENV.perDayShare,
);
const client = makeDocumentClient();

const app = makePagesApp({
  publicUrl: env.PUBLIC_URL,
  backfillDays: env.BACKFILL_DAYS,
  connections: makeConnectionViews({
    connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
    progress: makeDynamoDbProgressStore(client, env.CONTROL_TABLE),
    quota: makeDynamoDbQuotaLedger(client, env.CONTROL_TABLE),
    quotaShare: { perSecond: env.QUOTA_PER_SECOND_SHARE, perDay: env.QUOTA_PER_DAY_SHARE },
    everyMinutes: env.SYNC_EVERY_MINUTES,
    now: systemClock.now,
  }),
  sessions: makeDynamoDbSessionStore(client, env.CONTROL_TABLE),
  links: makeDynamoDbLinkStore(client, env.CONTROL_TABLE),
  audit: makeAuditLog(),
  now: systemClock.now,
  reportFault: (error) => logger.error('a page could not be shown', { error: error as Error }),
});
const serve = handle(app);

/** HTTP API: the pages and the same as JSON. Reads no secret. */
export const handler = instrument(async (event: LambdaEvent, context) => serve(event, context));
