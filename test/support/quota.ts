import { type LedgerEntry, type Reservation, reserveSlot } from '../../lambdas/core/quota/ledger';
import type { QuotaLimit } from '../../lambdas/core/quota/limits';
import type { QuotaKey, QuotaLedger } from '../../lambdas/core/quota/ports';

/** The ledger in memory. */
export class InMemoryQuotaLedger implements QuotaLedger {
  private readonly entries = new Map<string, LedgerEntry>();

  reserve({ zoomAccountId, label }: QuotaKey, limit: QuotaLimit, now: number): Promise<Reservation> {
    const name = `${zoomAccountId} ${label}`;
    const { reservation, next } = reserveSlot(this.entries.get(name), limit, now);
    if (next !== undefined) this.entries.set(name, next);
    return Promise.resolve(reservation);
  }

  postpone(key: QuotaKey, untilMs: number): Promise<void> {
    return this.raise(key, 'nextMs', untilMs);
  }

  block(key: QuotaKey, untilMs: number): Promise<void> {
    return this.raise(key, 'blockedUntilMs', untilMs);
  }

  private raise({ zoomAccountId, label }: QuotaKey, what: 'nextMs' | 'blockedUntilMs', toMs: number): Promise<void> {
    const name = `${zoomAccountId} ${label}`;
    const entry = this.entries.get(name);
    if (entry !== undefined) this.entries.set(name, { ...entry, [what]: Math.max(entry[what], toMs) });
    return Promise.resolve();
  }
}
