import { type ExecutionStatus, paginateGetExecutionHistory, paginateListExecutions } from '@aws-sdk/client-sfn';
import { output, stateMachines } from './stack';

/** One execution of a connection's backfills. */
export interface BackfillExecution {
  readonly name: string;
  readonly status: ExecutionStatus;
  /** The kinds of the events of its history, in their order. */
  readonly events: readonly string[];
}

/** The executions of a connection's backfills, the oldest first. */
export async function backfillExecutionsOf(connectionId: string): Promise<BackfillExecution[]> {
  const stateMachineArn = output('BackfillStateMachineArn');
  const found: BackfillExecution[] = [];
  for await (const { executions = [] } of paginateListExecutions({ client: stateMachines }, { stateMachineArn })) {
    for (const { executionArn, name = '', status } of executions) {
      if (!name.startsWith(connectionId) || status === undefined) continue;
      found.unshift({ name, status, events: await eventsOf(executionArn) });
    }
  }
  return found;
}

/** The names of a connection's syncs. */
export async function syncNamesOf(connectionId: string): Promise<string[]> {
  const stateMachineArn = output('SyncStateMachineArn');
  const names: string[] = [];
  for await (const { executions = [] } of paginateListExecutions({ client: stateMachines }, { stateMachineArn })) {
    names.push(...executions.map(({ name = '' }) => name).filter((name) => name.startsWith(`${connectionId}_`)));
  }
  return names;
}

async function eventsOf(executionArn: string | undefined): Promise<string[]> {
  const events: string[] = [];
  for await (const page of paginateGetExecutionHistory({ client: stateMachines }, { executionArn })) {
    events.push(...(page.events ?? []).map(({ type }) => String(type)));
  }
  return events;
}
