import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeLambdaAuditLog } from '../../../../lambdas/adapters/aws/lambda-audit-log';
import type { AuditEvent } from '../../../../lambdas/contract/audit';
import type { AuditEntry } from '../../../../lambdas/core/audit/ports';
import { AuditEventPayload } from '../../../../lambdas/runtime/payloads';
import { NOW, instant } from '../../../support/clock';

const lambda = mockClient(LambdaClient);
beforeEach(() => void lambda.reset());

const ENTRY: AuditEntry = {
  action: 'consent_given',
  connectionId: '5f0c2e9a41b7d386',
  zoomAccountId: 'account-1',
  actor: 'owner@example.com',
  details: { role: 'Owner' },
};

function log() {
  const lost: { event: AuditEvent; error: unknown }[] = [];
  const audit = makeLambdaAuditLog(new LambdaClient({ region: 'eu-west-1' }), {
    functionName: 'Audit',
    via: 'consent',
    now: () => NOW,
    requestId: () => 'request-1',
    lost: (event, error) => lost.push({ event, error }),
  });
  return { audit, lost };
}

const sent = () => lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input);
const events = () => sent().map(({ Payload }) => JSON.parse(Payload as string) as AuditEvent);

describe('the audit log of a function', () => {
  it('hands an entry over without waiting for it to be stored', async () => {
    await log().audit.record(ENTRY);
    expect(sent()).toMatchObject([{ FunctionName: 'Audit', InvocationType: 'Event' }]);
  });

  it('sends what the audit function takes: the entry, its time, what saw it and in which invocation', async () => {
    await log().audit.record(ENTRY);
    const event = AuditEventPayload.parse(events()[0]);
    expect(event).toEqual({ ...ENTRY, id: event.id, time: instant(), via: 'consent', requestId: 'request-1' });
  });

  it('gives each entry an id of its own', async () => {
    const { audit } = log();
    await audit.record(ENTRY);
    await audit.record(ENTRY);
    expect(new Set(events().map(({ id }) => id)).size).toBe(2);
  });

  it('never fails the action: an entry that Lambda does not take is told in full', async () => {
    const { audit, lost } = log();
    const error = new Error('Rate Exceeded.');
    lambda.on(InvokeCommand).rejects(error);
    await audit.record(ENTRY);
    expect(lost).toMatchObject([{ event: { ...ENTRY, via: 'consent', requestId: 'request-1' }, error }]);
  });
});
