import type { LambdaEvent } from 'hono/aws-lambda';
import { handle } from 'hono/aws-lambda';
import { makeDynamoDbLinkStore, makeDynamoDbSessionStore } from '../adapters/aws/dynamodb-access-stores';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { ENV } from '../contract/env';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger } from '../runtime/telemetry';
import { makeViews } from '../runtime/views';
import { makePagesApp } from '../web/pages-app';

const env = readEnv(ENV.publicUrl, ENV.controlTable, ENV.backfillDays);
const client = makeDocumentClient();

const app = makePagesApp({
  publicUrl: env.PUBLIC_URL,
  backfillDays: env.BACKFILL_DAYS,
  connections: makeViews(client),
  sessions: makeDynamoDbSessionStore(client, env.CONTROL_TABLE),
  links: makeDynamoDbLinkStore(client, env.CONTROL_TABLE),
  audit: makeAuditLog(),
  now: systemClock.now,
  reportFault: (error) => logger.error('a page could not be shown', { error: error as Error }),
});
const serve = handle(app);

/** HTTP API: the pages and the same as JSON. Reads no secret. */
export const handler = instrument(async (event: LambdaEvent, context) => serve(event, context));
