import type { Status } from '../../contract/connection';
import type { ReportKind, RunRef } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionRecord } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { FactStore } from '../facts/ports';
import type { CheckpointStore, ProgressStore, SeenUsers, ShardProgress } from './ports';
import { areUsersComplete, reconcileUsers } from './reconcile-users';
import { conclusionOf, isCurrent, startOf, totalsOf } from './run-conclusion';
import { REPORTS } from './shards';

export interface FinishRunPorts {
  readonly connections: ConnectionStore;
  readonly checkpoints: CheckpointStore;
  readonly progress: ProgressStore;
  readonly seenUsers: SeenUsers;
  readonly facts: FactStore;
  readonly clock: Clock;
}

/** What a run came to, for the log. */
export interface RunSummary {
  readonly status: Status | null;
  readonly shards: number;
  readonly unread: number;
  readonly facts: number;
  readonly calls: number;
  readonly usersGone: number;
}

/** Lists of users say who is gone for so long; a run that took longer leaves that to the next daily sweep. */
const LISTS_LAST_MS = 24 * 60 * 60 * 1000;
/** A quiet report is taken as read to this long before the run: rows that are later still are the daily sweep's. */
const QUIET_MS = 24 * 60 * 60 * 1000;

/**
 * Draws the conclusions of a run: who is gone, how far each report is read, what the grant covers, and what the
 * connection's status is. May be repeated; of a run that is not the connection's (any more) nothing is concluded.
 */
export function makeFinishRun(ports: FinishRunPorts) {
  const { connections, checkpoints, progress, clock } = ports;

  return async function finishRun(run: RunRef): Promise<RunSummary> {
    const shards = await progress.list(run);
    const connection = await connections.find(run.connectionId);
    const startedAt = connection === undefined ? undefined : startOf(connection, run);
    let usersGone = 0;
    let status = connection?.status ?? null;

    if (connection !== undefined && startedAt !== undefined && shards.length > 0) {
      if (isCurrent(connection, run)) {
        const isFresh = clock.now() - Date.parse(startedAt) < LISTS_LAST_MS;
        if (isFresh && areUsersComplete(shards)) usersGone = await reconcileUsers(ports, run);
        for (const stream of REPORTS) await moveCheckpoint(connection, run, stream, shards, startedAt);
      }
      const changed = await changeConnection(connections, run.connectionId, (current) =>
        startOf(current, run) === undefined ? undefined : conclusionOf(current, run, shards, clock.now()),
      );
      status = changed?.status ?? null;
    }
    return { status, shards: shards.length, usersGone, ...totalsOf(shards) };
  };

  /** A checkpoint moves when everything since the last one has been read, and never back. */
  async function moveCheckpoint(
    { backfill }: ConnectionRecord,
    run: RunRef,
    stream: ReportKind,
    shards: readonly ShardProgress[],
    startedAt: string,
  ): Promise<void> {
    const own = shards.filter(({ shard }) => shard.stream === stream);
    if (own.length === 0 || own.some(({ state }) => state !== 'done')) return;
    const known = await checkpoints.find(run.connectionId, stream);
    if (run.kind === 'backfill') {
      const readsAll = backfill?.isOfRange === false;
      const checkpoint = { readTo: startedAt, asOf: startedAt };
      if (known === undefined && readsAll) await checkpoints.save(run.connectionId, stream, checkpoint);
      return;
    }
    const quietTo = new Date(Date.parse(startedAt) - QUIET_MS).toISOString();
    const instants = [known?.readTo, quietTo, ...own.map(({ newest }) => newest)];
    const readTo = instants.reduce<string>((a, b) => (b != null && Date.parse(b) > Date.parse(a) ? b : a), quietTo);
    await checkpoints.save(run.connectionId, stream, { readTo, asOf: startedAt });
  }
}
