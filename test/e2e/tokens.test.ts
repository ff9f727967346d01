import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlanTask, RunPlan, RunRequest, WorkerOutcome } from '../../lambdas/contract/workflow';
import { weeklyKeepAlive } from '../../lambdas/core/runs/run-starter';
import { addDays } from '../../lambdas/core/runs/shards';
import { syncNamesOf } from './support/executions';
import {
  appCredentials,
  cliWithInput,
  functionNamed,
  lambda,
  logLines,
  operate,
  scaleWaits,
  statusOf,
  syncNow,
  tick,
  until,
  whenStatus,
} from './support/stack';
import { pauseNow } from './support/time';
import { ZoomAccount, connect, replaceClientSecret, zoomStats } from './support/zoom-account';

/** Invokes a function of the stack as the workflow does. */
async function invoke<Answer>(description: string, payload: unknown): Promise<Answer> {
  const FunctionName = await functionNamed(description);
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }));
  const text = answer.Payload?.transformToString() ?? '';
  if (answer.FunctionError !== undefined) throw new Error(text);
  return JSON.parse(text) as Answer;
}

describe('the tokens of a connection', () => {
  it('are refreshed once when 50 functions find them expired at the same moment', async () => {
    const account = await ZoomAccount.create({ plan: 'business', activitiesPerDay: 5, operationsPerDay: 5 });
    const connectionId = await connect(account, 'Fifty at once');
    const today = new Date().toISOString().slice(0, 10);
    const range = { from: addDays(today, -2), to: addDays(today, -1) };
    const request: RunRequest = { connectionId, runId: 'fifty', kind: 'backfill', ...range };
    const task: PlanTask = { request, executionArn: 'arn:of:none' };
    const { run, workers } = await invoke<RunPlan>('says what a run reads', task);
    const fifty = Array.from({ length: 50 }, (_, index) => workers[index % workers.length]);
    await account.expireTokens();
    const before = (await zoomStats()).refreshes;
    const outcomes = await Promise.all(
      fifty.map((worker) => invoke<WorkerOutcome>('reads shards as far as time and quota allow', { run, worker })),
    );

    expect(outcomes).toEqual(fifty.map(() => ({ outcome: 'done' })));
    expect((await zoomStats()).refreshes - before).toBe(1);
  });

  it('that Zoom has taken back make the connection ask for a new consent, which renews it in place', async () => {
    const account = await ZoomAccount.create();
    const connectionId = await connect(account, 'Taken back');
    await account.revokeGrants();
    await syncNow(connectionId).catch(() => undefined);
    const dead = await whenStatus(connectionId, 'reconnect_needed');
    await account.reconnect(connectionId);
    const renewed = await whenStatus(connectionId, 'connected');

    expect(dead.reason).not.toBeNull();
    expect(renewed).toMatchObject({ id: connectionId, reason: null, zoomAccountId: account.id });
    await expect(statusOf(connectionId)).resolves.toMatchObject({ backfill: { state: 'done' } });
  });

  it('of a paused connection are refreshed by a run of its own once a week, which asks no more than whose it is', async () => {
    const account = await ZoomAccount.create({ users: 5, activitiesPerDay: 5, operationsPerDay: 5 });
    // each token lives for a second, so that any run which uses the grant has to refresh
    await account.fail({ kind: 'tokenAnswer', path: '/oauth/token', fields: { expires_in: 1 } });
    const connectionId = await connect(account, 'Paused');
    await pauseNow(connectionId);
    const calls = await account.calls();
    for (let ticks = 0; ticks < 2; ticks++) await tick();
    const named = (await syncNamesOf(connectionId)).filter((name) => name.includes('keep-alive'));
    await until('the run of the week', async () => ((await account.calls()) > calls ? true : undefined));
    // its token has to expire
    await sleep(1_000);
    const before = (await zoomStats()).refreshes;
    const request: RunRequest = { connectionId, runId: 'keep-alive-of-a-test', kind: 'sync', keepAlive: true };
    const { workers } = await invoke<RunPlan>('says what a run reads', { request, executionArn: 'arn:of:none' });
    const refreshes = (await zoomStats()).refreshes - before;

    expect(named).toEqual([weeklyKeepAlive(connectionId, Date.now()).runId].map((runId) => `${connectionId}_${runId}`));
    // the week's run, and the one of this test
    expect([workers, refreshes, (await account.calls()) - calls]).toEqual([[], 1, 2]);
    await expect(statusOf(connectionId)).resolves.toMatchObject({ status: 'paused', reason: null });
  });

  it('are refreshed with another secret of the app as soon as it is stored, without a deployment', async () => {
    await scaleWaits(0.1);
    const account = await ZoomAccount.create({ users: 5, activitiesPerDay: 5, operationsPerDay: 5 });
    const connectionId = await connect(account, 'A new secret');
    const credentials = { ...(await appCredentials()), clientSecret: randomBytes(16).toString('base64url') };
    await replaceClientSecret(credentials.clientSecret);
    await account.expireTokens();
    await operate('sync', connectionId);
    await until('the metric', async () => ((await logLines('AppCredentialsRejected')).length > 0 ? true : undefined));
    const refused = await statusOf(connectionId);
    const stored = await cliWithInput(JSON.stringify(credentials), 'app', 'set-credentials', '--json');
    await syncNow(connectionId);
    const after = await whenStatus(connectionId, 'connected');
    await scaleWaits(1);

    expect(['connected', 'degraded']).toContain(refused.status);
    expect([stored.exitCode, after.lastSync?.result]).toEqual([0, 'ok']);
  });
});
