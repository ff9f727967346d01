import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeDynamoDbStoredData } from '../adapters/aws/dynamodb-stored-data';
import { ENV } from '../contract/env';
import { makePurge } from '../core/disconnect/purge';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { PurgeTaskPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.factsTable);
const client = makeDocumentClient();

const purge = makePurge({
  connections: makeDynamoDbConnectionStore(client, env.CONTROL_TABLE),
  stored: makeDynamoDbStoredData(client, { control: env.CONTROL_TABLE, facts: env.FACTS_TABLE }),
  audit: makeAuditLog(),
  clock: systemClock,
});

/** What a turn leaves of the function's time: items that are being deleted, while the table is throttled. */
const LEFT_MS = 60_000;

/** Step Functions task: deletes what is stored of a connection, and ends its disconnect. */
export const handler = instrument(async (event: unknown, context) => {
  const task = PurgeTaskPayload.parse(event);
  const said = await purge(task, systemClock.now() + context.getRemainingTimeInMillis() - LEFT_MS);
  logger.info('purged', { ...task, ...said });
  return said;
});
