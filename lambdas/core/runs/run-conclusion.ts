import type { Capability } from '../../contract/connection';
import { FACT_KINDS } from '../../contract/fact';
import { type RunKind, type RunRef, USER_STATUSES } from '../../contract/workflow';
import {
  type ConnectionChange,
  type ConnectionRecord,
  type StreamReading,
  isEarlierPart,
  isReadable,
} from '../connections/connection-record';
import { readingOf, readingsWith, unreadReason, withRange } from '../connections/freshness';
import { latest, utcDate } from '../dates';
import { type ReadLetter, gapReason, isForgotten } from '../dead-letters/dead-letter';
import type { Denied } from '../zoom/ports';
import { remedyFor } from '../zoom/remedies';
import type { ShardProgress } from './ports';
import { isMissing } from './shard-progress';

/** When the run began, if it is the one that the connection knows of, and no later execution of it goes on. */
export function startOf(connection: ConnectionRecord, run: RunRef): string | undefined {
  const known = run.kind === 'backfill' ? connection.backfill : connection.syncRun;
  return known?.runId === run.runId && !isEarlierPart(connection, run) ? known.startedAt : undefined;
}

/** Whether the run read with the consent that is in force, of a connection that nobody has stopped. */
export function isCurrent(connection: ConnectionRecord, { generation }: RunRef): boolean {
  return connection.generation === generation && isReadable(connection);
}

