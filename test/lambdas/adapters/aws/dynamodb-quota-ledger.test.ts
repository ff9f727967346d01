import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbQuotaLedger } from '../../../../lambdas/adapters/aws/dynamodb-quota-ledger';
import { HOUR, NOW } from '../../../support/clock';
import { ledgerEntry, slotRequest } from '../../../support/quota';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const ledger = makeDynamoDbQuotaLedger(client, 'control');
const KEY = { zoomAccountId: 'account-1', label: 'heavy' } as const;
const LIMIT = { callsPerSecond: 10, callsPerDay: 1000 };
const ENTRY = { ...ledgerEntry({ nextMs: NOW + 300, usedToday: 3 }), revision: 7 };
const ONE = slotRequest();

describe('a reservation', () => {
  it('is written, provided that nobody has reserved meanwhile', async () => {
    calls.on(GetCommand, { ConsistentRead: true }).resolves({ Item: ENTRY });
    await ledger.reserve(KEY, LIMIT, ONE, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'control',
      Item: { pk: 'QUOTA#account-1', sk: 'heavy', revision: 8 },
      ConditionExpression: 'revision = :read',
      ExpressionAttributeValues: { ':read': 7 },
    });
  });

  it('is the account’s first, provided that there is none', async () => {
    calls.on(GetCommand).resolves({});
    await ledger.reserve(KEY, LIMIT, ONE, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input.ConditionExpression).toBe('attribute_not_exists(pk)');
  });

  it('is made anew by what somebody else has left, when they were faster', async () => {
    calls
      .on(GetCommand)
      .resolvesOnce({ Item: ENTRY })
      .resolves({ Item: { ...ENTRY, nextMs: NOW + 400, revision: 8 } });
    calls.on(PutCommand).rejectsOnce(conditionFailed()).resolves({});
    expect(await ledger.reserve(KEY, LIMIT, ONE, NOW)).toEqual({ kind: 'slots', startsAtMs: [NOW + 400] });
  });

  it('is refused without a write while the label is blocked', async () => {
    calls.on(GetCommand).resolves({ Item: { ...ENTRY, blockedUntilMs: NOW + HOUR } });
    await ledger.reserve(KEY, LIMIT, ONE, NOW);
    expect(calls.commandCalls(PutCommand)).toEqual([]);
  });

  it('fails when DynamoDB fails', async () => {
    calls.on(GetCommand).resolves({});
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(ledger.reserve(KEY, LIMIT, ONE, NOW)).rejects.toThrow('table out of order');
  });
});

describe('a 429', () => {
  it.each([
    ['second', { nextMs: NOW + HOUR }],
    ['day', { blockedUntilMs: NOW + HOUR }],
  ] as const)('of a %s is noted for everybody, if nobody has changed the entry meanwhile', async (per, changed) => {
    calls.on(GetCommand, { ConsistentRead: true }).resolves({ Item: ENTRY });
    await ledger.heed(KEY, { per, retryAtMs: NOW + HOUR }, LIMIT, NOW);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      Item: { pk: 'QUOTA#account-1', sk: 'heavy', usedToday: 3, revision: 8, ...changed },
      ConditionExpression: 'revision = :read',
    });
  });

  it('is noted on what somebody else has left, when they were faster', async () => {
    calls
      .on(GetCommand)
      .resolvesOnce({ Item: ENTRY })
      .resolves({ Item: { ...ENTRY, usedToday: 4, revision: 8 } });
    calls.on(PutCommand).rejectsOnce(conditionFailed()).resolves({});
    await ledger.heed(KEY, { per: 'day', retryAtMs: NOW + HOUR }, LIMIT, NOW);
    expect(calls.commandCalls(PutCommand)[1]?.args[0].input.Item).toMatchObject({ usedToday: 4, revision: 9 });
  });
});
