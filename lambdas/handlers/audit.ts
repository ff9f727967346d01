import { makeDynamoDbAuditStore } from '../adapters/aws/dynamodb-audit-store';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { ENV } from '../contract/env';
import { auditFact } from '../core/audit/audit-fact';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { AuditEventPayload } from '../runtime/payloads';

const env = readEnv(ENV.factsTable, ENV.retentionDays);
const store = makeDynamoDbAuditStore(makeDocumentClient(), env.FACTS_TABLE);

/** Invoked by the functions that see somebody act: adds an entry to the audit log. */
export const handler = instrument(async (event: unknown) => {
  await store.append(auditFact(AuditEventPayload.parse(event), env.RETENTION_DAYS));
});
