import { describe, expect, it } from '@jest/globals';
import type { OperatorCommand } from '../../../../lambdas/contract/operator';
import { hashSecretValue } from '../../../../lambdas/core/access/secret-value';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeConnectionViews } from '../../../../lambdas/core/connections/connection-views';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../../lambdas/core/errors';
import { type AppCredentials, makeOperator } from '../../../../lambdas/core/operator/operator';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { InMemoryLinkStore, InMemoryRevocations } from '../../../support/access';
import { RecordingAuditLog } from '../../../support/audit';
import { DAY, FakeClock, MINUTE, NOW, instant } from '../../../support/clock';
import {
  backfillRecord,
  connectedRecord,
  connectionRecord,
  disconnectRecord,
  InMemoryConnectionStore,
} from '../../../support/connections';
import { InMemoryDeadLetterStore, gapOf } from '../../../support/dead-letters';
import { RecordingDisconnectStarter } from '../../../support/disconnect';
import { InMemoryFactStore } from '../../../support/facts';
import { InMemoryQuotaLedger } from '../../../support/quota';
import { RecordingReplayStarter } from '../../../support/replay';
import { InMemoryProgressStore, RecordingRunStarter, RecordingRunStopper } from '../../../support/runs';

const NOT_READABLE = ['pending', 'refused', 'reconnect_needed', 'paused', 'disconnecting', 'disconnected'] as const;

function operate(...records: readonly ConnectionRecord[]) {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(...records);
  const links = new InMemoryLinkStore();
  const audit = new RecordingAuditLog();
  const revocations = new InMemoryRevocations();
  const runs = new RecordingRunStarter();
  const deadLetters = new InMemoryDeadLetterStore();
  const progress = new InMemoryProgressStore();
  const quota = new InMemoryQuotaLedger();
  const executions = new RecordingRunStopper();
  const disconnects = new RecordingDisconnectStarter();
  const replays = new RecordingReplayStarter();
  const failed: string[] = [];
  const saved: AppCredentials[] = [];
  const operator = makeOperator(
    {
      connections,
      progress,
      executions,
      disconnects,
      replays,
      views: makeConnectionViews({
        connections,
        progress,
        quota,
        quotaShare: { perSecond: 1, perDay: 1 },
        everyMinutes: 15,
        now: clock.now,
      }),
      links,
      audit,
      revocations,
      runs,
      credentials: {
        save: (credentials) => {
          saved.push(credentials);
          return Promise.resolve();
        },
      },
      deadLetters,
      facts: new InMemoryFactStore(),
      clock,
      log: { letterKept: () => undefined, disconnectFailed: (id) => failed.push(id) },
    },
    { publicUrl: 'https://connector.example', retentionDays: 365, replayQueueUrl: 'https://queue.example' },
  );
  return {
    operator,
    connections,
    links,
    audit,
    revocations,
    runs,
    saved,
    deadLetters,
    disconnects,
    replays,
    executions,
    failed,
  };
}

describe('set-credentials', () => {
  const credentials = { clientId: 'id', clientSecret: 'secret' };

  it.each([credentials, { ...credentials, webhookSecret: 'hook' }])('stores %j', async (given) => {
    const { operator, saved } = operate();
    await operator['set-credentials']({ command: 'set-credentials', ...given });
    expect(saved).toEqual([given]);
  });

  it('answers nothing of them', async () => {
    expect(await operate().operator['set-credentials']({ command: 'set-credentials', ...credentials })).toEqual({
      updated: true,
    });
  });
});

