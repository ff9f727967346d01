import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeStepFunctionsDisconnectStarter } from '../../../../lambdas/adapters/aws/step-functions-disconnect-starter';
import { instant } from '../../../support/clock';

const client = new SFNClient({});
const calls = mockClient(client);
beforeEach(() => void calls.reset());

const starter = makeStepFunctionsDisconnectStarter(client, 'arn:aws:states:eu:1:stateMachine:Disconnect');
const task = { connectionId: 'c1', requestedAt: instant(), attempt: 2 };
const executionArn = 'arn:aws:states:eu:1:execution:Disconnect:c1_disconnect-20261012T081500000Z-2';

describe('the disconnect starter', () => {
  it('starts an execution that is named by the attempt', async () => {
    calls.on(StartExecutionCommand).resolves({});
    await expect(starter.start(task)).resolves.toEqual({ executionArn, isOver: false });
    expect(calls.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: 'arn:aws:states:eu:1:stateMachine:Disconnect',
      name: 'c1_disconnect-20261012T081500000Z-2',
      input: JSON.stringify(task),
    });
  });

  it.each([
    ['RUNNING', false],
    ['ABORTED', true],
    ['FAILED', true],
    ['TIMED_OUT', true],
    ['SUCCEEDED', true],
  ] as const)('says of one that was started before whether it is over: %s', async (status, isOver) => {
    calls.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ $metadata: {}, message: 'exists' }));
    calls.on(DescribeExecutionCommand, { executionArn }).resolves({ status });
    await expect(starter.start(task)).resolves.toEqual({ executionArn, isOver });
  });

  it('fails when Step Functions fails', async () => {
    calls.on(StartExecutionCommand).rejects(new Error('out of order'));
    await expect(starter.start(task)).rejects.toThrow('out of order');
  });
});
