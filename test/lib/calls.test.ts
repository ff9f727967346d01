import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ExecutionAlreadyExists,
  type ExecutionListItem,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeDocumentClient } from '../../lambdas/adapters/aws/document-client';
import {
  makeDynamoDbLinkStore,
  makeDynamoDbRevocations,
  makeDynamoDbSessionStore,
} from '../../lambdas/adapters/aws/dynamodb-access-stores';
import { makeDynamoDbAttemptStore } from '../../lambdas/adapters/aws/dynamodb-attempt-store';
import { makeDynamoDbAuditStore } from '../../lambdas/adapters/aws/dynamodb-audit-store';
import { makeDynamoDbConnectionStore } from '../../lambdas/adapters/aws/dynamodb-connection-store';
import { makeDynamoDbDeadLetterStore } from '../../lambdas/adapters/aws/dynamodb-dead-letter-store';
import { makeDynamoDbFactPages } from '../../lambdas/adapters/aws/dynamodb-fact-pages';
import { makeDynamoDbFactStore } from '../../lambdas/adapters/aws/dynamodb-fact-store';
import { makeDynamoDbQuotaLedger } from '../../lambdas/adapters/aws/dynamodb-quota-ledger';
import { makeDynamoDbReceivedEvents } from '../../lambdas/adapters/aws/dynamodb-received-events';
import { makeDynamoDbRefreshLeases } from '../../lambdas/adapters/aws/dynamodb-refresh-leases';
import {
  makeDynamoDbCheckpointStore,
  makeDynamoDbProgressStore,
  makeDynamoDbSeenUsers,
} from '../../lambdas/adapters/aws/dynamodb-run-stores';
import { makeLambdaAuditLog } from '../../lambdas/adapters/aws/lambda-audit-log';
import {
  makeSecretsAppCredentials,
  makeSecretsTokenVault,
  makeSecretsWebhookKeys,
} from '../../lambdas/adapters/aws/secrets';
import { makeSqsEventQueue } from '../../lambdas/adapters/aws/sqs-event-queue';
import { makeSqsReplayQueue } from '../../lambdas/adapters/aws/sqs-replay-queue';
import { makeDynamoDbStoredData } from '../../lambdas/adapters/aws/dynamodb-stored-data';
import { makeStepFunctionsDisconnectStarter } from '../../lambdas/adapters/aws/step-functions-disconnect-starter';
import { makeStepFunctionsReplayStarter } from '../../lambdas/adapters/aws/step-functions-replay-starter';
import {
  makeStepFunctionsRunStarter,
  makeStepFunctionsRunStopper,
} from '../../lambdas/adapters/aws/step-functions-run-starter';
import { auditFact, auditStretch } from '../../lambdas/core/audit/audit-fact';
import { factStretches } from '../../lambdas/core/facts/fact-key';
import { plannedShard } from '../../lambdas/core/runs/shard-progress';
import { auditEvent } from '../support/audit';
import { instant } from '../support/clock';
import { connectedRecord } from '../support/connections';
import { gapOf } from '../support/dead-letters';
import { factOf, userRow } from '../support/facts';
import { type CallInput, FILLED, grantLines, neededGrants } from '../support/needed-grants';
import { slotRequest } from '../support/quota';
import { BACKFILL, SYNC } from '../support/runs';
import { GRANT, tokenSet } from '../support/tokens';
import { grantsOf } from './support/grants';
import { synthesise } from './support/synthesis';

const granted = grantsOf(synthesise());

const dynamoDb = mockClient(DynamoDBDocumentClient);
const secretsManager = mockClient(SecretsManagerClient);
const stepFunctions = mockClient(SFNClient);
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);

