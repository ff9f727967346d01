import { type LedgerEntry, type Reservation, refused, reserveSlots } from '../../lambdas/core/quota/ledger';
import { utcDate } from '../../lambdas/core/dates';
import type { QuotaLimit } from '../../lambdas/core/quota/limits';
import type { QuotaKey, QuotaLedger } from '../../lambdas/core/quota/ports';
import type { SlotRequest } from '../../lambdas/core/quota/ledger';
import type { Throttling } from '../../lambdas/core/zoom/throttling';
import { NOW } from './clock';

/** What the ledger holds of a label at {@link NOW} before it is used, but for what `change` says. */
export function ledgerEntry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    nextMs: NOW,
    day: utcDate(NOW),
    usedToday: 0,
    busyMs: 0,
    windowMs: 0,
    usedBeforeWindow: 0,
    blockedUntilMs: 0,
    pace: 1,
    paceSetMs: 0,
    dayShare: 1,
    dayShareSetMs: 0,
    ...change,
  };
}

/** One start time for one chain, soon, but for what `change` says. */
export function slotRequest(change: Partial<SlotRequest> = {}): SlotRequest {
  return { count: 1, urgent: false, earliestMs: 0, chains: 1, openChains: 1, ...change };
}

/** The ledger in memory. */
export class InMemoryQuotaLedger implements QuotaLedger {
  /** How often an entry was written. */
  writes = 0;
  private readonly entries = new Map<string, LedgerEntry>();

  find(key: QuotaKey): Promise<LedgerEntry | undefined> {
    return Promise.resolve(this.entries.get(nameOf(key)));
  }

  reserve(key: QuotaKey, limit: QuotaLimit, request: SlotRequest, now: number): Promise<Reservation> {
    const { reservation, next } = reserveSlots(this.entries.get(nameOf(key)), limit, request, now);
    if (next !== undefined) this.put(key, next);
    return Promise.resolve(reservation);
  }

  heed(key: QuotaKey, throttling: Throttling, limit: QuotaLimit, now: number): Promise<void> {
    return Promise.resolve(this.put(key, refused(this.entries.get(nameOf(key)), throttling, limit, now)));
  }

  private put(key: QuotaKey, entry: LedgerEntry): void {
    this.writes++;
    this.entries.set(nameOf(key), entry);
  }
}

/** The most instants that fall into any window of one second, half-open as Zoom's is. @param instants - epoch ms. */
export function busiestSecond(instants: readonly number[]): number {
  const sorted = [...instants].sort((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, instant, index) => {
    while ((sorted[first] ?? instant) <= instant - 1000) first++;
    return Math.max(most, index - first + 1);
  }, 0);
}

function nameOf({ zoomAccountId, label }: QuotaKey): string {
  return `${zoomAccountId} ${label}`;
}
