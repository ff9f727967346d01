import type { Capability, Status } from '../../contract/connection';
import { FACT_KINDS } from '../../contract/fact';
import type { ReportKind, RunRef } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionChange, type ConnectionRecord, isReadable } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { FactStore } from '../facts/ports';
import { remedyFor } from '../zoom/remedies';
import type { CheckpointStore, ProgressStore, SeenUsers, ShardProgress } from './ports';
import { areUsersComplete, reconcileUsers } from './reconcile-users';
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
    const unread = shards.filter(({ state }) => state !== 'done' && state !== 'denied');
    const connection = await connections.find(run.connectionId);
    const startedAt = connection === undefined ? undefined : startOf(connection, run);
    let usersGone = 0;
    let status = connection?.status ?? null;

    if (connection !== undefined && startedAt !== undefined && shards.length > 0) {
      if (isCurrent(connection, run)) {
        if (areUsersComplete(shards)) usersGone = await reconcileUsers(ports, run);
        for (const stream of REPORTS) await moveCheckpoint(run, stream, shards, startedAt);
      }
      const changed = await changeConnection(connections, run.connectionId, (current) =>
        startOf(current, run) === undefined ? undefined : conclusion(current, run, shards, startedAt),
      );
      status = changed?.status ?? null;
    }
    return { status, shards: shards.length, unread: unread.length, usersGone, ...totals(shards) };
  };

  /** A checkpoint moves when everything since the last one has been read, and never back. */
  async function moveCheckpoint(run: RunRef, stream: ReportKind, shards: readonly ShardProgress[], startedAt: string) {
    const own = shards.filter(({ shard }) => shard.stream === stream);
    if (own.length === 0 || own.some(({ state }) => state !== 'done')) return;
    const known = await checkpoints.find(run.connectionId, stream);
    if (run.kind === 'backfill') {
      if (known === undefined) await checkpoints.save(run.connectionId, stream, { readTo: startedAt, asOf: startedAt });
      return;
    }
    const quietTo = new Date(Date.parse(startedAt) - QUIET_MS).toISOString();
    const instants = [known?.readTo, quietTo, ...own.map(({ newest }) => newest)];
    const readTo = instants.reduce<string>((a, b) => (b != null && Date.parse(b) > Date.parse(a) ? b : a), quietTo);
    await checkpoints.save(run.connectionId, stream, { readTo, asOf: startedAt });
  }

  function conclusion(
    current: ConnectionRecord,
    run: RunRef,
    shards: readonly ShardProgress[],
    startedAt: string,
  ): ConnectionChange {
    const at = new Date(clock.now()).toISOString();
    const unread = shards.filter(({ state }) => state !== 'done' && state !== 'denied').length;
    const { facts, calls } = totals(shards);
    const ran: ConnectionChange =
      run.kind === 'backfill' && current.backfill !== null
        ? {
            backfill: {
              ...current.backfill,
              state: isCurrent(current, run) ? (unread === 0 ? 'done' : 'failed') : 'cancelled',
              endedAt: at,
              shardsDone: shards.length - unread,
              facts,
              calls,
            },
          }
        : {
            syncRun: null,
            lastSync: {
              at,
              result: unread === 0 ? 'ok' : unread < shards.length ? 'partial' : 'failed',
              newFacts: facts,
            },
          };
    if (!isCurrent(current, run)) return ran;
    const capabilities = FACT_KINDS.map((stream) => capability(stream, shards, current.capabilities));
    const swept = unread === 0 && shards.some(({ shard }) => shard.stream === 'user') ? { sweptAt: startedAt } : {};
    const lost = lostStreams(current, capabilities);
    return {
      ...ran,
      ...swept,
      capabilities,
      lostStreams: lost,
      ...statusAfter(current, run, unread, shards.length, lost),
    };
  }
}

/** When the run began, if it is the one that the connection knows of. */
function startOf({ backfill, syncRun }: ConnectionRecord, { kind, runId }: RunRef): string | undefined {
  const known = kind === 'backfill' ? backfill : syncRun;
  return known?.runId === runId ? known.startedAt : undefined;
}

/** Whether the run read with the consent that is in force, of a connection that nobody has stopped. */
function isCurrent(connection: ConnectionRecord, { generation }: RunRef): boolean {
  return connection.generation === generation && isReadable(connection);
}

function totals(shards: readonly ShardProgress[]): { facts: number; calls: number } {
  return {
    facts: shards.reduce((sum, { facts }) => sum + facts, 0),
    calls: shards.reduce((sum, { calls }) => sum + calls, 0),
  };
}

function capability(stream: string, shards: readonly ShardProgress[], before: readonly Capability[]): Capability {
  const own = shards.filter(({ shard }) => shard.stream === stream);
  const denied = own.find(({ state }) => state === 'denied')?.denied;
  if (denied != null) {
    return { stream, state: 'unavailable', reason: denied.reason, remedy: remedyFor(denied.cause) };
  }
  if (own.some(({ state }) => state === 'done')) return { stream, state: 'available', reason: null, remedy: null };
  return before.find((known) => known.stream === stream) ?? { stream, state: 'unknown', reason: null, remedy: null };
}

/** The streams that this consent once gave and now does not. */
function lostStreams(current: ConnectionRecord, capabilities: readonly Capability[]): string[] {
  const wasThere = (stream: string) =>
    current.lostStreams.includes(stream) ||
    current.capabilities.some((known) => known.stream === stream && known.state === 'available');
  return capabilities
    .filter(({ stream, state }) => state === 'unavailable' && wasThere(stream))
    .map(({ stream }) => stream);
}

function statusAfter(
  current: ConnectionRecord,
  { kind }: RunRef,
  unread: number,
  total: number,
  lost: readonly string[],
): ConnectionChange {
  if (lost.length > 0) return { status: 'degraded', reason: `No longer allowed to read: ${lost.join(', ')}.` };
  if (unread > 0) {
    const what = kind === 'backfill' ? 'first read' : 'last sync';
    return { status: 'degraded', reason: `${unread} of ${total} parts of the ${what} could not be read.` };
  }
  // a sync alone does not fill what a backfill has left open
  if (kind === 'sync' && current.backfill?.state === 'failed') return {};
  return { status: 'connected', reason: null };
}