const client = makeDocumentClient();
const secrets = new SecretsManagerClient({});
const prefix = 'ZoomSecurityConnector';
const adapters = {
  connections: makeDynamoDbConnectionStore(client, 'ControlTable'),
  links: makeDynamoDbLinkStore(client, 'ControlTable'),
  sessions: makeDynamoDbSessionStore(client, 'ControlTable'),
  revocations: makeDynamoDbRevocations(client, 'ControlTable'),
  attempts: makeDynamoDbAttemptStore(client, 'ControlTable'),
  progress: makeDynamoDbProgressStore(client, 'ControlTable'),
  seenUsers: makeDynamoDbSeenUsers(client, 'ControlTable'),
  checkpoints: makeDynamoDbCheckpointStore(client, 'ControlTable'),
  quota: makeDynamoDbQuotaLedger(client, 'ControlTable'),
  leases: makeDynamoDbRefreshLeases(client, 'ControlTable'),
  deadLetters: makeDynamoDbDeadLetterStore(client, 'ControlTable'),
  facts: makeDynamoDbFactStore(client, 'FactsTable'),
  vault: makeSecretsTokenVault(secrets, { prefix: `${prefix}/connections/`, kmsKeyId: 'key' }),
  credentials: makeSecretsAppCredentials(secrets, `${prefix}/zoom-app`),
  webhookKeys: makeSecretsWebhookKeys(secrets, `${prefix}/zoom-app`),
  received: makeDynamoDbReceivedEvents(client, 'ControlTable'),
  factPages: makeDynamoDbFactPages(client, 'FactsTable'),
  replayQueue: makeSqsReplayQueue(new SQSClient({}), 'Replay/Queue'),
  replays: makeStepFunctionsReplayStarter(new SFNClient({}), 'Replay/Workflow'),
  queue: makeSqsEventQueue(new SQSClient({}), 'Webhooks/Queue'),
  executions: makeStepFunctionsRunStopper(new SFNClient({}), ['Runs/Backfill', 'Runs/Sync']),
  auditStore: makeDynamoDbAuditStore(client, 'FactsTable'),
  audit: makeLambdaAuditLog(new LambdaClient({}), {
    functionName: 'AuditLog/Audit',
    via: 'test',
    now: () => 0,
    requestId: () => null,
    lost: (_event, error) => {
      throw error;
    },
  }),
  stored: makeDynamoDbStoredData(client, { control: 'ControlTable', facts: 'FactsTable' }),
  disconnects: makeStepFunctionsDisconnectStarter(new SFNClient({}), 'states:stateMachine:Disconnect/Workflow'),
  runs: makeStepFunctionsRunStarter(new SFNClient({}), { backfill: 'Runs/Backfill', sync: 'Runs/Sync' }),
};
type Adapters = typeof adapters;

const record = connectedRecord();
const shard = { id: 'user.active', stream: 'user', status: 'active' } as const;
const fact = factOf('user', userRow());
const letter = gapOf(shard);
const now = 0;
const later = { expiresAt: 1 };
const begun = { startedAt: 0, ...later };
const DATES = { from: '2026-10-11', to: '2026-10-12' };
const REPLAY = { ...DATES, kinds: ['user'], connectionId: null, sent: 0, tooLarge: 0, cursor: null } as const;
const DISCONNECT = { connectionId: 'c1', requestedAt: instant(), attempt: 1 };

const quotaKey = { zoomAccountId: 'account-1', label: 'light' } as const;
const limit = { callsPerSecond: 1, callsPerDay: 1 };

/** What it takes to call Zoom with a connection's grant. */
function callsOfReading({
  quota,
  leases,
  vault,
  credentials,
}: Pick<Adapters, 'quota' | 'leases' | 'vault' | 'credentials'>): (() => Promise<unknown>)[] {
  return [
    () => quota.reserve(quotaKey, limit, slotRequest(), now),
    () => quota.heed(quotaKey, { per: 'day', retryAtMs: now }, limit, now),
    () => leases.currentVersion(GRANT),
    () => leases.acquire(GRANT, 'owner', now, now),
    () => leases.release(GRANT, 'owner', 'version'),
    () => vault.read(GRANT),
    () => vault.replace(GRANT, tokenSet()),
    () => credentials.read(),
  ];
}

