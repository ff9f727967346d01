import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ENV } from '../../../lambdas/contract/env';
import { auditEvent } from '../../support/audit';

const lambda = mockClient(LambdaClient);

describe('an entry that Lambda does not take', () => {
  const outer = process.env;
  const written: string[] = [];

  beforeEach(() => {
    written.length = 0;
    process.env = {
      ...outer,
      AWS_REGION: 'eu-central-1',
      // has the library write to the console that tests see, and write metrics all the same
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_SERVICE_NAME: 'consent',
      POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
      [ENV.auditFunction]: 'Audit',
    };
    for (const level of ['log', 'error'] as const) {
      jest.spyOn(console, level).mockImplementation((line: string) => void written.push(line));
    }
  });
  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  it('is logged in full and counted, and fails nothing', async () => {
    lambda.on(InvokeCommand).rejects(new Error('Rate Exceeded.'));
    const { makeAuditLog } = await import('../../../lambdas/runtime/audit');
    const { metrics } = await import('../../../lambdas/runtime/telemetry');
    const { id: _id, time: _time, via: _via, requestId: _requestId, ...entry } = auditEvent();
    await makeAuditLog().record(entry);
    metrics.publishStoredMetrics();
    const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find(({ level }) => level === 'ERROR')).toMatchObject({ entry: { ...entry, via: 'consent' } });
    expect(lines.find((line) => 'AuditEntryLost' in line)).toMatchObject({ AuditEntryLost: 1, service: 'consent' });
  });
});
