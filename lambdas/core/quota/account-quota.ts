import type { Plan } from '../../contract/connection';
import type { Clock } from '../clock';
import type { Throttling } from '../zoom/throttling';
import { type QuotaLimit, type QuotaShare, type RateLimitLabel, learntPlan, quotaLimit } from './limits';
import { Pacer } from './pacer';
import { dailyCap, mostChains } from './ledger';
import type { QuotaLedger } from './ports';

export interface AccountQuotaSettings {
  readonly zoomAccountId: string;
  readonly plan: Plan;
  readonly share: QuotaShare;
  /** Chains of pages that the run has to read, as far as they are read side by side. */
  readonly openChains: (label: RateLimitLabel) => number;
  /** A wait up to this is slept. */
  readonly longestSleepMs: number;
}

/** The quota of a Zoom account as one worker has it: a pacer for each label, and what Zoom's answers say of the limits. */
export class AccountQuota {
  private plan: Plan;
  private readonly pacers = new Map<string, Pacer>();

  constructor(
    private readonly ledger: QuotaLedger,
    private readonly clock: Clock,
    private readonly settings: AccountQuotaSettings,
  ) {
    this.plan = settings.plan;
  }

  /**
   * The pacer that the worker's chains of this label share.
   *
   * @param urgent - for the few calls of an increment: they go between a backfill's, and may use what is kept back.
   */
  pacer(label: RateLimitLabel, urgent: boolean): Pacer {
    const name = `${label} ${urgent}`;
    const known = this.pacers.get(name);
    if (known !== undefined) return known;
    const { openChains, longestSleepMs } = this.settings;
    const pacer = new Pacer(
      (wanted) =>
        this.ledger.reserve(
          this.key(label),
          this.limit(label),
          { ...wanted, urgent, openChains: openChains(label) },
          this.clock.now(),
        ),
      this.clock,
      { callsPerSecond: () => this.limit(label).callsPerSecond, longestSleepMs },
    );
    this.pacers.set(name, pacer);
    return pacer;
  }

  /** How many chains of pages the calls that the account can count on in a day keep alive. */
  async mostChains(label: RateLimitLabel): Promise<number> {
    const entry = await this.ledger.find(this.key(label));
    const limit = this.limit(label);
    return mostChains(entry === undefined ? limit.callsPerDay : dailyCap(entry, limit, this.clock.now()));
  }

  /**
   * Tells everybody that Zoom refused a call. This worker makes no other before Zoom takes calls again; another one learns
   * of it when it asks for start times, and uses up those that it has.
   */
  async heed(label: RateLimitLabel, throttling: Throttling): Promise<void> {
    for (const urgent of [true, false]) this.pacer(label, urgent).pauseUntil(throttling.retryAtMs);
    await this.ledger.heed(this.key(label), throttling, this.limit(label), this.clock.now());
  }

  /**
   * Heeds a limit that Zoom named with an answer.
   *
   * @returns whether it tells of another plan than was known.
   */
  learn(label: RateLimitLabel, named: number): boolean {
    const plan = learntPlan(this.plan, label, named);
    this.plan = plan ?? this.plan;
    return plan !== undefined;
  }

  private limit(label: RateLimitLabel): QuotaLimit {
    return quotaLimit(this.plan, label, this.settings.share);
  }

  private key(label: RateLimitLabel) {
    return { zoomAccountId: this.settings.zoomAccountId, label };
  }
}
