import type { RunRequest } from '../../contract/workflow';
import type { ConnectionRecord } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { type RunStarter, firstBackfill, scheduledSync } from './run-starter';

export interface DispatchPorts {
  readonly connections: ConnectionStore;
  readonly runs: RunStarter;
  readonly log: { startFailed(connectionId: string, error: unknown): void };
}

/**
 * Starts what each connection is due at a tick of the schedule (`now` in epoch ms): a sync once its backfill has ended,
 * or the backfill that its consent should have started and did not. One connection that fails does not keep others.
 *
 * @returns how many runs were started, and how many could not be.
 */
export async function dispatch({ connections, runs, log }: DispatchPorts, now: number) {
  let started = 0;
  let failed = 0;
  for await (const connection of connections.list()) {
    const due = dueRun(connection, now);
    if (due === undefined) continue;
    try {
      await runs.start(due);
      started++;
    } catch (error) {
      failed++;
      log.startFailed(connection.id, error);
    }
  }
  return { started, failed };
}

/** The run that a connection is due at `now` (epoch ms), if any. */
export function dueRun({ id, status, backfill, generation }: ConnectionRecord, now: number): RunRequest | undefined {
  if (status === 'connected' || status === 'degraded') return scheduledSync(id, now);
  if (status === 'backfilling' && backfill === null && generation !== null) return firstBackfill(id, generation);
  return undefined;
}
