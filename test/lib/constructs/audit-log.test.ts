import { describe, expect, it } from '@jest/globals';
import { ALL_OPTIONS, synthesise } from '../support/synthesis';

const stack = synthesise(ALL_OPTIONS);

describe('the audit function', () => {
  it('is tried three times in all; what it cannot store waits in a queue', () => {
    const config = stack.propertiesOf('AWS::Lambda::EventInvokeConfig', 'AuditLog/Audit/EventInvokeConfig');
    expect(stack.resolve(config)).toMatchObject({
      FunctionName: 'AuditLog/Audit',
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: 'AuditLog/Unstored.Arn' } },
    });
  });

  it('keeps entries as long as facts', () => {
    expect(stack.propertiesOf('AWS::Lambda::Function', 'AuditLog/Audit')).toMatchObject({
      Environment: { Variables: { RETENTION_DAYS: String(ALL_OPTIONS.retentionDays) } },
    });
  });
});

it('what could not be stored is encrypted and kept for as long as a queue can', () => {
  expect(stack.propertiesOf('AWS::SQS::Queue', 'AuditLog/Unstored')).toMatchObject({
    SqsManagedSseEnabled: true,
    MessageRetentionPeriod: 14 * 86_400,
  });
});
