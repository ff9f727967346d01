import type { DisconnectTask } from '../../contract/workflow';

/** Starts executions of the workflow that disconnects a connection. */
export interface DisconnectStarter {
  /**
   * Starts the execution of this attempt. One that was started already is left alone.
   *
   * @returns its ARN, and whether it is over: an attempt is started once.
   */
  start(task: DisconnectTask): Promise<{ readonly executionArn: string; readonly isOver: boolean }>;
}
