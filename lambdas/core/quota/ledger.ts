import { CLOCKS_APART_MS, DAY_MS, nextUtcMidnight, utcDate } from '../dates';
import type { Throttling } from '../zoom/throttling';
import type { QuotaLimit } from './limits';

/** An account's use of one label, as the ledger keeps it. */
export interface LedgerEntry {
  /** The first start time that nobody has, epoch ms. */
  readonly nextMs: number;
  /** The UTC date (`yyyy-MM-dd`) that `usedToday` counts. */
  readonly day: string;
  readonly usedToday: number;
  /** Time of that day in which calls were made, ms: pauses of more than a minute are left out. */
  readonly busyMs: number;
  /** The latest window of that day in which somebody called, by its start (epoch ms), and what had been used before it. */
  readonly windowMs: number;
  readonly usedBeforeWindow: number;
  /** Zoom refuses the label until then, epoch ms. */
  readonly blockedUntilMs: number;
  /** Share of the limit that is used since Zoom last said that it was too much; 1 when it never did. */
  readonly pace: number;
  /** When `pace` was set, epoch ms. */
  readonly paceSetMs: number;
  /** Share of the day's calls that is counted on since Zoom last refused one that should have been left; 1 when it never did. */
  readonly dayShare: number;
  /** When `dayShare` was set, epoch ms. */
  readonly dayShareSetMs: number;
}

/** What a caller asks of the ledger. */
export interface SlotRequest {
  /** How many start times it can use soon, at least 1. */
  readonly count: number;
  /** Does not wait until the start times are near: for the few calls of a sync, beside a backfill's many. */
  readonly urgent: boolean;
  /** Start times before this are of no use to it, epoch ms. */
  readonly earliestMs: number;
  /** Its chains of pages, which share what it gets. */
  readonly chains: number;
  /** Chains of pages that are under way in the account: the day's last calls are shared out among them. */
  readonly openChains: number;
}

/** What a caller gets: times to start one call each at, or a time to ask again. */
export type Reservation =
  /** `thenBlocked`: these are of the day's last calls, one for each chain, and there is no more until then. */
  | { readonly kind: 'slots'; readonly startsAtMs: readonly number[]; readonly thenBlocked?: Block }
  /** All near start times are taken. */
  | { readonly kind: 'later'; readonly retryAtMs: number }
  /** Nobody may call: the day's calls are used up, or Zoom says so. */
  | ({ readonly kind: 'blocked' } & Block);

/** Times in epoch ms. */
export interface Block {
  /** Ask again then. */
  readonly untilMs: number;
  /** Then the quota is whole again. */
  readonly resetMs: number;
}

/**
 * Zoom counts calls as they arrive, and not all take the same time to get there: start times are this much further apart
 * than the limit allows, so that one that is 40 ms late does not make one too many in its second.
 */
export const HEADROOM = 1.04;
/** From the first start time of a block to its last is no longer than this, so that nobody waits long behind it. */
const LONGEST_BLOCK_MS = 1_000;
/** But for so many at least, where a second has fewer: the ledger is not written for each call. */
const SMALLEST_BLOCK = 4;
/** Start times are handed out no earlier than this ahead: whoever comes in between waits so long and a block at most. */
const LOOKAHEAD_MS = 1_000;
/**
 * After a refusal the pace falls by a quarter, to a tenth at the lowest, and gains a tenth of the limit each minute. One
 * that comes alone may be a call that was late, and costs little.
 */
const PACE_DROP = 0.75;
const PACE_DROP_ALONE = 0.95;
const ALONE_MS = 60_000;
const PACE_FLOOR = 0.1;
const PACE_GAIN_PER_MS = 0.1 / 60_000;
/** Refusals that come so soon after one another are one: calls were under way when the first came. */
const SAME_REFUSAL_MS = 2_000;
/** Nobody who reads is silent for longer, and no refusal for the second lasts longer. */
const PAUSE_MS = 60_000;

/** A page token lives 15 minutes: a chain that reads a page in each window keeps its place. */
export const WINDOW_MS = 12 * 60_000;
const WINDOWS_PER_DAY = DAY_MS / WINDOW_MS;
/** Calls that are kept for the syncs of each window, beside one for each chain under way. */
const SYNC_CALLS_PER_WINDOW = 4;
/** The clocks of Zoom and of ours need not agree on when a day begins. */
const RESET_MARGIN_MS = 5_000;
/** Of the day's calls before a refusal so much is counted on; the share falls by a half at most, and gains a tenth each day. */
const DAY_SHARE_SAFETY = 0.9;
const DAY_SHARE_DROP = 0.5;
const DAY_SHARE_FLOOR = 0.05;
const DAY_SHARE_GAIN_PER_MS = 0.1 / DAY_MS;