/** What the code behind each role does with its adapters. */
const USES: Readonly<Record<string, (use: Adapters) => readonly (() => Promise<unknown>)[]>> = {
  'HostedPages/PagesRole': ({ connections, progress, quota, sessions, links, audit }) => [
    () => audit.record(auditEvent()),
    () => all(connections.list()),
    () => connections.find('c1'),
    () => progress.list(BACKFILL),
    () => quota.find(quotaKey),
    () => sessions.find('hash', now),
    () => sessions.create('hash', { scope: { kind: 'all' }, ...begun }),
    () => sessions.delete('hash'),
    () => links.find('hash', now),
    () => links.use('hash', now),
  ],
  'HostedPages/ConsentRole': ({ connections, attempts, sessions, links, vault, credentials, runs, audit }) => [
    () => audit.record(auditEvent()),
    () => connections.find('c1'),
    () => connections.findByAccount('account-1'),
    () => connections.create(record),
    () => connections.update(record, {}),
    () => connections.bind(record, 'account-1', {}),
    () => attempts.create('hash', { connectionId: 'c1', inviteHash: null, session: 's1', codeChallenge: '', ...later }),
    () => attempts.find('hash'),
    () => attempts.use('hash'),
    () => sessions.delete('hash'),
    () => sessions.find('hash', now),
    () => sessions.create('hash', { scope: { kind: 'all' }, ...begun }),
    () => links.find('hash', now),
    () => links.use('hash', now),
    () => vault.create(GRANT, tokenSet()),
    () => vault.delete(GRANT),
    () => credentials.read(),
    () => runs.start(BACKFILL),
  ],
  'HostedPages/DisconnectFormRole': ({ connections, sessions, disconnects, audit }) => [
    () => audit.record(auditEvent()),
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => sessions.find('hash', now),
    () => disconnects.start(DISCONNECT),
  ],
  'Disconnect/EndGrantRole': ({ connections, progress, leases, vault, credentials, executions }) => [
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => progress.list(BACKFILL),
    () => leases.currentVersion(GRANT),
    () => leases.acquire(GRANT, 'owner', now, now),
    () => leases.release(GRANT, 'owner', 'version'),
    () => vault.read(GRANT),
    () => vault.replace(GRANT, tokenSet()),
    () => vault.delete(GRANT),
    () => credentials.read(),
    () => executions.stopAll('c1'),
  ],
  'Disconnect/PurgeRole': ({ connections, stored, audit }) => [
    () => audit.record(auditEvent()),
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => connections.release(record, {}),
    () => all(stored.deleteFacts('c1')),
    () => all(stored.deleteState('c1')),
  ],
  'Replay/SendRole': ({ connections, factPages, replayQueue }) => [
    () => connections.find('c1'),
    () => all(connections.list()),
    ...factStretches('c1', 'user', DATES).map((stretch) => () => factPages.read(stretch, undefined)),
    () => factPages.read(auditStretch('c1', DATES), undefined),
    () => replayQueue.send(['{}']),
  ],
  'Runs/PlanRole': ({ connections, checkpoints, progress, deadLetters, ...reading }) => [
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => checkpoints.find('c1', 'user_activity'),
    () => progress.plan(BACKFILL, [plannedShard(shard, 0)]),
    () => progress.list(BACKFILL),
    () => deadLetters.put([letter]),
    () => all(deadLetters.list('c1', 'read')),
    ...callsOfReading(reading),
  ],
  'Runs/ReadRole': ({ connections, progress, seenUsers, facts, deadLetters, ...reading }) => [
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => progress.list(BACKFILL),
    () => progress.find(BACKFILL, shard.id),
    () => progress.save(BACKFILL, plannedShard(shard, 0)),
    () => seenUsers.add(BACKFILL, 'page', [fact.id]),
    () => facts.write([fact]),
    () => facts.writeChanged([fact]),
    () => deadLetters.put([letter]),
    ...callsOfReading(reading),
  ],
  'Runs/FinishRole': ({ connections, checkpoints, progress, seenUsers, facts, deadLetters }) => [
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => checkpoints.find('c1', 'user_activity'),
    () => checkpoints.save('c1', 'user_activity', { readTo: '', asOf: '' }),
    () => progress.list(BACKFILL),
    () => seenUsers.read(BACKFILL),
    () => all(facts.read('c1', 'user')),
    () => facts.write([fact]),
    () => deadLetters.put([letter]),
    () => all(deadLetters.list('c1', 'read')),
    () => deadLetters.delete([letter]),
  ],
  'Runs/BrokenRole': ({ connections }) => [() => connections.find('c1'), () => connections.update(record, {})],
  'Webhooks/ReceiveRole': ({ webhookKeys, received, queue }) => [
    () => webhookKeys.list(now),
    () => received.take('hash', now),
    () => received.passedOn('hash', now),
    () => queue.send({ kind: 'usersChanged', zoomAccountId: 'account-1', at: '' }),
  ],
  'Webhooks/EventsRole': ({ connections, runs, audit }) => [
    () => audit.record(auditEvent()),
    () => connections.findByAccount('account-1'),
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => runs.start(SYNC),
  ],
  'IncrementalSync/DispatchRole': ({ connections, disconnects, progress, quota, runs }) => [
    () => all(connections.list()),
    () => connections.find('c1'),
    () => connections.update(record, {}),
    () => disconnects.start(DISCONNECT),
    () => progress.list(BACKFILL),
    () => quota.find(quotaKey),
    () => runs.start(BACKFILL),
    () => runs.start(SYNC),
  ],
  'OperatorAccess/OperatorRole': ({
    connections,
    progress,
    quota,
    links,
    credentials,
    runs,
    deadLetters,
    facts,
    executions,
    revocations,
    disconnects,
    replays,
    audit,
  }) => [
    () => revocations.revoke(null, now),
    () => audit.record(auditEvent()),
    () => all(connections.list()),
    () => connections.find('c1'),
    () => connections.create(record),
    () => connections.update(record, {}),
    () => progress.list(BACKFILL),
    () => quota.find(quotaKey),
    () => links.create('hash', { kind: 'sign-in', createdAt: 0, ...later }),
    () => credentials.save({ clientId: 'id', clientSecret: 'secret' }),
    () => all(deadLetters.list('c1', 'read')),
    () => deadLetters.find(letter.id),
    () => deadLetters.delete([letter]),
    () => facts.add(fact),
    () => runs.start(BACKFILL),
    () => runs.start(SYNC),
    () => executions.stopAll('c1'),
    () => connections.delete('c1'),
    () => disconnects.start(DISCONNECT),
    () => replays.start('replay', REPLAY),
  ],
  'AuditLog/AuditRole': ({ auditStore }) => [() => auditStore.append(auditFact(auditEvent(), 1))],
};

