import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { callEmulator } from '../../dev/local/emulator';
import { PATTERN } from '../../examples/eventbridge-pipe/lib/facts-pipe-stack';
import type { Alert } from '../../examples/lambda-consumer/lambda/alert';
import { BROKEN_SORT_KEY, DeployedExample, isEmpty } from './support/example';
import { addDays } from '../../lambdas/core/runs/shards';
import { dynamodb, factsOf, lambda, operate, output, stack, syncNow, until } from './support/stack';
import { rawRecordsOf } from './support/stream';
import { makeSweepDue } from './support/time';
import { ZoomAccount, connect } from './support/zoom-account';

let account: ZoomAccount;
let connectionId: string;
let alerts: DeployedExample;
let pipe: DeployedExample;
/** The operations that an admin does once the examples are there, by what Zoom says of them. */
const operations = [randomUUID(), randomUUID()];

beforeAll(async () => {
  account = await ZoomAccount.create({ users: 10, activitiesPerDay: 10 });
  connectionId = await connect(account, 'With consumers');
  // whatever other tests have left on the stream would take minutes
  const fromNow = { startingPosition: 'LATEST' };
  [alerts, pipe] = await Promise.all([
    DeployedExample.deploy('lambda-consumer', { ...fromNow, replayQueueArn: output('ReplayQueueArn') }),
    DeployedExample.deploy('eventbridge-pipe', fromNow),
  ]);
  const rows = operations.map((operation_detail) => ({ operation_detail }));
  await account.change({ kind: 'addOperations', rows }, { kind: 'addActivities', rows: [{}] });
  await syncNow(connectionId);
});

afterAll(() => Promise.all([alerts, pipe].map((example) => example.delete())));

/** The records that hold one of these texts, as the stream has them. */
async function recordsWith(...texts: readonly string[]): Promise<_Record[]> {
  const records = await rawRecordsOf(connectionId);
  return records.filter(({ dynamodb }) => texts.some((text) => JSON.stringify(dynamodb).includes(text)));
}

