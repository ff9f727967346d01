import type { RunRequest } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionChange, type ConnectionRecord, isReadable } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { ConflictError } from '../errors';
import { openBackfill, stoppedBackfill } from './cancel-backfill';
import type { ProgressStore } from './ports';
import { type RunStarter, type RunStopper, firstBackfill, requestedRun } from './run-starter';

export interface PausePorts {
  readonly connections: ConnectionStore;
  readonly progress: Pick<ProgressStore, 'list'>;
  readonly executions: Pick<RunStopper, 'stopAll'>;
  readonly runs: RunStarter;
  readonly clock: Clock;
}

/**
 * Stops the reading of a connection until it is resumed. It is noted first, where workers look before each page, and then
 * its executions are stopped; progress is kept. Pausing what is paused stops what may still run.
 *
 * @param connection - as it was read.
 * @returns the connection as it now is.
 * @throws ConflictError when it is not being read.
 */
export async function pause(
  { connections, progress, executions, clock }: PausePorts,
  connection: ConnectionRecord,
): Promise<ConnectionRecord | undefined> {
  const { id, backfill } = connection;
  const shards = backfill === null ? [] : await progress.list({ connectionId: id, runId: backfill.runId });
  const paused = await changeConnection(connections, id, (current) => {
    if (current.status === 'paused') return undefined;
    if (!isReadable(current)) throw notRead(current);
    const open = openBackfill(current);
    // one that is not planned yet has nothing to go on with
    const state = open !== undefined && open.shardsTotal > 0 ? 'paused' : 'cancelled';
    const endedAt = new Date(clock.now()).toISOString();
    const stopped = open && stoppedBackfill(open, open.runId === backfill?.runId ? shards : [], state, endedAt);
    return { status: 'paused', reason: null, syncRun: null, ...(stopped && { backfill: stopped }) };
  });
  await executions.stopAll(id);
  return paused;
}

/**
 * Goes on reading: with the backfill that was paused, or a new one where the first read is still to come, otherwise with
 * what came since.
 *
 * @param connection - as it was read.
 * @returns the connection as it now is.
 * @throws ConflictError when it is not paused.
 */
export async function resume(
  { connections, runs, clock }: PausePorts,
  connection: ConnectionRecord,
): Promise<ConnectionRecord | undefined> {
  let run: RunRequest | undefined;
  const resumed = await changeConnection(connections, connection.id, (current) => {
    const next = resumption(current, clock.now());
    run = next.run;
    return next.change;
  });
  if (run !== undefined) await runs.start(run);
  return resumed;
}

/** What a connection is resumed as, and by which run. */
function resumption(current: ConnectionRecord, now: number): { change: ConnectionChange; run: RunRequest } {
  const { id, status, backfill, firstReadAt } = current;
  if (status !== 'paused') throw notPaused(current);
  const isFirst = firstReadAt === null;
  const resumedAt = new Date(now).toISOString();
  // a consent that came while it was paused, or one for which nothing was begun
  if (backfill === null) {
    const run = firstBackfill({ ...current, resumedAt });
    return { change: { status: 'backfilling', reason: null, resumedAt }, run };
  }
  if (backfill.state === 'paused') {
    // the part that was stopped may have begun the next one, which did not come to note itself: its name is used up
    const part = backfill.part + 2;
    return {
      change: {
        status: isFirst ? 'backfilling' : 'connected',
        reason: null,
        resumedAt,
        backfill: { ...backfill, part, state: 'running', executionArn: '', endedAt: null },
      },
      run: { connectionId: id, runId: backfill.runId, kind: 'backfill', part },
    };
  }
  if (!isFirst) return { change: { status: 'connected', reason: null, resumedAt }, run: requestedRun(id, 'sync', now) };
  const reason = 'The first backfill was not completed; start it again: connector backfill ID.';
  return { change: { status: 'degraded', reason, resumedAt }, run: requestedRun(id, 'backfill', now) };
}

/** The run that goes on with a backfill that was resumed and of which no execution has reported yet, if there is one. */
export function resumedBackfill(connection: ConnectionRecord): RunRequest | undefined {
  const { runId, part = 1, state, executionArn } = connection.backfill ?? {};
  if (!isReadable(connection) || state !== 'running' || executionArn !== '' || runId === undefined) return undefined;
  return { connectionId: connection.id, runId, kind: 'backfill', part };
}

function notRead({ status }: ConnectionRecord): ConflictError {
  return new ConflictError(
    `this connection is ${status}: there is nothing to pause`,
    'see how it is: connector status ID',
  );
}

function notPaused({ status }: ConnectionRecord): ConflictError {
  return new ConflictError(`this connection is ${status}, not paused`, 'see how it is: connector status ID');
}