describe('invite', () => {
  it('makes a connection that waits for its consent', async () => {
    const { operator, connections } = operate();
    const { connectionId } = await operator.invite({ command: 'invite', name: 'Contoso' });
    expect(connections.get(connectionId)).toMatchObject({ name: 'Contoso', status: 'pending' });
  });

  it('gives a link that leads to the connection for seven days', async () => {
    const { operator, links } = operate();
    const { url, connectionId, expiresAt } = await operator.invite({ command: 'invite', name: 'Contoso' });
    const token = url.replace('https://connector.example/invite/', '');
    expect([links.links.get(hashSecretValue(token)), expiresAt]).toEqual([
      { kind: 'invite', connectionId, createdAt: NOW, expiresAt: NOW + 7 * DAY },
      instant(7 * DAY),
    ]);
  });

  it('gives a link that is good as long as it was asked for', async () => {
    const { expiresAt } = await operate().operator.invite({ command: 'invite', name: 'Contoso', minutes: 5 });
    expect(expiresAt).toBe(instant(5 * MINUTE));
  });

  it('leads to a connection that is there already, and makes none', async () => {
    const { operator, connections } = operate(connectedRecord({ status: 'reconnect_needed' }));
    await operator.invite({ command: 'invite', connectionId: 'c1' });
    expect([...connections.records.keys()]).toEqual(['c1']);
  });

  it('refuses a new connection without a name', async () => {
    await expect(operate().operator.invite({ command: 'invite' })).rejects.toThrow(InvalidInputError);
  });

  it('makes no link for a name that is none', async () => {
    const { operator, links } = operate();
    await operator.invite({ command: 'invite', name: ' ' }).catch(() => undefined);
    expect(links.links.size).toBe(0);
  });

  it('refuses a connection that is not there', async () => {
    await expect(operate().operator.invite({ command: 'invite', connectionId: 'c9' })).rejects.toThrow(NotFoundError);
  });

  it.each(['disconnecting', 'disconnected'] as const)('refuses a connection that is %s', async (status) => {
    const { operator } = operate(connectionRecord({ status }));
    await expect(operator.invite({ command: 'invite', connectionId: 'c1' })).rejects.toThrow(ConflictError);
  });
});

describe('link', () => {
  it('signs somebody in for a quarter of an hour', async () => {
    const { operator, links } = operate();
    const { url } = await operator.link({ command: 'link' });
    const token = url.replace('https://connector.example/session/', '');
    expect(links.links.get(hashSecretValue(token))).toEqual({
      kind: 'sign-in',
      createdAt: NOW,
      expiresAt: NOW + 15 * MINUTE,
    });
  });
});

describe('revoke-sessions', () => {
  it.each([null, 'c1'])('ends what was made until now, of everybody or of a connection (%j)', async (connectionId) => {
    const { operator, revocations } = operate(connectedRecord());
    const command = { command: 'revoke-sessions', ...(connectionId !== null && { connectionId }) } as const;
    const answer = await operator['revoke-sessions'](command);
    expect(answer).toEqual({ revoked: true, connectionId, before: instant() });
    expect([...revocations.revoked]).toEqual([[connectionId, NOW]]);
  });

  it('refuses a connection that is not there, and ends nothing', async () => {
    const { operator, revocations } = operate();
    const command = { command: 'revoke-sessions', connectionId: 'c9' } as const;
    await expect(operator['revoke-sessions'](command)).rejects.toThrow(NotFoundError);
    expect(revocations.revoked.size).toBe(0);
  });
});

describe('status', () => {
  it('shows a connection', async () => {
    const { operator } = operate(connectedRecord());
    expect(await operator.status({ command: 'status', connectionId: 'c1' })).toMatchObject({ status: 'connected' });
  });

  it('refuses a connection that is not there', async () => {
    await expect(operate().operator.status({ command: 'status', connectionId: 'c9' })).rejects.toThrow(NotFoundError);
  });
});

describe('connections', () => {
  it('shows all of them', async () => {
    const { operator } = operate(connectedRecord(), connectionRecord({ id: 'c2' }));
    expect((await operator.connections({ command: 'connections' })).connections).toHaveLength(2);
  });
});