describe('the example of a Lambda consumer', () => {
  /** What the alerts in its queue say of admins' operations. */
  async function told(): Promise<unknown[]> {
    const sent = await alerts.messages<Alert>('AlertsQueueUrl');
    return sent.map(({ what }) => what['operation_detail']);
  }

  const toldOf = (texts: readonly string[]) =>
    until('the alerts', async () => {
      const all = await told();
      return texts.every((text) => all.includes(text)) || undefined;
    });

  /** Has the function take these once more, as Lambda does when it cannot tell whether they were taken. */
  async function deliver(Records: readonly object[]): Promise<unknown> {
    const FunctionName = alerts.output('ConsumerName');
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ Records }) }));
    return JSON.parse(answer.Payload?.transformToString() ?? '');
  }

  it('tells of what an admin does', () => toldOf(operations));

  it('tells of a user who is made an admin', async () => {
    const users = await account.truth('users');
    const user = users.find(({ role_id, status }) => role_id === '2' && status === 'active');
    await account.change({ kind: 'changeUser', user: user?.['id'], fields: { role_id: '1' } });
    await makeSweepDue(connectionId);
    await syncNow(connectionId);
    const alert = await until('the alert', async () => {
      const sent = await alerts.messages<Alert>('AlertsQueueUrl');
      return sent.find(({ who }) => who === user?.['email']);
    });

    expect(alert).toMatchObject({ alert: 'user_changed', what: { role_id: { from: '2', to: '1' } } });
  });

  it('tells of nothing twice that is delivered twice', async () => {
    const before = await alerts.messages('AlertsQueueUrl');
    const records = await recordsWith(...operations);
    const changed = (await rawRecordsOf(connectionId)).filter(({ eventName }) => eventName === 'MODIFY');
    const answer = await deliver([...records, ...changed]);

    expect(records).toHaveLength(operations.length);
    expect(changed.length).toBeGreaterThan(0);
    expect(answer).toEqual({ batchItemFailures: [] });
    await expect(alerts.messages('AlertsQueueUrl')).resolves.toEqual(before);
  });

  it('tells once of what it missed and is replayed, and not again of what it has told', async () => {
    const facts = await factsOf(connectionId);
    const ids = facts.filter(({ kind }) => kind === 'admin_operation').map(({ id }) => id);
    const today = new Date().toISOString().slice(0, 10);
    const range = ['--from', addDays(today, -8), '--to', today];
    await operate('replay', ...range, '--kind', 'admin_operation', '--connection', connectionId);
    await until('an alert of each operation', async () => {
      const sent = (await alerts.messages<Alert>('AlertsQueueUrl')).map(({ id }) => id);
      return ids.every((id) => sent.includes(id)) || undefined;
    });
    await until('the end of what is replayed', async () => (await isEmpty(output('ReplayQueueUrl'))) || undefined);
    const sent = (await alerts.messages<Alert>('AlertsQueueUrl')).map(({ id }) => id);

    expect(ids.length).toBeGreaterThan(operations.length);
    expect(sent.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort());
  });

  it('fails by the one record of a batch that it cannot take, and takes the others', async () => {
    const [record] = await recordsWith(...operations);
    const variant = (id: string, v: string) => ({
      ...record,
      dynamodb: {
        ...record?.dynamodb,
        SequenceNumber: id,
        NewImage: { ...record?.dynamodb?.NewImage, id: { S: id }, v: { N: v } },
      },
    });
    const ids: readonly [string, string, string] = [randomUUID(), randomUUID(), randomUUID()];
    const answer = await deliver([variant(ids[0], '1'), variant(ids[1], '2'), variant(ids[2], '1')]);
    const sent = await alerts.messages<Alert>('AlertsQueueUrl');

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: ids[1] }] });
    expect(
      sent
        .map(({ id }) => id)
        .filter((id) => ids.includes(id))
        .sort(),
    ).toEqual([ids[0], ids[2]].sort());
  });

  it('puts aside a record that always fails, and goes on behind it', async () => {
    await giveUpAtOnce();
    const broken = { pk: randomUUID(), sk: BROKEN_SORT_KEY };
    // a consumer that asks for less than this one is not disturbed
    const fact = { v: 1, id: broken.pk, kind: 'admin_operation', connectionId, time: new Date().toISOString() };
    await dynamodb.send(new PutCommand({ TableName: output('FactsTableName'), Item: { ...broken, ...fact } }));
    const [letter] = await until('a dead letter', async () => {
      const letters = await alerts.messages<{ DDBStreamBatchInfo: object }>('DeadLettersQueueUrl');
      return letters.length > 0 ? letters : undefined;
    });
    await dynamodb.send(new DeleteCommand({ TableName: output('FactsTableName'), Key: broken }));
    const after = randomUUID();
    await account.change({ kind: 'addOperations', rows: [{ operation_detail: after }] });
    await syncNow(connectionId);
    await toldOf([after]);

    const [{ dynamodb: position } = {}] = await recordsWith(broken.pk);
    expect(letter?.DDBStreamBatchInfo).toMatchObject({ startSequenceNumber: position?.SequenceNumber });
  });

  /** The emulator counts no retries of a stream's records: there they end by age, which on AWS takes a minute at least. */
  async function giveUpAtOnce(): Promise<void> {
    const FunctionName = alerts.output('ConsumerName');
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    for (const { UUID } of EventSourceMappings) {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, MaximumRecordAgeInSeconds: 1 }));
    }
  }
});

describe('the example of an EventBridge pipe', () => {
  interface Message {
    readonly eventName: string;
    readonly dynamodb: { readonly NewImage?: { readonly id: { readonly S: string } } };
  }

  it('has put each new event in the queue once, as the record that it is on the stream', async () => {
    const records = await recordsWith(...operations);
    const ids = records.map(({ dynamodb }) => dynamodb?.NewImage?.['id']?.S);
    const messages = await until('the events', async () => {
      const all = await pipe.messages<Message>('EventsQueueUrl');
      const own = all.filter(({ dynamodb }) => ids.includes(dynamodb.NewImage?.id.S));
      return own.length >= ids.length ? own : undefined;
    });

    expect(ids).toHaveLength(operations.length);
    expect(messages.map(({ dynamodb }) => dynamodb.NewImage)).toEqual(
      records.map(({ dynamodb }) => dynamodb?.NewImage),
    );
  });

  // the emulator's pipes let everything through: its rules take the same patterns
  it('has a filter that lets through what happened, and nothing else', async () => {
    const records = await rawRecordsOf(connectionId);
    const passed = await Promise.all(records.map(async (record) => ((await matches(record)) ? [record] : [])));
    const kinds = passed.flat().map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.NewImage?.['kind']?.S}`);
    const all = records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.NewImage?.['kind']?.S}`);

    expect(new Set(all)).toContain('MODIFY user');
    expect(kinds).toEqual(all.filter((kind) => /^INSERT (user_activity|admin_operation|connector_audit)$/.test(kind)));
    expect(new Set(kinds).size).toBe(3);
  });

  async function matches(record: _Record): Promise<boolean> {
    const response = await callEmulator(stack.endpointUrl, 'events', '/', {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.TestEventPattern' },
      body: JSON.stringify({ EventPattern: JSON.stringify(PATTERN), Event: JSON.stringify(record) }),
    });
    return ((await response.json()) as { Result: boolean }).Result;
  }
});
