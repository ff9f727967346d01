import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { makeLambdaAuditLog } from '../adapters/aws/lambda-audit-log';
import { ENV } from '../contract/env';
import type { AuditLog } from '../core/audit/ports';
import { systemClock } from './clock';
import { readEnv } from './env';
import { invocation } from './invocation';
import { logger, metrics } from './telemetry';

/** The audit log of a function that sees somebody act; made once per cold start. */
export function makeAuditLog(): AuditLog {
  return makeLambdaAuditLog(new LambdaClient({}), {
    functionName: readEnv(ENV.auditFunction).AUDIT_FUNCTION,
    via: process.env['POWERTOOLS_SERVICE_NAME'] ?? 'unknown',
    now: systemClock.now,
    requestId: () => invocation.requestId,
    lost: (entry, error) => {
      logger.error('an entry of the audit log could not be handed over', { entry, error: error as Error });
      metrics.addMetric('AuditEntryLost', MetricUnit.Count, 1);
    },
  });
}
