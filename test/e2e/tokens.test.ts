import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import type { PlanTask, RunPlan, RunRequest, WorkerOutcome } from '../../lambdas/contract/workflow';
import { addDays } from '../../lambdas/core/runs/shards';
import { functionNamed, lambda, statusOf, syncNow, whenStatus } from './support/stack';
import { ZoomAccount, connect, zoomStats } from './support/zoom-account';

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
});
