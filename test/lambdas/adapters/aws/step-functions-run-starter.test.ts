import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import {
  makeStepFunctionsRunStarter,
  makeStepFunctionsRunStopper,
} from '../../../../lambdas/adapters/aws/step-functions-run-starter';
import { firstBackfill, scheduledSync } from '../../../../lambdas/core/runs/run-starter';
import { NOW } from '../../../support/clock';

const client = new SFNClient({ region: 'eu-west-1' });
const calls = mockClient(client);
beforeEach(() => void calls.reset());

const BACKFILL_ARN = 'arn:aws:states:eu-west-1:1:stateMachine:Backfill';
const runs = makeStepFunctionsRunStarter(client, { backfill: BACKFILL_ARN });
const request = firstBackfill({ id: 'c1', generation: 'g1' });

describe('the run starter', () => {
  it('starts an execution by the name of the run', async () => {
    calls.on(StartExecutionCommand).resolves({});
    await runs.start(request);
    expect(calls.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: BACKFILL_ARN,
      name: 'c1_consent-g1',
      input: JSON.stringify(request),
    });
  });

  it('says the execution', async () => {
    calls.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
    expect(await runs.start(request)).toBe('arn:execution');
  });

  it('takes a run that was started already for started', async () => {
    calls.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ $metadata: {}, message: 'exists' }));
    expect(await runs.start(request)).toBe('arn:aws:states:eu-west-1:1:execution:Backfill:c1_consent-g1');
  });

  it('fails when Step Functions fails', async () => {
    calls.on(StartExecutionCommand).rejects(new Error('out of order'));
    await expect(runs.start(request)).rejects.toThrow('out of order');
  });

  it('fails for a kind of run that the function may not start', async () => {
    await expect(runs.start(scheduledSync('c1', NOW))).rejects.toThrow('this function starts no sync');
  });
});

describe('the run stopper', () => {
  const executions = makeStepFunctionsRunStopper(client, ['backfills', 'syncs']);

  it('stops an execution', async () => {
    calls.on(StopExecutionCommand).resolves({});
    await executions.stop('arn:execution');
    expect(calls.commandCalls(StopExecutionCommand)[0]?.args[0].input).toMatchObject({ executionArn: 'arn:execution' });
  });

  it('leaves one that nobody remembers', async () => {
    calls.on(StopExecutionCommand).rejects(new ExecutionDoesNotExist({ $metadata: {}, message: 'gone' }));
    await expect(executions.stop('arn:execution')).resolves.toBeUndefined();
  });

  it("stops all of a connection's executions that run, and no others", async () => {
    const list = (stateMachineArn: string) =>
      calls.on(ListExecutionsCommand, { stateMachineArn, statusFilter: 'RUNNING' });
    const running = (name: string) => ({ name, executionArn: `arn:${name}` }) as ExecutionListItem;
    list('backfills').resolves({ executions: [running('c1_consent-g1'), running('c12_consent-g1')] });
    list('syncs').resolves({ executions: [running('c1_tick-1')] });
    calls.on(StopExecutionCommand).resolves({});
    await executions.stopAll('c1');
    const stopped = calls.commandCalls(StopExecutionCommand).map(({ args: [{ input }] }) => input.executionArn);
    expect(stopped).toEqual(['arn:c1_consent-g1', 'arn:c1_tick-1']);
  });

  it('fails when Step Functions fails', async () => {
    calls.on(StopExecutionCommand).rejects(new Error('out of order'));
    await expect(executions.stop('arn:execution')).rejects.toThrow('out of order');
  });
});