const NEVER_CALLED: LedgerEntry = {
  nextMs: 0,
  day: '',
  usedToday: 0,
  busyMs: 0,
  windowMs: 0,
  usedBeforeWindow: 0,
  blockedUntilMs: 0,
  pace: 1,
  paceSetMs: 0,
  dayShare: 1,
  dayShareSetMs: 0,
};

/**
 * Takes the next free start times. It is GCRA with no burst: whoever calls, two start times of an account and label are
 * `1 / callsPerSecond` apart, and one that is not used in time is lost.
 *
 * Of a day's calls the last are kept back and handed out window by window until midnight, one for each chain of pages
 * that is under way and some for syncs: a chain that had to wait for the next day would lose its page token, and begin
 * anew. Urgent callers may use what is kept back.
 *
 * @param read - what the ledger holds; `undefined` when the account never called under this label.
 * @param now - epoch ms.
 * @returns the reservation, and the entry to store in place of the one read, if it changed.
 */
export function reserveSlots(
  read: LedgerEntry | undefined,
  limit: QuotaLimit,
  request: SlotRequest,
  now: number,
): { readonly reservation: Reservation; readonly next?: LedgerEntry } {
  const { count, urgent, earliestMs, chains } = request;
  const entry = { ...NEVER_CALLED, ...read };
  if (entry.blockedUntilMs > now) {
    return { reservation: { kind: 'blocked', untilMs: entry.blockedUntilMs, resetMs: entry.blockedUntilMs } };
  }
  const firstMs = Math.max(now, earliestMs, entry.nextMs);
  if (!urgent && entry.nextMs - now > LOOKAHEAD_MS) {
    return { reservation: { kind: 'later', retryAtMs: entry.nextMs - LOOKAHEAD_MS } };
  }
  const day = utcDate(firstMs);
  const usedToday = entry.day === day ? entry.usedToday : 0;
  const windowMs = Math.floor(firstMs / WINDOW_MS) * WINDOW_MS;
  const usedBeforeWindow = entry.windowMs === windowMs ? entry.usedBeforeWindow : usedToday;
  const used = { today: usedToday, beforeWindow: usedBeforeWindow };
  const { left, isLast, next: thenBlocked } = callsLeft(dailyCap(entry, limit, now), used, request, firstMs);
  if (left <= 0) return { reservation: { kind: 'blocked', ...thenBlocked } };
  const spacingMs = (1000 * HEADROOM) / (limit.callsPerSecond * paceAt(entry, now));
  const fitting = Math.max(SMALLEST_BLOCK, 1 + Math.floor(LONGEST_BLOCK_MS / spacingMs));
  const beforeMidnight = Math.ceil((nextUtcMidnight(firstMs) - firstMs) / spacingMs);
  const granted = Math.min(isLast ? chains : count, fitting, left, beforeMidnight);
  const startsAtMs = Array.from({ length: granted }, (_, i) => firstMs + i * spacingMs);
  const idleMs = firstMs - entry.nextMs;
  return {
    reservation: { kind: 'slots', startsAtMs, ...(isLast && { thenBlocked }) },
    next: {
      ...entry,
      nextMs: firstMs + granted * spacingMs,
      day,
      usedToday: usedToday + granted,
      busyMs: (entry.day === day ? entry.busyMs : 0) + (idleMs > PAUSE_MS ? 0 : idleMs) + granted * spacingMs,
      windowMs,
      // what the chains share out is what urgent callers have left
      usedBeforeWindow: urgent ? usedBeforeWindow + granted : usedBeforeWindow,
      blockedUntilMs: 0,
    },
  };
}

/** The entry after Zoom refused a call, for the calls of a second or of the day, at `now` (epoch ms). */
export function refused(
  read: LedgerEntry | undefined,
  { per, retryAtMs }: Throttling,
  limit: QuotaLimit,
  now: number,
): LedgerEntry {
  return per === 'second' ? slowedDown(read, retryAtMs, now) : blocked(read, retryAtMs, limit, now);
}

/** The entry after Zoom refused a call for the calls of that second: everybody waits until `untilMs`, then goes slower. */
export function slowedDown(read: LedgerEntry | undefined, untilMs: number, now: number): LedgerEntry {
  const entry = { ...NEVER_CALLED, ...read, nextMs: Math.max(read?.nextMs ?? 0, untilMs) };
  if (now - entry.paceSetMs < SAME_REFUSAL_MS) return entry;
  const drop = now - entry.paceSetMs > ALONE_MS ? PACE_DROP_ALONE : PACE_DROP;
  return { ...entry, pace: Math.max(PACE_FLOOR, paceAt(entry, now) * drop), paceSetMs: now };
}

