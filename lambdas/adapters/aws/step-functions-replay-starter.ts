import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ReplayStarter } from '../../core/replay/ports';
import { executionArnOf } from './step-functions-run-starter';

/** Starts executions of the state machine that replays. */
export function makeStepFunctionsReplayStarter(client: SFNClient, stateMachineArn: string): ReplayStarter {
  return {
    async start(name, task) {
      const { executionArn } = await client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(task) }),
      );
      return executionArn ?? executionArnOf(stateMachineArn, name);
    },
  };
}
