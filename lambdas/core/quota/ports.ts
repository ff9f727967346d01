import type { Reservation } from './ledger';
import type { QuotaLimit, RateLimitLabel } from './limits';

/** Zoom's limits count for an account and a label, and so does the ledger. */
export interface QuotaKey {
  readonly zoomAccountId: string;
  readonly label: RateLimitLabel;
}

/** The ledger that all workers of an account share. */
export interface QuotaLedger {
  /** Takes the next start time of an account. @param now - epoch ms. */
  reserve(key: QuotaKey, limit: QuotaLimit, now: number): Promise<Reservation>;
  /** Moves everybody's next start time to `untilMs` (epoch ms) at least: Zoom said that it was too much for a second. */
  postpone(key: QuotaKey, untilMs: number): Promise<void>;
  /** Stops everybody until `untilMs` (epoch ms): Zoom said that the day's calls are used up. */
  block(key: QuotaKey, untilMs: number): Promise<void>;
}