/**
 * The entry after Zoom refused a call for the calls of the day: nobody calls before `untilMs`. Others used what was
 * thought to be left, and will again: the days after are begun with less, so that chains of pages can be kept going. That
 * is learnt once a day, for Zoom may let calls in an hour later and refuse them again.
 */
export function blocked(
  read: LedgerEntry | undefined,
  untilMs: number,
  { callsPerDay }: QuotaLimit,
  now: number,
): LedgerEntry {
  const entry = { ...NEVER_CALLED, ...read };
  const next = { ...entry, blockedUntilMs: Math.max(entry.blockedUntilMs, untilMs) };
  const mayBeYesterdays = utcDate(now - CLOCKS_APART_MS) !== utcDate(now);
  const isKnown = entry.blockedUntilMs > now || utcDate(entry.dayShareSetMs) === utcDate(now);
  if (isKnown || mayBeYesterdays || !Number.isFinite(callsPerDay)) return next;
  const used = entry.day === utcDate(now) ? entry.usedToday / callsPerDay : 0;
  const counted = dayShareAt(entry, now);
  const dayShare = Math.min(counted, Math.max(used * DAY_SHARE_SAFETY, counted * DAY_SHARE_DROP, DAY_SHARE_FLOOR));
  return { ...next, dayShare, dayShareSetMs: now };
}

/** The calls of a day that are counted on at `now` (epoch ms). */
export function dailyCap(entry: LedgerEntry, { callsPerDay }: QuotaLimit, now: number): number {
  return Math.max(1, Math.floor(callsPerDay * dayShareAt(entry, now)));
}

/** How many chains of pages can be kept alive, one at least, where so many calls a day are allowed. */
export function mostChains(callsPerDay: number): number {
  return Math.max(1, Math.floor(mostKeptPerWindow(callsPerDay)) - SYNC_CALLS_PER_WINDOW);
}

/** How many of a day's calls are kept back for each window that is to come, while so many chains are under way. */
export function keptPerWindow(callsPerDay: number, openChains: number): number {
  return Math.min(openChains + SYNC_CALLS_PER_WINDOW, mostKeptPerWindow(callsPerDay));
}

/** Half of a day's calls may be kept back. */
function mostKeptPerWindow(callsPerDay: number): number {
  return callsPerDay / 2 / WINDOWS_PER_DAY;
}

/**
 * How many calls a caller may still make on the day of `firstMs`, whether they are of those that were kept back for
 * chains under way, and when there are more. What is kept back is shared out evenly among the windows that are left: so
 * callers need not agree on how many chains there are.
 */
function callsLeft(
  cap: number,
  used: { readonly today: number; readonly beforeWindow: number },
  { urgent, openChains }: SlotRequest,
  firstMs: number,
) {
  const midnightMs = nextUtcMidnight(firstMs);
  const resetMs = midnightMs + RESET_MARGIN_MS;
  const reset = { untilMs: resetMs, resetMs };
  if (urgent || cap === Infinity) return { left: cap - used.today, isLast: false, next: reset };
  const windows = Math.ceil((midnightMs - firstMs) / WINDOW_MS);
  const free = Math.floor(cap - windows * keptPerWindow(cap, openChains));
  if (used.today < free) return { left: free - used.today, isLast: false, next: reset };
  const before = Math.max(used.beforeWindow, free);
  const left = before + Math.ceil((cap - before) / windows) - used.today;
  const hasMoreToday = used.today < cap && windows > 1;
  return {
    left,
    isLast: true,
    next: hasMoreToday ? { untilMs: midnightMs - (windows - 1) * WINDOW_MS, resetMs } : reset,
  };
}

/** The share of the day's calls that is counted on at `now` (epoch ms): it recovers with time. */
function dayShareAt({ dayShare, dayShareSetMs }: LedgerEntry, now: number): number {
  return Math.min(1, dayShare + Math.max(0, now - dayShareSetMs) * DAY_SHARE_GAIN_PER_MS);
}

/** The share of the limit in use at `now` (epoch ms): it recovers with time. */
export function paceAt({ pace, paceSetMs }: LedgerEntry, now: number): number {
  return Math.min(1, pace + Math.max(0, now - paceSetMs) * PACE_GAIN_PER_MS);
}
