import type { DateRange, Freshness } from '../../contract/connection';
import { FACT_KINDS, type FactKind, KIND_WORDS } from '../../contract/fact';
import { DAY_MS, latest } from '../dates';
import { addDays } from '../runs/shards';
import type { ConnectionRecord, StreamReading } from './connection-record';

const HOUR_MS = 60 * 60 * 1000;
/** Ticks of the schedule without a reading, after which a report is behind; an hour at least, for Zoom has its hiccups. */
const TICKS = 4;
/** Users are read once a day, and so they are late by half a day more. */
const USERS_MS = DAY_MS + 12 * HOUR_MS;

/** How far a kind of fact is read: what is known of it, or that nothing is. */
export function readingOf({ freshness }: Pick<ConnectionRecord, 'freshness'>, stream: FactKind): StreamReading {
  const unknown = { stream, newest: null, readAt: null, problem: null, lost: [] };
  return freshness.find((known) => known.stream === stream) ?? unknown;
}

/** How far all kinds of facts are read, each with its change. */
export function readingsWith(
  record: ConnectionRecord,
  change: (reading: StreamReading) => StreamReading,
): readonly StreamReading[] {
  return FACT_KINDS.map((stream) => change(readingOf(record, stream)));
}

/** How far each kind of fact is read at `now` (epoch ms), as people and programs see it. */
export function freshnessOf(record: ConnectionRecord, everyMinutes: number, now: number): Freshness[] {
  const { connectedAt, status } = record;
  if (connectedAt === null || status === 'disconnected') return [];
  const behind = new Set(streamsBehind(record, everyMinutes, now));
  return FACT_KINDS.map((stream) => ({ ...readingOf(record, stream), behind: behind.has(stream) }));
}

/**
 * The streams that should have been read lately, and were not, at `now` (epoch ms). None of a connection that syncs do not
 * read, or whose first read is not complete: those have a word of their own for it.
 *
 * @param everyMinutes - from one tick of the schedule to the next.
 */
export function streamsBehind(record: ConnectionRecord, everyMinutes: number, now: number): FactKind[] {
  return awaitedStreams(record).filter(
    (stream) => now - awaitedSince(record, stream) > mostMs(stream, everyMinutes * 60_000),
  );
}

/** Seconds since each stream that syncs read was read last, at `now` (epoch ms). */
export function readAges(record: ConnectionRecord, now: number): ReadonlyMap<FactKind, number> {
  return new Map(
    awaitedStreams(record).map((stream) => {
      const { readAt } = readingOf(record, stream);
      const since = readAt === null ? awaitedSince(record, stream) : Date.parse(readAt);
      return [stream, Math.max(0, now - since) / 1000];
    }),
  );
}

const NOT_READ = 'Not read';

/** Whether a connection is degraded since something was not read, and for nothing graver. */
export function isUnreadReason(reason: string | null): boolean {
  return reason?.startsWith(`${NOT_READ} `) === true;
}

/** Why a connection is degraded of which these streams were not read: which, since when, and what went wrong. */
export function unreadReason(unread: readonly StreamReading[]): string {
  const sinceOf = ({ readAt }: StreamReading) => (readAt === null ? 'yet' : `since ${toTheMinute(readAt)}`);
  const parts = [...new Set(unread.map(sinceOf))].map((since) => {
    const streams = unread.filter((reading) => sinceOf(reading) === since).map(({ stream }) => KIND_WORDS[stream]);
    return `${NOT_READ} ${since}: ${streams.join(', ')}.`;
  });
  const problem = unread.find((reading) => reading.problem !== null)?.problem;
  const why = problem === undefined ? 'No run has told why; their executions do.' : `What went wrong: ${problem}.`;
  return [...parts, why, 'It is tried again by itself.'].join(' ');
}

/** For example `2026-10-12 08:15 UTC`. */
function toTheMinute(at: string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The ranges with another one; what overlaps or adjoins becomes one. Oldest first. */
export function withRange(ranges: readonly DateRange[], added: DateRange): DateRange[] {
  const merged: DateRange[] = [];
  for (const range of [...ranges, added].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || addDays(last.to, 1) < range.from) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, to: last.to > range.to ? last.to : range.to };
  }
  return merged;
}

/** What syncs read of the connection. */
function awaitedStreams({ status, firstReadAt, capabilities }: ConnectionRecord): FactKind[] {
  if ((status !== 'connected' && status !== 'degraded') || firstReadAt === null) return [];
  const isDenied = (kind: FactKind) =>
    capabilities.some(({ stream, state }) => stream === kind && state === 'unavailable');
  return FACT_KINDS.filter((stream) => !isDenied(stream));
}

/** From when on it is time to read the stream again, epoch ms: since it was read, or since syncs may read at all. */
function awaitedSince(record: ConnectionRecord, stream: FactKind): number {
  const { connectedAt, backfill, resumedAt, lastSync } = record;
  // a sync that took long was the last one that could
  const readTo = stream !== 'user' && lastSync?.result === 'ok' ? lastSync.at : null;
  const backfilledAt = backfill?.isOfRange === false ? backfill.endedAt : null;
  const since = latest(readingOf(record, stream).readAt, readTo, connectedAt, backfilledAt, resumedAt);
  return since === null ? -Infinity : Date.parse(since);
}

function mostMs(stream: FactKind, tickMs: number): number {
  return stream === 'user' ? Math.max(USERS_MS, DAY_MS + TICKS * tickMs) : Math.max(HOUR_MS, TICKS * tickMs);
}
