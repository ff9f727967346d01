import type { LedgerEntry, Reservation, SlotRequest } from './ledger';
import type { QuotaLimit, RateLimitLabel } from './limits';

/** Zoom's limits count for an account and a label, and so does the ledger. */
export interface QuotaKey {
  readonly zoomAccountId: string;
  readonly label: RateLimitLabel;
}

/** The ledger that all workers of an account share. All times in epoch ms. */
export interface QuotaLedger {
  /** What the ledger holds of an account; `undefined` when it never called under this label. */
  find(key: QuotaKey): Promise<LedgerEntry | undefined>;
  /** Takes the next start times of an account. */
  reserve(key: QuotaKey, limit: QuotaLimit, request: SlotRequest, now: number): Promise<Reservation>;
  /** Zoom said that it was too much for a second: everybody waits until `untilMs`, then goes slower for a while. */
  slowDown(key: QuotaKey, untilMs: number, now: number): Promise<void>;
  /** Zoom said that the day's calls are used up: everybody stops until `untilMs`. */
  block(key: QuotaKey, untilMs: number, limit: QuotaLimit, now: number): Promise<void>;
}
