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

/** All that is stored of a connection besides its record and its secret. */
export interface StoredData {
  /** Deletes the facts, some at a time. @returns after each time how many; ends when there are none. */
  deleteFacts(connectionId: string): AsyncIterable<number>;
  /** Deletes the state of its runs: progress, checkpoints, dead letters, leases. As {@link deleteFacts}. */
  deleteState(connectionId: string): AsyncIterable<number>;
}
