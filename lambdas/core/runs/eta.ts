import { nextUtcMidnight, utcDate } from '../dates';
import { HEADROOM, type LedgerEntry, dailyCap } from '../quota/ledger';
import type { QuotaLimit } from '../quota/limits';
import { isOfReport, isOfUsers, reportPagesLeft, userPagesLeft } from './pages-left';
import type { ShardProgress } from './ports';

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

  const calls = callsOf(reports);
  const callsPerSecond = Math.min(
    limit.callsPerSecond / HEADROOM,
    measuredRate({ startedAt, now, limit, ledger }, calls),
  );
  const beginsAt = Math.max(now, ledger?.blockedUntilMs ?? 0);
  const usedThatDay = ledger?.day === utcDate(beginsAt) ? ledger.usedToday : 0;
  const callsPerDay = ledger === undefined ? limit.callsPerDay : dailyCap(ledger, limit, now);
  const pace = { callsPerSecond, callsPerDay, pageMs: pageMsOf(reports) };
  const reportsEndAt = left.length === 0 ? now : endOfReading(left, pace, beginsAt, usedThatDay);
  const usersMs = Math.max(0, ...userPagesLeft(users)) * (pageMsOf(users) || 1000 / callsPerSecond);
  return Math.ceil(Math.max(reportsEndAt - now, usersMs) / 1000);
}

/**
 * When chains of `pages` pages each are read, epoch ms: they take turns, so all that are left get on alike, at the rate of
 * the quota or as fast as each has its answer, whichever is slower; and when the calls of a UTC day are used up they wait
 * for the next.
 *
 * @param usedThatDay - calls that were made before on the day of `beginsAt` (epoch ms).
 */
export function endOfReading(pages: readonly number[], pace: Pace, beginsAt: number, usedThatDay: number): number {
  let at = beginsAt;
  let callsOfDay = Math.max(0, pace.callsPerDay - usedThatDay);
  let readOfEach = 0;
  const lengths = [...pages].sort((a, b) => a - b);
  for (const [index, length] of lengths.entries()) {
    const chains = lengths.length - index;
    const callMs = Math.max(1000 / pace.callsPerSecond, pace.pageMs / chains);
    let calls = (length - readOfEach) * chains;
    readOfEach = length;
    for (;;) {
      const midnight = nextUtcMidnight(at);
      const fitting = Math.min(callsOfDay, (midnight - at) / callMs);
      if (calls <= fitting) break;
      calls -= fitting;
      at = midnight;
      callsOfDay = pace.callsPerDay;
    }
    at += calls * callMs;
    callsOfDay -= calls;
  }
  return at;
}

/**
 * Calls a second that were reached lately: since the run began, or since the beginning of the ledger's day, and until the
 * last call, so that no wait for another day counts. What Zoom's refusals and other apps cost is in it.
 */
function measuredRate({ startedAt, now, limit, ledger }: Omit<Reading, 'shards'>, callsOfRun: number): number {
  if (ledger === undefined || ledger.day === '') return limit.callsPerSecond;
  const dayBegan = Date.parse(ledger.day);
  const calls = startedAt >= dayBegan ? callsOfRun : ledger.usedToday;
  const readingMs = Math.max(0, Math.min(now, ledger.nextMs) - Math.max(startedAt, dayBegan));
  const assumed = (SETTLING_MS / 1000) * (limit.callsPerSecond / HEADROOM);
  return (1000 * (calls + assumed)) / (readingMs + SETTLING_MS);
}

/** What a page of these shards has taken on average, 0 while that is not known. */
function pageMsOf(shards: readonly ShardProgress[]): number {
  const calls = callsOf(shards);
  return calls === 0 ? 0 : shards.reduce((sum, { readingMs }) => sum + readingMs, 0) / calls;
}

function callsOf(shards: readonly ShardProgress[]): number {
  return shards.reduce((sum, { calls }) => sum + calls, 0);
}