describe('backfill', () => {
  const backfill = (range: { from?: string; to?: string } = {}, record = connectedRecord()) => {
    const setting = operate(record);
    return { ...setting, answer: setting.operator.backfill({ command: 'backfill', connectionId: 'c1', ...range }) };
  };

  it('starts a run of the usual dates', async () => {
    const { answer, runs } = backfill();
    await answer;
    expect(runs.requests).toEqual([{ connectionId: 'c1', runId: 'backfill-20261012T081500000Z', kind: 'backfill' }]);
  });

  it('says the execution', async () => {
    expect(await backfill().answer).toEqual({ executionArn: 'arn:execution:c1_backfill-20261012T081500000Z' });
  });

  it.each([
    [{ from: '2026-10-01' }, { from: '2026-10-01', to: '2026-10-12' }],
    [{ to: '2026-10-01' }, { from: '2026-10-01', to: '2026-10-01' }],
    [
      { from: '2026-09-01', to: '2026-09-03' },
      { from: '2026-09-01', to: '2026-09-03' },
    ],
    [
      { from: '2026-04-15', to: '2026-10-12' },
      { from: '2026-04-15', to: '2026-10-12' },
    ],
  ])('reads %j', async (given, range) => {
    const { answer, runs } = backfill(given);
    await answer;
    expect(runs.requests[0]).toMatchObject(range);
  });

  it.each([
    [{ from: '2026-10-02', to: '2026-10-01' }],
    [{ to: '2026-10-13' }],
    [{ from: '2026-10-13' }],
    [{ from: '2026-04-14' }],
    [{ from: '0001-01-01' }],
  ])('refuses %j', async (range) => {
    await expect(backfill(range).answer).rejects.toThrow(InvalidInputError);
  });

  it('refuses while one is running', async () => {
    const record = connectedRecord({ backfill: backfillRecord() });
    await expect(backfill({}, record).answer).rejects.toThrow(ConflictError);
  });

  it('refuses while the one that follows the consent is about to begin', async () => {
    const record = connectedRecord({ status: 'backfilling', backfill: null });
    await expect(backfill({}, record).answer).rejects.toThrow(ConflictError);
  });

  it.each(NOT_READABLE)('refuses a connection that is %s', async (status) => {
    await expect(backfill({}, connectedRecord({ status })).answer).rejects.toThrow(ConflictError);
  });

  it('refuses a connection that is not there', async () => {
    const { operator } = operate();
    await expect(operator.backfill({ command: 'backfill', connectionId: 'c9' })).rejects.toThrow(NotFoundError);
  });
});

describe('cancel', () => {
  const RUNNING = connectedRecord({ backfill: backfillRecord() });
  const cancel = { command: 'cancel', connectionId: 'c1' } as const;

  it('shows the connection as it is then', async () => {
    expect((await operate(RUNNING).operator.cancel(cancel)).backfill?.state).toBe('cancelled');
  });

  it('lets another backfill start at once', async () => {
    const { operator, runs } = operate(RUNNING);
    await operator.cancel(cancel);
    await operator.backfill({ command: 'backfill', connectionId: 'c1' });
    expect(runs.requests).toHaveLength(1);
  });

  it('refuses when no backfill is running', async () => {
    await expect(operate(connectedRecord()).operator.cancel(cancel)).rejects.toThrow(ConflictError);
  });

  it('refuses a connection that is not there', async () => {
    await expect(operate().operator.cancel(cancel)).rejects.toThrow(NotFoundError);
  });
});

describe('sync', () => {
  const sync = (record: ConnectionRecord) => {
    const setting = operate(record);
    return { ...setting, answer: setting.operator.sync({ command: 'sync', connectionId: 'c1' }) };
  };

  it.each(['connected', 'degraded'] as const)('starts a run of a connection that is %s', async (status) => {
    const { answer, runs } = sync(connectedRecord({ status }));
    await answer;
    expect(runs.requests).toEqual([{ connectionId: 'c1', runId: 'sync-20261012T081500000Z', kind: 'sync' }]);
  });

  it.each(['backfilling', ...NOT_READABLE] as const)('refuses a connection that is %s', async (status) => {
    await expect(sync(connectedRecord({ status })).answer).rejects.toThrow(ConflictError);
  });

  it('asks for no users unless it is told to', async () => {
    const { answer, connections } = sync(connectedRecord());
    await answer;
    expect(connections.get('c1').usersChangedAt).toBeNull();
  });
});

