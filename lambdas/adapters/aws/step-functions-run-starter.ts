import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  paginateListExecutions,
} from '@aws-sdk/client-sfn';
import type { RunKind } from '../../contract/workflow';
import { type RunStarter, type RunStopper, executionName, executionPrefix } from '../../core/runs/run-starter';

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

/**
 * Stops executions of the state machines.
 *
 * @param stateMachineArns - those whose executions {@link RunStopper.stopAll} looks for.
 */
export function makeStepFunctionsRunStopper(client: SFNClient, stateMachineArns: readonly string[]): RunStopper {
  async function stop(executionArn: string): Promise<void> {
    try {
      await client.send(new StopExecutionCommand({ executionArn, cause: 'The run is not wanted any more.' }));
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
    }
  }
  return {
    stop,
    async stopAll(connectionId) {
      const prefix = executionPrefix(connectionId);
      for (const stateMachineArn of stateMachineArns) {
        const pages = paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' });
        for await (const { executions = [] } of pages) {
          for (const { name, executionArn } of executions) {
            if (name?.startsWith(prefix) && executionArn !== undefined) await stop(executionArn);
          }
        }
      }
    },
  };
}

/** The ARN of the execution of that name. */
export function executionArnOf(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
