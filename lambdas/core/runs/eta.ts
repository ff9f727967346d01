import { DAY_MS, nextUtcMidnight, utcDate } from '../dates';
import { HEADROOM, type LedgerEntry, WINDOW_MS, dailyCap, keptPerWindow } from '../quota/ledger';
import type { QuotaLimit } from '../quota/limits';
import { isOfReport, isOfUsers, reportPagesLeft, userPagesLeft } from './pages-left';
import type { ShardProgress } from './ports';
import { isFinished } from './shard-progress';

/** How far a run is, and what it may call. Instants are epoch ms. */
export interface Reading {
  /** All shards of the run. */
  readonly shards: readonly ShardProgress[];
  readonly startedAt: number;
  readonly now: number;
  /** What the connector may use of the quota of the reports. */
  readonly limit: QuotaLimit;
  /** What the ledger holds of it; `undefined` while nothing was called. */
  readonly ledger: LedgerEntry | undefined;
}

/** How fast chains of pages are read. */
export interface Pace {
  /** All of them together, at most. */
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
  /** What one chain takes for a page when it waits for nobody. */
  readonly pageMs: number;
}

/** A rate that was measured over less than this says little: to begin takes some seconds. */
const SETTLING_MS = 10_000;
/** Of calls, what is less than this is a rounding error. */
const ROUNDING = 1e-3;

/**
 * How many seconds a run still takes, days of waiting for Zoom's daily quota included. The lists of users count by their
 * longest chain, for their quota is another and larger.
 *
 * @returns `null` while the run is not planned, or nothing says how long its reports are.
 */
export function etaSeconds({ shards, startedAt, now, limit, ledger }: Reading): number | null {
  const reports = shards.filter(isOfReport);
  const users = shards.filter(isOfUsers);
  const left = reportPagesLeft(reports, startedAt);
  if (shards.length === 0 || left === undefined) return null;

  const callsPerDay = ledger === undefined ? limit.callsPerDay : dailyCap(ledger, limit, now);
  const fastest = limit.callsPerSecond / HEADROOM;
  const callsPerSecond = Math.min(fastest, reachedRate(ledger, { now, callsPerDay, chains: left.length, fastest }));
  // parts that Zoom failed rest until a time of their own, and so long does the run take at least
  const goesOnAt = Math.min(...openOf(reports).map(restsUntil));
  const restsEndAt = Math.max(...openOf(shards).map(restsUntil));
  const beginsAt = Math.max(now, ledger?.blockedUntilMs ?? 0, left.length === 0 ? 0 : goesOnAt);
  const usedThatDay = ledger?.day === utcDate(beginsAt) ? ledger.usedToday : 0;
  const pace = { callsPerSecond, callsPerDay, pageMs: pageMsOf(reports) };
  const reportsEndAt = left.length === 0 ? now : endOfReading(left, pace, beginsAt, usedThatDay);
  const usersMs = Math.max(0, ...userPagesLeft(users)) * (pageMsOf(users) || 1000 / callsPerSecond);
  return Math.ceil(Math.max(reportsEndAt - now, usersMs, restsEndAt - now) / 1000);
}

function openOf(shards: readonly ShardProgress[]): ShardProgress[] {
  return shards.filter((progress) => !isFinished(progress));
}

/** When a shard may be read, epoch ms; 0 when it may be at any time. */
function restsUntil({ retryAt }: ShardProgress): number {
  return retryAt === null ? 0 : Date.parse(retryAt);
}

/**
 * When chains of `pages` pages each are read, epoch ms: they take turns, so all that are left get on alike, at the rate of
 * the quota or as fast as each has its answer, whichever is slower. Of the calls of a UTC day some are kept back, and
 * then made a page at a time, to keep the chains alive until the next.
 *
 * @param usedThatDay - calls that were made before on the day of `beginsAt` (epoch ms).
 */
export function endOfReading(pages: readonly number[], pace: Pace, beginsAt: number, usedThatDay: number): number {
  let at = beginsAt;
  let midnight = nextUtcMidnight(at);
  let callsOfDay = Math.max(0, pace.callsPerDay - usedThatDay);
  let readOfEach = 0;
  const lengths = [...pages].sort((a, b) => a - b);
  for (const [index, length] of lengths.entries()) {
    const chains = lengths.length - index;
    const callMs = Math.max(1000 / pace.callsPerSecond, pace.pageMs / chains);
    let calls = (length - readOfEach) * chains;
    readOfEach = length;
    /** Makes as many of the calls as can be, each of which takes so long. */
    const make = (most: number, eachMs: number) => {
      const made = Math.min(calls, most);
      calls -= made;
      callsOfDay -= made;
      at += made * eachMs;
    };
    while (calls > ROUNDING) {
      make(freeCalls(pace.callsPerDay, callsOfDay, chains, callMs, midnight - at), callMs);
      // and then those that are kept back, spread over the rest of the day
      const keptMs = WINDOW_MS / keptPerWindow(pace.callsPerDay, chains);
      make(Math.min(callsOfDay, (midnight - at) / keptMs), keptMs);
      if (calls <= ROUNDING) break;
      at = midnight;
      midnight += DAY_MS;
      callsOfDay = pace.callsPerDay;
    }
  }
  return at;
}

/** How many calls of `callMs` each can be made in what is left of a day before those that are kept back are reached. */
function freeCalls(callsPerDay: number, callsOfDay: number, chains: number, callMs: number, leftMs: number): number {
  const inTime = Math.min(callsOfDay, leftMs / callMs);
  if (callsPerDay === Infinity) return inTime;
  const keptPerMs = keptPerWindow(callsPerDay, chains) / WINDOW_MS;
  // fewer are kept as time passes
  const less = 1 - keptPerMs * callMs;
  return less <= 0 ? inTime : Math.max(0, Math.min(inTime, (callsOfDay - keptPerMs * leftMs) / less));
}

/**
 * Calls a second that were reached on this UTC day while somebody called: what Zoom's refusals and other apps cost is in it,
 * and no pause, nor a wait for the quota. While nothing is known of the day, and once only calls are left that are kept
 * back, the fastest.
 */
function reachedRate(
  ledger: LedgerEntry | undefined,
  { now, callsPerDay, chains, fastest }: { now: number; callsPerDay: number; chains: number; fastest: number },
): number {
  const kept = keptPerWindow(callsPerDay, chains) * (1 + (nextUtcMidnight(now) - now) / WINDOW_MS);
  if (ledger?.day !== utcDate(now) || callsPerDay - ledger.usedToday <= kept) return fastest;
  return (1000 * ledger.usedToday + SETTLING_MS * fastest) / (ledger.busyMs + SETTLING_MS);
}

/** What a page of these shards has taken on average, 0 while that is not known. */
function pageMsOf(shards: readonly ShardProgress[]): number {
  const calls = callsOf(shards);
  return calls === 0 ? 0 : shards.reduce((sum, { readingMs }) => sum + readingMs, 0) / calls;
}

function callsOf(shards: readonly ShardProgress[]): number {
  return shards.reduce((sum, { calls }) => sum + calls, 0);
}
