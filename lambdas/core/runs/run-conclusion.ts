import type { Capability } from '../../contract/connection';
import { FACT_KINDS } from '../../contract/fact';
import type { RunRef } from '../../contract/workflow';
import { type ConnectionChange, type ConnectionRecord, isReadable } from '../connections/connection-record';
import { remedyFor } from '../zoom/remedies';
import type { ShardProgress } from './ports';

/** When the run began, if it is the one that the connection knows of. */
export function startOf({ backfill, syncRun }: ConnectionRecord, { kind, runId }: RunRef): string | undefined {
  const known = kind === 'backfill' ? backfill : syncRun;
  return known?.runId === runId ? known.startedAt : undefined;
}

/** Whether the run read with the consent that is in force, of a connection that nobody has stopped. */
export function isCurrent(connection: ConnectionRecord, { generation }: RunRef): boolean {
  return connection.generation === generation && isReadable(connection);
}

/** What the shards of a run come to. `unread` are those that were not read to their end. */
export function totalsOf(shards: readonly ShardProgress[]): { unread: number; facts: number; calls: number } {
  return {
    unread: shards.filter(({ state }) => state !== 'done' && state !== 'denied').length,
    facts: shards.reduce((sum, { facts }) => sum + facts, 0),
    calls: shards.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** What a run that has ended changes on its connection, at `now` (epoch ms). */
export function conclusionOf(
  current: ConnectionRecord,
  run: RunRef,
  shards: readonly ShardProgress[],
  now: number,
): ConnectionChange {
  const ended = endOf(current, run, shards, new Date(now).toISOString());
  if (!isCurrent(current, run)) return ended;
  const capabilities = FACT_KINDS.map((stream) => capabilityOf(stream, shards, current.capabilities));
  const learnt = { ...ended, ...completedBy(current, run, shards), capabilities };
  const next = { ...current, ...learnt, lostStreams: lostStreams(current, capabilities) };
  return { ...learnt, lostStreams: next.lostStreams, ...statusOf(next, run, shards) };
}

function endOf(current: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[], at: string): ConnectionChange {
  const { unread, facts, calls } = totalsOf(shards);
  if (run.kind === 'sync' || current.backfill === null) {
    const result = unread === 0 ? 'ok' : unread < shards.length ? 'partial' : 'failed';
    return { syncRun: null, lastSync: { at, result, newFacts: facts } };
  }
  const state = !isCurrent(current, run) ? 'cancelled' : unread === 0 ? 'done' : 'failed';
  const shardsDone = shards.length - unread;
  return { backfill: { ...current.backfill, state, endedAt: at, shardsDone, facts, calls } };
}

/** Notes that the first read, or a sweep, is complete. A backfill of another range than the usual is neither. */
function completedBy(current: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[]): ConnectionChange {
  const startedAt = startOf(current, run);
  const hasUsers = shards.some(({ shard }) => shard.stream === 'user');
  if (startedAt === undefined || totalsOf(shards).unread > 0 || !hasUsers) return {};
  if (run.kind === 'sync') return { sweptAt: startedAt };
  if (current.backfill?.isOfRange) return {};
  return { sweptAt: startedAt, firstReadAt: current.firstReadAt ?? startedAt };
}

function capabilityOf(stream: string, shards: readonly ShardProgress[], before: readonly Capability[]): Capability {
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

function statusOf(next: ConnectionRecord, { kind }: RunRef, shards: readonly ShardProgress[]): ConnectionChange {
  const { unread } = totalsOf(shards);
  if (next.lostStreams.length > 0) {
    return { status: 'degraded', reason: `No longer allowed to read: ${next.lostStreams.join(', ')}.` };
  }
  if (unread > 0) {
    const reason = `${unread} of ${shards.length} parts of the last ${kind} could not be read.`;
    return { status: 'degraded', reason };
  }
  if (next.firstReadAt === null) {
    const reason = 'The first backfill was not completed; start it again: connector backfill ID.';
    return { status: 'degraded', reason };
  }
  // a sync does not fill what a later backfill has left open
  if (kind === 'sync' && next.backfill?.state === 'failed') return {};
  return { status: 'connected', reason: null };
}
