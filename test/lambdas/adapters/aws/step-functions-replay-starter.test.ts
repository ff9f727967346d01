import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeStepFunctionsReplayStarter } from '../../../../lambdas/adapters/aws/step-functions-replay-starter';
import { ReplayTaskPayload } from '../../../../lambdas/runtime/payloads';

it('a replay is started as its step takes it', async () => {
  const client = new SFNClient({});
  const calls = mockClient(client);
  const stateMachineArn = 'arn:aws:states:eu:1:stateMachine:Replay';
  const executionArn = 'arn:aws:states:eu:1:execution:Replay:replay-1';
  calls.on(StartExecutionCommand).resolves({ executionArn });
  const task = {
    from: '2026-10-11',
    to: '2026-10-12',
    kinds: ['user'] as const,
    connectionId: null,
    sent: 0,
    tooLarge: 0,
    cursor: null,
  };
  await expect(makeStepFunctionsReplayStarter(client, stateMachineArn).start('replay-1', task)).resolves.toBe(
    executionArn,
  );
  const { input = '', ...rest } = calls.commandCalls(StartExecutionCommand)[0]?.args[0].input ?? {};
  expect(rest).toEqual({ stateMachineArn, name: 'replay-1' });
  expect(ReplayTaskPayload.parse(JSON.parse(input))).toEqual(task);
});
