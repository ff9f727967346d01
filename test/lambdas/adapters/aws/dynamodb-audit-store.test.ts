import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeDynamoDbAuditStore } from '../../../../lambdas/adapters/aws/dynamodb-audit-store';
import { auditFact } from '../../../../lambdas/core/audit/audit-fact';
import { auditEvent } from '../../../support/audit';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

describe('the audit store', () => {
  const store = makeDynamoDbAuditStore(client, 'facts');
  const fact = auditFact(auditEvent(), 30);

  it('puts an entry only where there is none', async () => {
    await store.append(fact);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'facts',
      Item: fact,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  });

  it('leaves an entry that came before as it is', async () => {
    calls.on(PutCommand).rejects(conditionFailed());
    await expect(store.append(fact)).resolves.toBeUndefined();
  });

  it('fails when DynamoDB fails, so that Lambda tries again', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.append(fact)).rejects.toThrow('table out of order');
  });
});
