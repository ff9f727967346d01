import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import { type AuditFact, auditStretch } from '../../lambdas/core/audit/audit-fact';
import type { Fact } from '../../lambdas/core/facts/fact';
import { addDays } from '../../lambdas/core/runs/shards';
import {
  cli,
  clientSettings,
  dynamodb,
  factsOf,
  functionNamed,
  lambda,
  operate,
  output,
  stack,
  stateMachines,
  until,
} from './support/stack';
import { streamRecordsOf } from './support/stream';
import { ZoomAccount, connect } from './support/zoom-account';

const dateNow = () => new Date().toISOString().slice(0, 10);
const today = dateNow();
const RANGE = { from: addDays(today, -4), to: addDays(today, -3) };

const sqs = new SQSClient(clientSettings(stack));

describe('a replay', () => {
  let connectionId: string;
  let factsBefore: readonly Fact[];
  let said: { readonly sent: number; readonly tooLarge: number };
  let records: readonly DynamoDBRecord[];
  let entries: readonly AuditFact[];

  beforeAll(async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 30 });
    connectionId = await connect(account, 'Missed');
    factsBefore = await factsOf(connectionId);
    said = await replay(RANGE, '--kind', 'user_activity', '--connection', connectionId);
    records = await fetched();
    // entries are stored after what they tell of
    await until('the entry of the replay', () => entryOf('replay_requested', connectionId));
    await replay({ from: addDays(today, -1), to: dateNow() }, '--kind', 'connector_audit');
    entries = (await fetched()).map((record) => imageOf<AuditFact>(record));
  });

  it('sends the facts of its dates and kind, each once, and says how many', () => {
    const expected = factsBefore.filter(
      ({ kind, time = '' }) => kind === 'user_activity' && time >= RANGE.from && time < addDays(RANGE.to, 1),
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(sorted(records.map((record) => imageOf<Fact>(record)))).toEqual(sorted(expected));
    expect(said).toEqual({ sent: expected.length, tooLarge: 0 });
  });

  it('sends what handles records of the stream can handle', async () => {
    const FunctionName = await functionNamed('sample consumer of the facts');
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify({ Records: records }) }),
    );
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ batchItemFailures: [] });
  });

  it('changes no fact, and puts nothing on the stream', async () => {
    const sent = new Set(records.map((record) => imageOf<Fact>(record).id));
    const factsNow = (await factsOf(connectionId)).filter(({ id }) => sent.has(id));
    const recordsNow = (await streamRecordsOf(connectionId)).filter(({ after }) => sent.has(after?.id ?? ''));
    expect(sorted(factsNow)).toEqual(sorted(factsBefore.filter(({ id }) => sent.has(id))));
    expect(recordsNow.map(({ event }) => event)).toEqual(factsNow.map(() => 'INSERT'));
  });

  it('of all connections sends the audit log, in which it is noted itself', () => {
    const about = entries.filter((entry) => entry.connectionId === connectionId).map(({ raw }) => raw.action);
    expect(about).toEqual(expect.arrayContaining(['invite_created', 'consent_given', 'replay_requested']));
    expect(entries.some((entry) => entry.connectionId === undefined)).toBe(true);
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['connector_audit']));
  });

  it.each<[what: string, options: readonly string[], exitCode: number, code: string]>([
    ['that ends before it begins', ['--from', RANGE.to, '--to', RANGE.from], 2, 'invalid-input'],
    ['of no date', ['--from', 'yesterday', '--to', today], 2, 'invalid-input'],
    ['of a kind that there is not', ['--from', today, '--to', today, '--kind', 'meeting'], 2, 'invalid-input'],
    ['without an end', ['--from', today], 2, 'wrong-use'],
  ])('is refused with what to do: %s', async (_what, options, exitCode, code) => {
    const answer = await cli('replay', ...options, '--json');
    expect(answer.exitCode).toBe(exitCode);
    expect(JSON.parse(answer.stdout)).toMatchObject({ error: { code, remedy: expect.stringMatching(/./) as unknown } });
  });
});

/** Replays, and waits for the end. @returns what the execution says. */
async function replay(
  { from, to }: { readonly from: string; readonly to: string },
  ...options: readonly string[]
): Promise<{ sent: number; tooLarge: number }> {
  const { executionArn, queueUrl } = await operate<OperatorAnswers['replay']>(
    'replay',
    '--from',
    from,
    '--to',
    to,
    ...options,
  );
  expect(queueUrl).toBe(output('ReplayQueueUrl'));
  return until('the end of the replay', async () => {
    const execution = await stateMachines.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status === 'RUNNING') return undefined;
    return JSON.parse(execution.output ?? `"${execution.status}"`) as { sent: number; tooLarge: number };
  });
}

/** The entry of the audit log that tells of this about the connection, once it is stored. */
async function entryOf(action: string, connectionId: string): Promise<AuditFact | undefined> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: output('FactsTableName'),
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': auditStretch(connectionId, RANGE).pk },
    }),
  );
  return (Items as AuditFact[]).find(({ raw }) => raw.action === action);
}

/** All messages of the queue, as a consumer takes them. */
async function fetched(): Promise<DynamoDBRecord[]> {
  const QueueUrl = output('ReplayQueueUrl');
  const found: DynamoDBRecord[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as DynamoDBRecord));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

function imageOf<Item>({ dynamodb }: DynamoDBRecord): Item {
  return unmarshall(dynamodb?.NewImage as Parameters<typeof unmarshall>[0]) as Item;
}

function sorted(facts: readonly Fact[]): Fact[] {
  return [...facts].sort((a, b) => (a.id < b.id ? -1 : 1));
}
