import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type BackfillRecord, type ConnectionRecord, awaitsFirstBackfill } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { ConflictError } from '../errors';
import type { ProgressStore, ShardProgress } from './ports';
import { type RunStopper, firstBackfill } from './run-starter';
import { isMissing } from './shard-progress';

export interface CancelBackfillPorts {
  readonly connections: ConnectionStore;
  readonly progress: Pick<ProgressStore, 'list'>;
  readonly executions: RunStopper;
  readonly clock: Clock;
}

/**
 * Ends the backfill that runs. It is noted on the connection first, where its workers look before each page, and then its
 * execution is stopped. What was read is kept. A connection that this leaves without a first read has syncs that begin
 * where the backfill began: what was there before is the next backfill's.
 *
 * @param connection - as it was read. When somebody else ends that backfill meanwhile, this is refused.
 * @returns the connection as it now is.
 * @throws ConflictError when no backfill runs.
 */
export async function cancelBackfill(
  { connections, progress, executions, clock }: CancelBackfillPorts,
  connection: ConnectionRecord,
): Promise<ConnectionRecord | undefined> {
  const { id } = connection;
  const { runId } = runningBackfill(connection);
  const shards = await progress.list({ connectionId: id, runId });
  const endedAt = new Date(clock.now()).toISOString();
  const cancelled = await changeConnection(connections, id, (current) => {
    const running = runningBackfill(current);
    if (running.runId !== runId) throw nothingRuns();
    const backfill = stoppedBackfill(running, shards, 'cancelled', endedAt);
    if (current.status !== 'backfilling') return { backfill };
    const reason = 'The first backfill was cancelled; start it again: connector backfill ID.';
    return { backfill, status: 'degraded', reason };
  });
  const executionArn = cancelled?.backfill?.executionArn ?? '';
  if (executionArn !== '') await executions.stop(executionArn);
  return cancelled;
}

/** The backfill as it is once it is stopped: what it has come to, by its shards. */
export function stoppedBackfill(
  backfill: BackfillRecord,
  shards: readonly ShardProgress[],
  state: 'cancelled' | 'paused',
  endedAt: string,
): BackfillRecord {
  const counts = {
    shardsDone: shards.filter((progress) => !isMissing(progress)).length,
    facts: shards.reduce((sum, { facts }) => sum + facts, 0),
    calls: shards.reduce((sum, { calls }) => sum + calls, 0),
  };
  return { ...backfill, ...counts, state, endedAt };
}

/** The backfill that runs. @throws ConflictError when none does. */
function runningBackfill(connection: ConnectionRecord): BackfillRecord {
  const running = openBackfill(connection);
  if (running === undefined) throw nothingRuns();
  return running;
}

/** The backfill that runs, if any; one that follows a consent and is not planned yet is named, so that it is never planned. */
export function openBackfill(connection: ConnectionRecord): BackfillRecord | undefined {
  const { backfill, connectedAt, createdAt } = connection;
  if (backfill?.state === 'running') return backfill;
  if (!awaitsFirstBackfill(connection)) return undefined;
  return {
    runId: firstBackfill(connection).runId,
    part: 1,
    executionArn: '',
    isOfRange: false,
    state: 'running',
    startedAt: connectedAt ?? createdAt,
    endedAt: null,
    shardsDone: 0,
    shardsTotal: 0,
    facts: 0,
    calls: 0,
  };
}

function nothingRuns(): ConflictError {
  return new ConflictError('no backfill of this connection is running', 'see how it is: connector status ID');
}