describe('sync of all users', () => {
  const sync = (change: Partial<ConnectionRecord> = {}) => {
    const setting = operate(connectedRecord(change));
    return { ...setting, answer: setting.operator.sync({ command: 'sync', connectionId: 'c1', users: true }) };
  };

  it('notes the wish for whichever sync comes next, and starts one', async () => {
    const { answer, connections, runs } = sync();
    await answer;
    expect([connections.get('c1').usersChangedAt, runs.requests.map(({ kind }) => kind)]).toEqual([
      instant(),
      ['sync'],
    ]);
  });

  it('is not taken for done by a sync that runs already', async () => {
    const startedAt = instant(MINUTE);
    const { answer, connections } = sync({ syncRun: { runId: 'tick-1', startedAt } });
    await answer;
    expect(Date.parse(connections.get('c1').usersChangedAt ?? '')).toBeGreaterThan(Date.parse(startedAt));
  });

  it.each<[string, Partial<ConnectionRecord>]>([
    ...NOT_READABLE.map((status) => [`is ${status}`, { status }] as [string, Partial<ConnectionRecord>]),
    ['is being read for the first time', { status: 'backfilling' }],
    [
      'has a first backfill that was cancelled, which reads all users',
      { status: 'degraded', firstReadAt: null, backfill: backfillRecord({ state: 'cancelled' }) },
    ],
  ])('refuses a connection that %s, and notes nothing', async (_, change) => {
    const { answer, connections, runs } = sync(change);
    await expect(answer).rejects.toThrow(ConflictError);
    expect([connections.get('c1').usersChangedAt, runs.requests]).toEqual([null, []]);
  });

  it('is in the audit log as what it is', async () => {
    const { answer, audit } = sync();
    await answer;
    expect(audit.entries).toMatchObject([{ action: 'sync_requested', details: { users: true } }]);
  });
});

describe('replay', () => {
  const RANGE = { command: 'replay', from: '2026-10-01', to: '2026-10-12', kinds: [] } as const;

  it('starts an execution that begins at the beginning, of all kinds and connections', async () => {
    const { operator, replays } = operate();
    await operator.replay(RANGE);
    const kinds = ['user', 'user_activity', 'admin_operation', 'connector_audit'];
    const range = { from: '2026-10-01', to: '2026-10-12' };
    expect(replays.started).toEqual([{ ...range, kinds, connectionId: null, sent: 0, tooLarge: 0, cursor: null }]);
  });

  it('says the execution and the queue', async () => {
    expect(await operate().operator.replay(RANGE)).toEqual({
      executionArn: 'arn:execution:replay-20261012T081500000Z',
      queueUrl: 'https://queue.example',
    });
  });

  it('takes the kinds and the connection that are named', async () => {
    const { operator, replays } = operate(connectedRecord());
    await operator.replay({ ...RANGE, kinds: ['connector_audit', 'user', 'user'], connectionId: 'c1' });
    expect(replays.started).toMatchObject([{ kinds: ['user', 'connector_audit'], connectionId: 'c1' }]);
  });

  it('is noted in the audit log with what was asked for', async () => {
    const { operator, audit } = operate(connectedRecord());
    await operator.replay({ ...RANGE, kinds: ['user'], connectionId: 'c1' });
    const execution = 'replay-20261012T081500000Z';
    const details = { from: '2026-10-01', to: '2026-10-12', kinds: 'user', execution };
    expect(audit.entries).toMatchObject([{ connectionId: 'c1', zoomAccountId: 'account-1', details }]);
  });

  it.each<[what: string, change: object, error: object]>([
    ['that ends before it begins', { from: '2026-10-12', to: '2026-10-11' }, { code: 'invalid-input' }],
    ['that ends tomorrow', { to: '2026-10-13' }, { code: 'invalid-input' }],
    ['of a kind that there is not', { kinds: ['user', 'meeting'] }, { code: 'invalid-input' }],
    ['of a connection that there is not', { connectionId: 'c9' }, { code: 'not-found' }],
  ])('refuses one %s, and starts none', async (_what, change, error) => {
    const { operator, replays, audit } = operate(connectedRecord());
    await expect(operator.replay({ ...RANGE, ...change })).rejects.toMatchObject(error);
    expect([replays.started, audit.entries]).toEqual([[], []]);
  });

  it('names the kinds to whoever asks for another', async () => {
    const asked = operate().operator.replay({ ...RANGE, kinds: ['meeting'] });
    await expect(asked).rejects.toMatchObject({
      message: 'there is no kind of fact "meeting"',
      remedy: expect.stringContaining('user, user_activity, admin_operation, connector_audit'),
    });
  });
});

