import { nextUtcMidnight, utcDate } from '../dates';
import type { QuotaLimit } from './limits';

/** An account's use of one label, as the ledger keeps it. */
export interface LedgerEntry {
  /** The first start time that nobody has, epoch ms. */
  readonly nextMs: number;
  /** The UTC date (`yyyy-MM-dd`) that `usedToday` counts. */
  readonly day: string;
  readonly usedToday: number;
  /** Zoom refuses the label until then, epoch ms. */
  readonly blockedUntilMs: number;
  /** Share of the limit that is used since Zoom last said that it was too much; 1 when it never did. */
  readonly pace: number;
  /** When `pace` was set, epoch ms. */
  readonly paceSetMs: number;
}

/** What a caller asks of the ledger. */
export interface SlotRequest {
  /** How many start times it can use soon, at least 1. */
  readonly count: number;
  /** Does not wait until the start times are near: for the few calls of a sync, beside a backfill's many. */
  readonly urgent: boolean;
  /** Start times before this are of no use to it, epoch ms. */
  readonly earliestMs: number;
}

/** What a caller gets: times to start one call each at, or a time to ask again. */
export type Reservation =
  | { readonly kind: 'slots'; readonly startsAtMs: readonly number[] }
  /** All near start times are taken. */
  | { readonly kind: 'later'; readonly retryAtMs: number }
  /** Nobody may call: the day's calls are used up, or Zoom says so. */
  | { readonly kind: 'blocked'; readonly untilMs: number };

/**
 * Zoom counts calls as they arrive, and not all take the same time to get there: start times are this much further apart
 * than the limit allows, so that one that is 40 ms late does not make one too many in its second.
 */
export const HEADROOM = 1.04;
/** A block of start times is no longer than this, so that nobody waits long behind it. */
const LONGEST_BLOCK_MS = 1_000;
/** Start times are handed out no earlier than this ahead: whoever comes in between waits so long and a block at most. */
const LOOKAHEAD_MS = 1_000;
/** After a refusal the pace falls by a quarter, to a tenth at the lowest, and gains a tenth of the limit each minute. */
const PACE_DROP = 0.75;
const PACE_FLOOR = 0.1;
const PACE_GAIN_PER_MS = 0.1 / 60_000;

const NEVER_CALLED: LedgerEntry = { nextMs: 0, day: '', usedToday: 0, blockedUntilMs: 0, pace: 1, paceSetMs: 0 };

/**
 * Takes the next free start times. It is GCRA with no burst: whoever calls, two start times of an account and label are
 * `1 / callsPerSecond` apart, and one that is not used in time is lost.
 *
 * @param read - what the ledger holds; `undefined` when the account never called under this label.
 * @param now - epoch ms.
 * @returns the reservation, and the entry to store in place of the one read, if it changed.
 */
export function reserveSlots(
  read: LedgerEntry | undefined,
  limit: QuotaLimit,
  { count, urgent, earliestMs }: SlotRequest,
  now: number,
): { readonly reservation: Reservation; readonly next?: LedgerEntry } {
  const entry = read ?? NEVER_CALLED;
  if (entry.blockedUntilMs > now) return { reservation: { kind: 'blocked', untilMs: entry.blockedUntilMs } };
  const firstMs = Math.max(now, earliestMs, entry.nextMs);
  if (!urgent && entry.nextMs - now > LOOKAHEAD_MS) {
    return { reservation: { kind: 'later', retryAtMs: entry.nextMs - LOOKAHEAD_MS } };
  }
  const day = utcDate(firstMs);
  const usedToday = entry.day === day ? entry.usedToday : 0;
  if (usedToday >= limit.callsPerDay) {
    return { reservation: { kind: 'blocked', untilMs: nextUtcMidnight(firstMs) } };
  }
  const spacingMs = (1000 * HEADROOM) / (limit.callsPerSecond * paceAt(entry, now));
  const fitting = Math.max(1, Math.floor(LONGEST_BLOCK_MS / spacingMs));
  const granted = Math.min(count, fitting, limit.callsPerDay - usedToday);
  return {
    reservation: { kind: 'slots', startsAtMs: Array.from({ length: granted }, (_, i) => firstMs + i * spacingMs) },
    next: { ...entry, nextMs: firstMs + granted * spacingMs, day, usedToday: usedToday + granted, blockedUntilMs: 0 },
  };
}

/** The entry after Zoom refused a call for the calls of that second: everybody waits until `untilMs`, then goes slower. */
export function slowedDown(read: LedgerEntry | undefined, untilMs: number, now: number): LedgerEntry {
  const entry = read ?? NEVER_CALLED;
  const pace = Math.max(PACE_FLOOR, paceAt(entry, now) * PACE_DROP);
  return { ...entry, nextMs: Math.max(entry.nextMs, untilMs), pace, paceSetMs: now };
}

/** The entry after Zoom refused a call for the calls of the day: nobody calls before `untilMs`. */
export function blocked(read: LedgerEntry | undefined, untilMs: number): LedgerEntry {
  const entry = read ?? NEVER_CALLED;
  return { ...entry, blockedUntilMs: Math.max(entry.blockedUntilMs, untilMs) };
}

/** The share of the limit in use at `now` (epoch ms): it recovers with time. */
export function paceAt({ pace, paceSetMs }: LedgerEntry, now: number): number {
  return Math.min(1, pace + Math.max(0, now - paceSetMs) * PACE_GAIN_PER_MS);
}
