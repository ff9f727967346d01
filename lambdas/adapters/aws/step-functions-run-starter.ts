import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { RunKind } from '../../contract/workflow';
import { type RunStarter, executionName } from '../../core/runs/run-starter';

/** Starts executions of the state machine of each kind of run. */
export function makeStepFunctionsRunStarter(
  client: SFNClient,
  stateMachineArns: Readonly<Partial<Record<RunKind, string>>>,
): RunStarter {
  return {
    async start(request) {
      const stateMachineArn = stateMachineArns[request.kind];
      if (stateMachineArn === undefined) throw new Error(`this function starts no ${request.kind}`);
      const name = executionName(request);
      try {
        const { executionArn } = await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(request) }),
        );
        return executionArn ?? executionArnOf(stateMachineArn, name);
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return executionArnOf(stateMachineArn, name);
        throw error;
      }
    },
  };
}

function executionArnOf(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