describe('list-dead-letters', () => {
  it('tells what each is about, and nothing of what it holds', async () => {
    const { operator, deadLetters } = operate(connectedRecord());
    await deadLetters.put([gapOf(userShards()[0]!)]);
    expect(await operator['list-dead-letters']({ command: 'list-dead-letters' })).toEqual({
      deadLetters: [
        { id: 'c1.read.user.active', connectionId: 'c1', stage: 'read', reason: 'HTTP 500', at: instant() },
      ],
    });
  });
});

describe('replay-dead-letters', () => {
  it('takes up those that are named', async () => {
    const { operator, deadLetters, runs } = operate(connectedRecord());
    const shards = userShards();
    await deadLetters.put(shards.map((shard) => gapOf(shard)));
    await operator['replay-dead-letters']({ command: 'replay-dead-letters', ids: ['c1.read.user.active'] });
    expect(runs.requests.map((request) => request.shards)).toEqual([shards.slice(0, 1)]);
  });
});

describe('the audit log', () => {
  const CREDENTIALS = { clientId: 'id', clientSecret: 'the-client-secret', webhookSecret: 'the-webhook-secret' };

  it.each<[action: string, command: OperatorCommand]>([
    ['app_credentials_set', { command: 'set-credentials', ...CREDENTIALS }],
    ['invite_created', { command: 'invite', connectionId: 'c1' }],
    ['sign_in_link_created', { command: 'link' }],
    ['sessions_revoked', { command: 'revoke-sessions' }],
    ['backfill_requested', { command: 'backfill', connectionId: 'c1' }],
    ['sync_requested', { command: 'sync', connectionId: 'c1' }],
    ['dead_letters_replayed', { command: 'replay-dead-letters', ids: [] }],
    ['replay_requested', { command: 'replay', from: '2026-10-01', to: '2026-10-02', kinds: [] }],
  ])('tells of %s', async (action, command) => {
    const { operator, audit } = operate(connectedRecord());
    await (operator[command.command] as (command: OperatorCommand) => Promise<unknown>)(command);
    expect(audit.entries).toMatchObject([{ action, actor: null }]);
  });

  it('tells of a cancelled backfill', async () => {
    const { operator, audit } = operate(connectedRecord({ backfill: backfillRecord({ executionArn: 'arn' }) }));
    await operator.cancel({ command: 'cancel', connectionId: 'c1' });
    expect(audit.entries).toMatchObject([{ action: 'backfill_cancelled', connectionId: 'c1' }]);
  });

  it('says which connection and account it was', async () => {
    const { operator, audit } = operate(connectedRecord());
    await operator.sync({ command: 'sync', connectionId: 'c1' });
    expect(audit.entries).toMatchObject([{ connectionId: 'c1', zoomAccountId: 'account-1' }]);
  });

  it('names a link so that its use can be told to come from it, and holds no way to use it', async () => {
    const { operator, audit } = operate();
    const { url } = await operator.link({ command: 'link' });
    const token = url.replace('https://connector.example/session/', '');
    expect(audit.entries[0]?.details['link']).toBe(hashSecretValue(token).slice(0, 12));
    expect(JSON.stringify(audit.entries)).not.toContain(token);
  });

  it('holds no credentials', async () => {
    const { operator, audit } = operate();
    await operator['set-credentials']({ command: 'set-credentials', ...CREDENTIALS });
    expect(JSON.stringify(audit.entries)).not.toMatch(/the-(client|webhook)-secret/);
  });

  it('tells nothing of a command that only looks', async () => {
    const { operator, audit } = operate(connectedRecord());
    await operator.connections({ command: 'connections' });
    await operator.status({ command: 'status', connectionId: 'c1' });
    await operator['list-dead-letters']({ command: 'list-dead-letters' });
    expect(audit.entries).toEqual([]);
  });

  it('tells nothing of a command that was refused', async () => {
    const { operator, audit } = operate(connectedRecord({ status: 'reconnect_needed' }));
    await operator.sync({ command: 'sync', connectionId: 'c1' }).catch(() => undefined);
    expect(audit.entries).toEqual([]);
  });
});

