import { type ExecutionStatus, paginateListExecutions } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../lambdas/contract/connection';
import { addDays } from '../../lambdas/core/runs/shards';
import { distinctRows, rowsOf } from './support/compare';
import { cli, factsOf, operate, output, stateMachines, statusOf, syncNow, until, whenStatus } from './support/stack';
import { streamRecordsOf } from './support/stream';
import { ZoomAccount, connect } from './support/zoom-account';

/** Slow enough to be caught in the middle: each date takes several pages. */
const SLOW = { kind: 'slow', path: '/v2/report', delayMs: 2_000 };

describe('a backfill that an operator cancels', () => {
  const today = new Date().toISOString().slice(0, 10);
  let account: ZoomAccount;
  let connectionId: string;
  let endSlowness: () => Promise<void>;
  let cancelled: Connection;

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 60, activitiesPerDay: 1_500 });
    endSlowness = await account.fail(SLOW);
    connectionId = await connect(account, 'Cancelled', 'backfilling');
    await whenReading();
    cancelled = await operate<Connection>('cancel', connectionId);
  });

  it('is cancelled, and leaves the connection degraded with what to do', () => {
    expect(cancelled).toMatchObject({
      status: 'degraded',
      reason: 'The first backfill was cancelled; start it again: connector backfill ID.',
      backfill: { state: 'cancelled', shardsTotal: 19, etaSeconds: null },
    });
  });

  it('has no execution any more', async () => {
    await expect(until('the end of the execution', endsOfExecutions)).resolves.toEqual(['ABORTED']);
  });

  it('calls Zoom no more', async () => {
    const calls = await until('an end of the calls', async () => {
      const before = await account.calls();
      await sleep(2 * SLOW.delayMs);
      return (await account.calls()) === before ? before : undefined;
    });
    await sleep(2 * SLOW.delayMs);

    // the schedule may have begun a sync meanwhile; the backfill's chains would have made dozens
    expect((await account.calls()) - calls).toBeLessThanOrEqual(4);
  });

  it('is not to be cancelled twice', async () => {
    const { exitCode, stdout } = await cli('cancel', connectionId, '--json');

    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'conflict' } }]);
  });

  it('leaves what was there before to the next one: a sync reads what is new', async () => {
    await endSlowness();
    const { newFacts } = (await syncNow(connectionId)).lastSync ?? {};

    expect(newFacts).toBeLessThan(1_500);
    await expect(statusOf(connectionId)).resolves.toMatchObject({
      status: 'degraded',
      backfill: { state: 'cancelled' },
    });
  });

  it('can be started again, and then everything is there, once', async () => {
    await operate('backfill', connectionId);
    await whenStatus(connectionId, 'connected');
    const range = { from: addDays(today, -7), to: addDays(today, 1) };
    const [facts, records, users, activities, operations] = await Promise.all([
      factsOf(connectionId),
      streamRecordsOf(connectionId),
      account.truth('users'),
      account.truth('activities', range),
      account.truth('operations', range),
    ]);

    expect(rowsOf(facts, 'user')).toEqual(distinctRows(users));
    expect(rowsOf(facts, 'user_activity')).toEqual(distinctRows(activities));
    expect(rowsOf(facts, 'admin_operation')).toEqual(distinctRows(operations));
    expect(records.map(({ event }) => event)).toEqual(facts.map(() => 'INSERT'));
  });

  it('shows how far it is when it reads other dates of a connection, which stays connected', async () => {
    endSlowness = await account.fail({ ...SLOW, delayMs: 5_000 });
    await operate('backfill', connectionId, '--from', addDays(today, -1), '--to', today);
    const reading = await whenReading();
    const { status, backfill } = await operate<Connection>('cancel', connectionId);
    await endSlowness();

    expect(reading).toMatchObject({ status: 'connected', backfill: { shardsTotal: 7, throttledByZoom: false } });
    expect([status, backfill?.state]).toEqual(['connected', 'cancelled']);
  });

  /** Waits for the backfill to have read something, and to be far from its end. */
  function whenReading(): Promise<Connection> {
    return until('a backfill in the middle', async () => {
      const connection = await statusOf(connectionId);
      return connection.backfill?.state === 'running' && connection.backfill.calls > 0 ? connection : undefined;
    });
  }

  /** How the connection's backfills ended, once all have. */
  async function endsOfExecutions(): Promise<readonly ExecutionStatus[] | undefined> {
    const ends: ExecutionStatus[] = [];
    const stateMachineArn = output('BackfillStateMachineArn');
    for await (const { executions = [] } of paginateListExecutions({ client: stateMachines }, { stateMachineArn })) {
      ends.push(...executions.filter(({ name }) => name?.startsWith(connectionId)).map(({ status }) => status!));
    }
    return ends.includes('RUNNING') ? undefined : ends;
  }
});
