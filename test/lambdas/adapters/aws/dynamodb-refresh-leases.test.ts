import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { makeDynamoDbRefreshLeases } from '../../../../lambdas/adapters/aws/dynamodb-refresh-leases';
import { DAY, NOW, SECOND } from '../../../support/clock';
import { GRANT } from '../../../support/tokens';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const leases = makeDynamoDbRefreshLeases(client, 'control');
const Key = { pk: 'LEASE#c1', sk: 'g1' };

describe('a lease', () => {
  it('is taken, provided that nobody else holds it', async () => {
    await leases.acquire(GRANT, 'me', NOW + 40 * SECOND, NOW);
    expect(calls.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key,
      UpdateExpression: 'SET leaseOwner = :owner, leaseUntil = :until, expiresAt = :expires',
      ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now OR leaseOwner = :owner',
      ExpressionAttributeValues: {
        ':owner': 'me',
        ':until': NOW + 40 * SECOND,
        ':now': NOW,
        ':expires': (NOW + 120 * DAY) / 1000,
      },
    });
  });

  it('is not taken when somebody holds it', async () => {
    calls.on(UpdateCommand).rejects(conditionFailed());
    expect(await leases.acquire(GRANT, 'me', NOW + 40 * SECOND, NOW)).toBe(false);
  });

  it('fails to be taken when DynamoDB fails', async () => {
    calls.on(UpdateCommand).rejects(new Error('table out of order'));
    await expect(leases.acquire(GRANT, 'me', NOW, NOW)).rejects.toThrow('table out of order');
  });

  it('is given back with the stored version, provided that it is still ours', async () => {
    await leases.release(GRANT, 'me', 'version-1');
    expect(calls.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key,
      UpdateExpression: 'REMOVE leaseOwner, leaseUntil SET secretVersion = :version',
      ConditionExpression: 'leaseOwner = :owner',
      ExpressionAttributeValues: { ':owner': 'me', ':version': 'version-1' },
    });
  });

  it('leaves the known version when nothing was stored', async () => {
    await leases.release(GRANT, 'me', undefined);
    expect(calls.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      UpdateExpression: 'REMOVE leaseOwner, leaseUntil',
      ExpressionAttributeValues: { ':owner': 'me' },
    });
  });

  it('is left to whoever took it over', async () => {
    calls.on(UpdateCommand).rejects(conditionFailed());
    await expect(leases.release(GRANT, 'me', 'version-1')).resolves.toBeUndefined();
  });
});

describe('the current version', () => {
  it('is read consistently', async () => {
    calls.on(GetCommand).resolves({});
    await leases.currentVersion(GRANT);
    expect(calls.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Key,
      ConsistentRead: true,
    });
  });

  it('is what the last refresh noted', async () => {
    calls.on(GetCommand).resolves({ Item: { ...Key, secretVersion: 'version-1' } });
    expect(await leases.currentVersion(GRANT)).toBe('version-1');
  });

  it('is unknown before the first refresh', async () => {
    calls.on(GetCommand).resolves({});
    expect(await leases.currentVersion(GRANT)).toBeUndefined();
  });
});