describe('pause and resume', () => {
  it('stops reading and goes on', async () => {
    const { operator, audit, executions, runs } = operate(connectedRecord());
    const paused = await operator.pause({ command: 'pause', connectionId: 'c1' });
    const resumed = await operator.resume({ command: 'resume', connectionId: 'c1' });
    expect([paused.status, resumed.status]).toEqual(['paused', 'connected']);
    expect([executions.stopped, runs.requests.length]).toEqual([['all of c1'], 1]);
    expect(audit.entries).toMatchObject([{ action: 'paused' }, { action: 'resumed' }]);
  });

  it('says how a paused connection is read', async () => {
    const { operator } = operate(connectedRecord({ status: 'paused' }));
    await expect(operator.sync({ command: 'sync', connectionId: 'c1' })).rejects.toMatchObject({
      message: 'this connection is paused',
      remedy: expect.stringContaining('connector resume ID'),
    });
  });

  it('refuses a connection that is not there', async () => {
    const { operator } = operate();
    const connectionId = 'c9';
    await expect(operator.pause({ command: 'pause', connectionId })).rejects.toThrow(NotFoundError);
    await expect(operator.resume({ command: 'resume', connectionId })).rejects.toThrow(NotFoundError);
  });
});

describe('disconnect', () => {
  it('begins to end the connection', async () => {
    const { operator, audit, disconnects } = operate(connectedRecord());
    const begun = await operator.disconnect({ command: 'disconnect', connectionId: 'c1', keepFacts: true });
    expect(begun).toMatchObject({ status: 'disconnecting', disconnect: { cause: 'operator', keepFacts: true } });
    expect(disconnects.started).toHaveLength(1);
    expect(audit.entries).toMatchObject([{ action: 'disconnect_requested', connectionId: 'c1' }]);
  });

  it('of all begins each that has not ended, also when one fails', async () => {
    const { operator, disconnects, connections, failed } = operate(
      connectedRecord({ id: 'a', zoomAccountId: 'account-a' }),
      connectedRecord({ id: 'b', zoomAccountId: 'account-b' }),
      connectedRecord({ id: 'ended', status: 'disconnected', zoomAccountId: 'account-c' }),
      connectionRecord({ id: 'pending' }),
    );
    disconnects.before = () => {
      disconnects.before = () => undefined;
      throw new Error('no answer');
    };
    const answer = await operator['disconnect-all']({ command: 'disconnect-all', keepFacts: false });
    expect(answer.connections.map(({ id, status }) => [id, status])).toEqual([
      ['b', 'disconnecting'],
      ['pending', 'disconnected'],
    ]);
    expect([answer.failed, failed, [...connections.records.keys()]]).toEqual([1, ['a'], ['a', 'b', 'ended']]);
  });

  it.each([
    [false, ['disconnecting']],
    [true, []],
  ])('of all deletes what an earlier one kept, unless that is to be kept again: %s', async (keepFacts, statuses) => {
    const disconnect = disconnectRecord({ keepFacts: true, endedAt: instant() });
    const { operator } = operate(connectedRecord({ status: 'disconnected', disconnect }));
    const answer = await operator['disconnect-all']({ command: 'disconnect-all', keepFacts });
    expect(answer.connections.map(({ status }) => status)).toEqual(statuses);
  });
});
