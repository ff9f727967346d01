import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { RunKind } from '../../contract/workflow';
import { type RunStarter, type RunStopper, executionName } from '../../core/runs/run-starter';

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

/** Stops executions of either state machine. */
export function makeStepFunctionsRunStopper(client: SFNClient): RunStopper {
  return {
    async stop(executionArn) {
      try {
        await client.send(new StopExecutionCommand({ executionArn, cause: 'An operator has cancelled the run.' }));
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}

function executionArnOf(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
