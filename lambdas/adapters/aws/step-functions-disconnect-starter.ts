import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { DisconnectTask } from '../../contract/workflow';
import type { DisconnectStarter } from '../../core/disconnect/ports';
import { compactInstant, executionPrefix } from '../../core/runs/run-starter';
import { executionArnOf } from './step-functions-run-starter';

/** Starts executions of the state machine that disconnects, each attempt under a name of its own. */
export function makeStepFunctionsDisconnectStarter(client: SFNClient, stateMachineArn: string): DisconnectStarter {
  return {
    async start(task) {
      const name = nameOf(task);
      const executionArn = executionArnOf(stateMachineArn, name);
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(task) }));
        return { executionArn, isOver: false };
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return { executionArn, isOver: status !== 'RUNNING' };
      }
    },
  };
}

/** For example `3ddaebf52dd13c4c_disconnect-20261123T134559123Z-1`. */
function nameOf({ connectionId, requestedAt, attempt }: DisconnectTask): string {
  return `${executionPrefix(connectionId)}disconnect-${compactInstant(Date.parse(requestedAt))}-${attempt}`;
}
