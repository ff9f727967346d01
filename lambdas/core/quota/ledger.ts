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
}

/** What a caller gets: a time to start one call at, or the time before which nobody may call. */
export type Reservation =
  { readonly kind: 'slot'; readonly startAtMs: number } | { readonly kind: 'blocked'; readonly untilMs: number };

/**
 * Takes the next free start time: GCRA with no burst, so that two calls start at least `1 / callsPerSecond` apart,
 * whoever makes them.
 *
 * @param entry - what the ledger holds; `undefined` when the account never called under this label.
 * @param now - epoch ms.
 * @returns the reservation, and the entry to store in place of the one read, if it changed.
 */
export function reserveSlot(
  entry: LedgerEntry | undefined,
  limit: QuotaLimit,
  now: number,
): { readonly reservation: Reservation; readonly next?: LedgerEntry } {
  if (entry !== undefined && entry.blockedUntilMs > now) {
    return { reservation: { kind: 'blocked', untilMs: entry.blockedUntilMs } };
  }
  const startAtMs = Math.max(now, entry?.nextMs ?? 0);
  const day = utcDate(startAtMs);
  const usedToday = entry?.day === day ? entry.usedToday : 0;
  if (usedToday >= limit.callsPerDay) {
    return { reservation: { kind: 'blocked', untilMs: nextUtcMidnight(startAtMs) } };
  }
  return {
    reservation: { kind: 'slot', startAtMs },
    next: {
      nextMs: startAtMs + Math.ceil(1000 / limit.callsPerSecond),
      day,
      usedToday: usedToday + 1,
      blockedUntilMs: 0,
    },
  };
}

/** How long after its start time a slot is still good; later, others have their own slots and the call would bunch. */
const SLOT_LIFE_MS = 250;

/** Whether a slot has been slept through: it is forfeited, and the caller takes another. */
export function isForfeited(startAtMs: number, now: number): boolean {
  return now > startAtMs + SLOT_LIFE_MS;
}

/** The UTC date of an instant, `yyyy-MM-dd`. @param epochMs - epoch ms. */
export function utcDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** When Zoom's daily limits begin anew, epoch ms. */
export function nextUtcMidnight(now: number): number {
  const dayMs = 86_400_000;
  return (Math.floor(now / dayMs) + 1) * dayMs;
}