beforeEach(() => {
  for (const mock of [dynamoDb, secretsManager, stepFunctions, lambda, sqs]) mock.reset();
  dynamoDb.onAnyCommand().resolves({});
  dynamoDb.on(QueryCommand).resolves({ Items: [] });
  // something to delete
  dynamoDb.on(QueryCommand, { ProjectionExpression: 'pk, sk' }).callsFake(keysOfOne);
  dynamoDb
    .on(GetCommand, { Key: { pk: 'ACCOUNT#account-1', sk: 'ACCOUNT' } })
    .resolves({ Item: { connectionId: 'c1' } });
  secretsManager
    .onAnyCommand()
    .resolves({ SecretString: JSON.stringify({ clientSecret: 'x', ...tokenSet() }), VersionId: 'v' });
  stepFunctions.onAnyCommand().resolves({});
  stepFunctions
    .on(StartExecutionCommand, { stateMachineArn: 'states:stateMachine:Disconnect/Workflow' })
    .rejects(new ExecutionAlreadyExists({ $metadata: {}, message: 'it looks whether that one runs' }));
  for (const machine of ['Runs/Backfill', 'Runs/Sync']) {
    const execution = { name: 'c1_run', executionArn: `states:execution:${machine}:c1_run` } as ExecutionListItem;
    stepFunctions.on(ListExecutionsCommand, { stateMachineArn: machine }).resolves({ executions: [execution] });
  }
  sqs.onAnyCommand().resolves({});
});

// the emulator refuses a call that is not granted, but takes no notice of the partitions that a grant is bound to
describe('what is granted is what is called', () => {
  it.each(Object.entries(USES))('by the code behind %s', async (role, uses) => {
    for (const use of uses(adapters)) await use();
    const calls = [dynamoDb, secretsManager, stepFunctions, lambda, sqs]
      .flatMap((mock) => mock.calls() as Call[])
      .flatMap(({ args: [command] }) =>
        neededGrants(command.constructor.name.replace(/Command$/, ''), command.input as CallInput, prefix),
      );
    expect([...new Set(calls)].sort()).toEqual(grantedTo(role));
  });
});

/** The role's grants on data, without what AWS itself does on its behalf: receive from queues, send there what failed. */
function grantedTo(role: string): string[] {
  const own = granted.filter(
    (grant) => grant.role === role && /^(dynamodb|secretsmanager|states|lambda|sqs):/.test(grant.action),
  );
  return grantLines(own)
    .filter((grant) => !grant.startsWith('sqs:') || FILLED.some((queue) => grant === `sqs:SendMessage ${queue}`))
    .sort();
}

/** The key of one item of the partition that is asked for. */
function keysOfOne({ ExpressionAttributeValues }: QueryCommandInput) {
  return { Items: [{ pk: String(ExpressionAttributeValues?.[':partition']), sk: 'one' }] };
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

/** A call that a mocked client has seen. */
interface Call {
  readonly args: readonly [{ readonly constructor: { readonly name: string }; readonly input: unknown }, ...unknown[]];
}
