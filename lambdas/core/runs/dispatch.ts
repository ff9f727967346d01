import type { RunRequest } from '../../contract/workflow';
import { type ConnectionRecord, hasIdleGrant } from '../connections/connection-record';
import type { ConnectionViews } from '../connections/connection-views';
import { type BeginDisconnectPorts, beginDisconnect, continueDisconnect } from '../disconnect/begin-disconnect';
import { isDeauthorized } from '../disconnect/deauthorized';
import { resumedBackfill } from './pause';
import { type RunStarter, firstBackfill, scheduledSync, weeklyKeepAlive } from './run-starter';

export interface DispatchPorts extends BeginDisconnectPorts {
  readonly views: Pick<ConnectionViews, 'of'>;
  readonly runs: RunStarter;
  readonly log: {
    failed(connectionId: string, error: unknown): void;
    /** @param why - in plain words. */
    overdue(connectionId: string, why: string): void;
  };
}

/**
 * Starts what each connection is due at a tick of the schedule (`now` in epoch ms): a sync once its backfill has ended,
 * the backfill that its consent, or somebody who resumed it, should have started and did not, or once a week a run that keeps
 * an idle grant alive. Disconnects what has removed the app, takes a disconnect up again that broke off, and tells of
 * backfills that take long. One connection that fails does not keep others.
 *
 * @returns how many runs were started, how many connections failed, and how many have a backfill that is overdue.
 */
export async function dispatch(ports: DispatchPorts, now: number) {
  const { connections, views, runs, log } = ports;
  const counts = { started: 0, failed: 0, overdue: 0 };
  for await (const connection of connections.list()) {
    try {
      if (isDeauthorized(connection, now)) {
        await beginDisconnect(ports, connection.id, { cause: 'deauthorized', keepFacts: false });
        continue;
      }
      const due = dueRun(connection, now);
      if (due !== undefined) {
        await runs.start(due);
        counts.started++;
      }
      await continueDisconnect(ports, connection);
      const why = isBackfilling(connection) ? (await views.of(connection)).backfill?.overdue : undefined;
      if (why != null) {
        log.overdue(connection.id, why);
        counts.overdue++;
      }
    } catch (error) {
      log.failed(connection.id, error);
      counts.failed++;
    }
  }
  return counts;
}

function isBackfilling({ status, backfill }: ConnectionRecord): boolean {
  return status === 'backfilling' || backfill?.state === 'running';
}

/** The run that a connection is due at `now` (epoch ms), if any. */
export function dueRun(connection: ConnectionRecord, now: number): RunRequest | undefined {
  const { id, status, backfill, generation } = connection;
  if (status === 'connected' || status === 'degraded') return scheduledSync(id, now);
  if (status === 'backfilling' && backfill === null && generation !== null) return firstBackfill(id, generation);
  if (hasIdleGrant(connection)) return weeklyKeepAlive(id, now);
  return resumedBackfill(connection);
}