/** What the shards of a run come to. `unread` are those that were not read to their end, and not denied. */
export function totalsOf(shards: readonly ShardProgress[]): { unread: number; facts: number; calls: number } {
  return {
    unread: shards.filter(isUnread).length,
    facts: shards.reduce((sum, { facts }) => sum + facts, 0),
    calls: shards.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** Whether the sync swept: nothing else has it read the date on which it began whole. */
function hasSwept(shards: readonly ShardProgress[], startedAt: string): boolean {
  const today = utcDate(Date.parse(startedAt));
  return shards.some(({ shard }) => shard.stream !== 'user' && shard.floor === null && shard.to >= today);
}

/** Whether the next sync reads again what this shard did not: since the checkpoint, which stays where it is. */
export function isLeftToNextSync({ shard }: ShardProgress): boolean {
  return shard.stream !== 'user' && shard.floor !== null;
}

/** Whether the shard was not read to its end, and Zoom did not deny it. */
export function isUnread({ state }: ShardProgress): boolean {
  return state !== 'done' && state !== 'denied';
}

/** Whether an operator stopped the backfill before it had read everything: then it leaves nothing behind. */
export function wasCancelled({ backfill }: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[]): boolean {
  return run.kind === 'backfill' && backfill?.state === 'cancelled' && shards.some(isUnread);
}

/** The shards for whose reading no letter stands: with these alone the run's end is told. */
export function withoutLetters(shards: readonly ShardProgress[], gaps: readonly ReadLetter[]): ShardProgress[] {
  const held = new Set(gaps.map(({ shard }) => shard.id));
  return shards.filter((progress) => !(isMissing(progress) && held.has(progress.shard.id)));
}

/**
 * What a run that has ended changes on its connection, at `now` (epoch ms).
 *
 * @param gaps - what is missing of the connection, by this run or another.
 */
export function conclusionOf(
  current: ConnectionRecord,
  run: RunRef,
  shards: readonly ShardProgress[],
  gaps: readonly ReadLetter[],
  now: number,
): ConnectionChange {
  const ended = endOf(current, run, shards, new Date(now).toISOString());
  if (!isCurrent(current, run) || wasCancelled(current, run, shards)) return ended;
  const open = withoutLetters(shards, gaps);
  const [lost, fillable] = [gaps.filter((gap) => isForgotten(gap, now)), gaps.filter((gap) => !isForgotten(gap, now))];
  const learnt = {
    ...ended,
    ...completedBy(current, run, shards, open),
    ...usersReadBy(current, run, shards),
    ...grantSeenBy(current, run, shards),
    ...capabilitiesAfter(current, shards),
    freshness: readingsWith(current, (reading) => withLost(readingAfter(reading, current, run, shards), lost)),
  };
  return { ...learnt, ...statusOf({ ...current, ...learnt }, open, fillable) };
}

/** What the connection can read, once Zoom has denied a stream of it: `denied`, by stream. */
export function afterDenial(current: ConnectionRecord, denied: ReadonlyMap<string, Denied>): ConnectionChange {
  return withCapabilities(current, (stream) => {
    const refusal = denied.get(stream);
    return refusal && unavailable(stream, refusal);
  });
}

/** The reason that a connection has from a run that broke off, until another comes to its end. */
export function brokeOff(kind: RunKind): string {
  return `The last ${kind} broke off; its execution says why.`;
}

function endOf(current: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[], at: string): ConnectionChange {
  const { unread, facts, calls } = totalsOf(shards);
  if (run.kind === 'sync' || current.backfill === null) {
    const result = unread === 0 ? 'ok' : unread < shards.length ? 'partial' : 'failed';
    return { syncRun: null, lastSync: { at, result, newFacts: facts } };
  }
  // it goes on when the connection is resumed
  if (current.backfill.state === 'paused') return {};
  // what it could not read has letters, so it is over; one that failed has drawn no conclusions
  const state = !isCurrent(current, run) || wasCancelled(current, run, shards) ? 'cancelled' : 'done';
  const shardsDone = shards.filter((progress) => !isMissing(progress)).length;
  return { backfill: { ...current.backfill, state, endedAt: at, shardsDone, facts, calls } };
}

/**
 * Notes that the first read, or a sweep, is complete, but for what letters stand for. A backfill of another range than
 * the usual is neither.
 */
function completedBy(
  current: ConnectionRecord,
  run: RunRef,
  shards: readonly ShardProgress[],
  open: readonly ShardProgress[],
): ConnectionChange {
  const startedAt = startOf(current, run);
  if (startedAt === undefined) return {};
  const missing = open.filter(isUnread);
  if (run.kind === 'sync') {
    return hasSwept(shards, startedAt) && missing.every(isLeftToNextSync) ? { sweptAt: startedAt } : {};
  }
  if (missing.length > 0) return {};
  if (current.backfill?.isOfRange) return {};
  // a later one reads only some days, and so is no sweep: the next sweep goes on from the last
  const sweptAt = current.sweptAt ?? current.connectedAt ?? startedAt;
  return { sweptAt, firstReadAt: current.firstReadAt ?? startedAt };
}

/** Forgets a change of users that came before the run, when the run has read all of them. Later ones are for the next. */
function usersReadBy(current: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[]): ConnectionChange {
  const users = shards.filter(({ shard }) => shard.stream === 'user');
  const startedAt = startOf(current, run);
  const { usersChangedAt } = current;
  if (users.length < USER_STATUSES.length || users.some(isUnread)) return {};
  if (startedAt === undefined || usersChangedAt == null) return {};
  return Date.parse(usersChangedAt) <= Date.parse(startedAt) ? { usersChangedAt: null } : {};
}

/** Forgets that the app was removed, when the run began later and read something to its end: the grant is alive. */
function grantSeenBy(current: ConnectionRecord, run: RunRef, shards: readonly ShardProgress[]): ConnectionChange {
  const startedAt = startOf(current, run);
  const { deauthorizedAt } = current;
  if (startedAt === undefined || deauthorizedAt == null || !shards.some(({ state }) => state === 'done')) return {};
  return Date.parse(deauthorizedAt) < Date.parse(startedAt) ? { deauthorizedAt: null } : {};
}

/** How far a stream is read when the run has ended. */
function readingAfter(
  known: StreamReading,
  current: ConnectionRecord,
  run: RunRef,
  shards: readonly ShardProgress[],
): StreamReading {
  const own = shards.filter(({ shard }) => shard.stream === known.stream);
  const newest = latest(known.newest, ...own.map(({ newestSoFar }) => newestSoFar));
  if (hasReadAll(known, current, run, own)) {
    return { ...known, newest, readAt: latest(known.readAt, startOf(current, run)), problem: null };
  }
  const unread = own.filter(isUnread);
  const problem = unread.length === 0 ? known.problem : (problemOf(unread) ?? 'the reader broke off before its end');
  return { ...known, newest, problem };
}

/** With the dates that nobody can read any more of the gaps of the stream. */
function withLost(reading: StreamReading, gaps: readonly ReadLetter[]): StreamReading {
  return gaps.reduce(
    (known, { shard }) =>
      shard.stream === 'user' || shard.stream !== known.stream
        ? known
        : { ...known, lost: withRange(known.lost, { from: shard.from, to: shard.to }) },
    reading,
  );
}

/** The last fault that one of these shards has met and has not got past. */
export function problemOf(shards: readonly ShardProgress[]): string | null {
  return shards.find(({ problem }) => problem !== null)?.problem ?? null;
}

/** Whether the run has read all that Zoom showed of a stream since it was read last; `own` are its shards of it. */
function hasReadAll(
  { stream, readAt }: StreamReading,
  { backfill }: ConnectionRecord,
  { kind }: RunRef,
  own: readonly ShardProgress[],
): boolean {
  const isDone = ({ state }: ShardProgress) => state === 'done';
  if (stream === 'user') return own.length === USER_STATUSES.length && own.every(isDone);
  if (kind === 'sync') {
    const increments = own.filter(isLeftToNextSync);
    return increments.length > 0 && increments.every(isDone) && datesBefore(increments, own, readAt).every(isDone);
  }
  const from = own.flatMap(({ shard }) => (shard.stream === 'user' ? [] : [shard.from])).sort()[0];
  const joinsUp = from !== undefined && (readAt === null || from <= utcDate(Date.parse(readAt)));
  return backfill?.isOfRange === false && joinsUp && own.every(isDone);
}

/** The whole dates before a sync's increments that were not read before; what a sweep reads besides is for late rows. */
function datesBefore(
  increments: readonly ShardProgress[],
  own: readonly ShardProgress[],
  readAt: string | null,
): ShardProgress[] {
  const firstOf = ({ shard }: ShardProgress) => (shard.stream === 'user' ? '' : shard.from);
  const end = increments.map(firstOf).sort()[0] ?? '';
  const begin = readAt === null ? '' : utcDate(Date.parse(readAt));
  return own.filter((progress) => firstOf(progress) >= begin && firstOf(progress) < end);
}

function capabilitiesAfter(current: ConnectionRecord, shards: readonly ShardProgress[]) {
  return withCapabilities(current, (stream) => {
    const own = shards.filter(({ shard }) => shard.stream === stream);
    const denied = own.find(({ state }) => state === 'denied')?.denied;
    if (denied != null) return unavailable(stream, denied);
    return own.some(({ state }) => state === 'done')
      ? { stream, state: 'available', reason: null, remedy: null }
      : undefined;
  });
}

/** @param learnt - what is known of a stream now; `undefined` leaves it as it was. */
function withCapabilities(
  current: ConnectionRecord,
  learnt: (stream: string) => Capability | undefined,
): Pick<ConnectionRecord, 'capabilities' | 'lostStreams'> {
  const capabilities = FACT_KINDS.map(
    (stream): Capability =>
      learnt(stream) ??
      current.capabilities.find((known) => known.stream === stream) ?? {
        stream,
        state: 'unknown',
        reason: null,
        remedy: null,
      },
  );
  return { capabilities, lostStreams: lostStreams(current, capabilities) };
}

function unavailable(stream: string, { cause, reason }: Denied): Capability {
  return { stream, state: 'unavailable', reason, remedy: remedyFor(cause) };
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

function statusOf(
  next: ConnectionRecord,
  open: readonly ShardProgress[],
  gaps: readonly ReadLetter[],
): ConnectionChange {
  const reason = degradation(next, open, gaps);
  return reason === undefined ? { status: 'connected', reason: null } : { status: 'degraded', reason };
}

/**
 * Why a connection is not all that it could be, the gravest first. What falls behind because no run comes to its end is noted
 * by the schedule.
 */
function degradation(
  next: ConnectionRecord,
  open: readonly ShardProgress[],
  gaps: readonly ReadLetter[],
): string | undefined {
  const { lostStreams, capabilities, firstReadAt, backfill } = next;
  if (lostStreams.length > 0) return `No longer allowed to read: ${lostStreams.join(', ')}.`;
  const denied = capabilities.filter(({ state }) => state === 'unavailable');
  if (denied.length === FACT_KINDS.length) {
    return `Zoom allows nothing of what is to be read: ${denied[0]?.reason} ${denied[0]?.remedy}`;
  }
  // what the grant does not cover is a capability, and no gap
  const missing = gaps.filter(({ shard }) => !denied.some(({ stream }) => stream === shard.stream));
  if (missing.length > 0) return gapReason(missing);
  const unread = new Set(open.filter(isUnread).map(({ shard }) => shard.stream));
  if (unread.size > 0) return unreadReason([...unread].map((stream) => readingOf(next, stream)));
  if (firstReadAt === null) return 'The first backfill was not completed; start it again: connector backfill ID.';
  // a sync does not fill what a backfill has left open that drew no conclusions
  return backfill?.state === 'failed' ? brokeOff('backfill') : undefined;
}
