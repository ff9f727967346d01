import type { Throttling } from '../zoom/throttling';
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
  /**
   * Notes that Zoom refused a call. It was too much for a second: everybody waits until it takes calls again, then goes slower
   * for a while. The day's calls are used up: everybody stops until then.
   */
  heed(key: QuotaKey, throttling: Throttling, limit: QuotaLimit, now: number): Promise<void>;
}
