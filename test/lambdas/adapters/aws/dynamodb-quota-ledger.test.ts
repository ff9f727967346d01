import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbQuotaLedger } from '../../../../lambdas/adapters/aws/dynamodb-quota-ledger';
import { HOUR, NOW } from '../../../support/clock';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const ledger = makeDynamoDbQuotaLedger(client, 'control');
const KEY = { zoomAccountId: 'account-1', label: 'heavy' } as const;
const LIMIT = { callsPerSecond: 10, callsPerDay: 1000 };
const ENTRY = { nextMs: NOW + 300, day: '2026-10-12', usedToday: 3, blockedUntilMs: 0, revision: 7 };

describe('a reservation', () => {
  it('is written, provided that nobody has reserved meanwhile', async () => {
    calls.on(GetCommand, { ConsistentRead: true }).resolves({ Item: ENTRY });
    await ledger.reserve(KEY, LIMIT, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'control',
      Item: { pk: 'QUOTA#account-1', sk: 'heavy', revision: 8 },
      ConditionExpression: 'revision = :read',
      ExpressionAttributeValues: { ':read': 7 },
    });
  });

  it('is the account’s first, provided that there is none', async () => {
    calls.on(GetCommand).resolves({});
    await ledger.reserve(KEY, LIMIT, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input.ConditionExpression).toBe('attribute_not_exists(pk)');
  });

  it('is made anew by what somebody else has left, when they were faster', async () => {
    calls
      .on(GetCommand)
      .resolvesOnce({ Item: ENTRY })
      .resolves({ Item: { ...ENTRY, nextMs: NOW + 400, revision: 8 } });
    calls.on(PutCommand).rejectsOnce(conditionFailed()).resolves({});
    expect(await ledger.reserve(KEY, LIMIT, NOW)).toEqual({ kind: 'slot', startAtMs: NOW + 400 });
  });

  it('is refused without a write while the label is blocked', async () => {
    calls.on(GetCommand).resolves({ Item: { ...ENTRY, blockedUntilMs: NOW + HOUR } });
    await ledger.reserve(KEY, LIMIT, NOW);
    expect(calls.commandCalls(PutCommand)).toEqual([]);
  });

  it('fails when DynamoDB fails', async () => {
    calls.on(GetCommand).resolves({});
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(ledger.reserve(KEY, LIMIT, NOW)).rejects.toThrow('table out of order');
  });
});

describe('a 429', () => {
  it.each([
    ['postpone', 'nextMs'],
    ['block', 'blockedUntilMs'],
  ] as const)('moves time by %s, and only forward', async (how, attribute) => {
    await ledger[how](KEY, NOW + HOUR);
    expect(calls.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      ConditionExpression: '#attribute < :to',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':to': NOW + HOUR },
    });
  });

  it('is fine when somebody has moved it further', async () => {
    calls.on(UpdateCommand).rejects(conditionFailed());
    await expect(ledger.block(KEY, NOW)).resolves.toBeUndefined();
  });
});
