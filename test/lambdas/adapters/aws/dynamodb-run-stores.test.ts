import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  makeDynamoDbCheckpointStore,
  makeDynamoDbProgressStore,
  makeDynamoDbSeenUsers,
} from '../../../../lambdas/adapters/aws/dynamodb-run-stores';
import { plannedShard } from '../../../../lambdas/core/runs/shard-progress';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { instant } from '../../../support/clock';
import { BACKFILL, doneShard } from '../../../support/runs';
import { conditionFailed, fakeDynamoDb } from './support';

const { client, calls } = fakeDynamoDb();
beforeEach(() => void calls.reset());

const [ACTIVE, INACTIVE] = userShards() as [ReturnType<typeof userShards>[0], ReturnType<typeof userShards>[0]];

describe('the progress store', () => {
  const store = makeDynamoDbProgressStore(client, 'control');

  it('plans a shard, provided that it is not planned yet', async () => {
    await store.plan(BACKFILL, [plannedShard(ACTIVE, 0)]);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'control',
      Item: { pk: 'RUN#c1', sk: 'consent-g1#shard#user.active', progress: plannedShard(ACTIVE, 0) },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  });

  it('leaves a shard that is planned already, and plans the next', async () => {
    calls.on(PutCommand).rejectsOnce(conditionFailed()).resolves({});
    await store.plan(BACKFILL, [plannedShard(ACTIVE, 0), plannedShard(INACTIVE, 0)]);
    expect(calls.commandCalls(PutCommand)[1]?.args[0].input.Item?.['sk']).toBe('consent-g1#shard#user.inactive');
  });

  it('fails to plan when DynamoDB fails', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.plan(BACKFILL, [plannedShard(ACTIVE, 0)])).rejects.toThrow('table out of order');
  });

  it('saves progress over what is there, but for what a later execution of the run has saved', async () => {
    await store.save({ ...BACKFILL, part: 2 }, doneShard(ACTIVE));
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      Item: { progress: doneShard(ACTIVE), part: 2 },
      ConditionExpression: 'attribute_not_exists(#part) OR #part <= :part',
      ExpressionAttributeValues: { ':part': 2 },
    });
  });

  it('leaves it when a later execution has', async () => {
    calls.on(PutCommand).rejects(conditionFailed());
    await expect(store.save(BACKFILL, doneShard(ACTIVE))).resolves.toBeUndefined();
  });

  it('fails to save when DynamoDB fails', async () => {
    calls.on(PutCommand).rejects(new Error('table out of order'));
    await expect(store.save(BACKFILL, doneShard(ACTIVE))).rejects.toThrow('table out of order');
  });

  it('finds progress consistently', async () => {
    calls.on(GetCommand, { ConsistentRead: true }).resolves({ Item: { progress: doneShard(ACTIVE) } });
    expect(await store.find(BACKFILL, ACTIVE.id)).toEqual(doneShard(ACTIVE));
  });

  it('lists the shards of all pages of one run', async () => {
    const of = { ':partition': 'RUN#c1', ':prefix': 'consent-g1#shard#' };
    calls
      .on(QueryCommand, { ExpressionAttributeValues: of, ConsistentRead: true })
      .resolvesOnce({ Items: [{ progress: doneShard(ACTIVE) }], LastEvaluatedKey: { pk: 'RUN#c1' } })
      .resolves({ Items: [{ progress: plannedShard(INACTIVE, 0) }] });
    expect(await store.list(BACKFILL)).toEqual([doneShard(ACTIVE), plannedShard(INACTIVE, 0)]);
  });
});

describe('the users that a run saw', () => {
  const store = makeDynamoDbSeenUsers(client, 'control');
  const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

  it('are kept a page an item, so that a page that is read again is no second one', async () => {
    await store.add(BACKFILL, 'user.active.0', [A]);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: 'RUN#c1',
      sk: 'consent-g1#seen#user.active.0',
    });
  });

  it('are those of all pages', async () => {
    for (const [page, ids] of [['0', [A, B]] as const, ['1', []] as const]) await store.add(BACKFILL, page, ids);
    calls
      .on(QueryCommand)
      .resolves({ Items: calls.commandCalls(PutCommand).map(({ args }) => args[0].input.Item ?? {}) });
    const seen = await store.read(BACKFILL);
    expect([A, B, C].map((id) => seen.has(id))).toEqual([true, true, false]);
  });

  it('fit in an item though a page has two thousand', async () => {
    await store.add(
      BACKFILL,
      '0',
      Array.from({ length: 2000 }, () => A),
    );
    const item = calls.commandCalls(PutCommand)[0]?.args[0].input.Item;
    expect(JSON.stringify(item).length).toBeLessThan(100_000);
  });
});

describe('the checkpoint store', () => {
  const store = makeDynamoDbCheckpointStore(client, 'control');
  const checkpoint = { readTo: instant(), asOf: instant() };

  it('keeps a checkpoint for ever', async () => {
    await store.save('c1', 'user_activity', checkpoint);
    expect(calls.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'control',
      Item: { pk: 'CHECKPOINT#c1', sk: 'user_activity', checkpoint },
    });
  });

  it('finds a checkpoint consistently', async () => {
    calls.on(GetCommand, { ConsistentRead: true }).resolves({ Item: { checkpoint } });
    expect(await store.find('c1', 'user_activity')).toEqual(checkpoint);
  });
});
