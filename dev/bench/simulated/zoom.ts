import type { FactKind } from '../../../lambdas/contract/fact';
import type { Shard } from '../../../lambdas/contract/workflow';
import type { Clock } from '../../../lambdas/core/clock';
import type { RateLimitLabel } from '../../../lambdas/core/quota/limits';
import {
  type PageAnswer,
  STREAM_LABELS,
  type StreamProbe,
  type ZoomAccess,
  type ZoomLists,
} from '../../../lambdas/core/zoom/ports';
import { parseThrottling } from '../../../lambdas/core/zoom/throttling';
import { type Label, RateLimits, nextMidnight } from '../../zoom-simulator/limits';
import type { Plan } from '../../zoom-simulator/options';
import { PageTokens } from '../../zoom-simulator/page-token';
import type { Account } from './account';

export interface SimulatedZoomProps {
  readonly account: Pick<Account, 'rowsOf' | 'slice'>;
  readonly plan: Plan;
  readonly latencyMs: number;
  /** Rows of a whole page, as the connector asks for it. */
  readonly pageSize: (shard: Shard) => number;
}

const PAGE_TOKEN_MS = 15 * 60_000;
const ACCOUNT = 'account';
const LABELS: Readonly<Record<RateLimitLabel, Label>> = {
  light: 'Light',
  medium: 'Medium',
  heavy: 'Heavy',
  'resource-intensive': 'Resource-intensive',
};

/** Zoom's lists without the network: its limits, its page tokens and its latency, on simulated time. */
export class SimulatedZoom implements ZoomLists, StreamProbe {
  calls = 0;
  /** Calls that were refused. */
  throttled = 0;
  /** How often each shard was begun. */
  readonly begun = new Map<string, number>();
  /** Told at each call how many there were. */
  onCall: (calls: number) => void = () => undefined;
  private readonly limits = new RateLimits();
  private readonly pageTokens: PageTokens;

  constructor(
    private readonly props: SimulatedZoomProps,
    private readonly clock: Clock,
  ) {
    this.pageTokens = new PageTokens({ seed: 1, lifetimeMs: PAGE_TOKEN_MS, clock: clock.now });
  }

  async fetchPage(_access: ZoomAccess, shard: Shard, pageToken: string | null): Promise<PageAnswer> {
    const answer = this.admit(shard.stream) ?? this.page(shard, pageToken);
    await this.clock.sleep(this.props.latencyMs);
    return answer;
  }

  async tryStream(_access: ZoomAccess, stream: FactKind): ReturnType<StreamProbe['tryStream']> {
    const answer = this.admit(stream) ?? { kind: 'allowed' as const };
    await this.clock.sleep(this.props.latencyMs);
    return answer;
  }

  /** Counts a call. @returns the refusal, if it is one too many. */
  private admit(stream: FactKind): Extract<PageAnswer, { kind: 'throttled' }> | undefined {
    this.calls++;
    this.onCall(this.calls);
    const now = this.clock.now();
    const { refused } = this.limits.admit(ACCOUNT, this.props.plan, LABELS[STREAM_LABELS[stream]], now);
    if (refused === undefined) return undefined;
    this.throttled++;
    const retryAfter = refused === 'QPS' ? null : new Date(nextMidnight(now)).toISOString();
    return { kind: 'throttled', throttling: parseThrottling({ type: refused, retryAfter, message: null }, now) };
  }

  private page(shard: Shard, pageToken: string | null): PageAnswer {
    const { account, pageSize } = this.props;
    if (pageToken === null) this.begun.set(shard.id, (this.begun.get(shard.id) ?? 0) + 1);
    const start = pageToken === null ? 0 : this.pageTokens.read(shard.id, pageToken)?.start;
    if (start === undefined) return { kind: 'pageTokenRejected' };
    const size = pageSize(shard);
    const total = account.rowsOf(shard);
    return {
      kind: 'page',
      rateLimit: null,
      rows: account.slice(shard, start, size, this.clock.now()),
      nextPageToken:
        start + size < total ? this.pageTokens.issue(shard.id, { start: start + size, oldestFirst: false }) : null,
      totalRecords: shard.stream === 'user' ? total : null,
    };
  }
}
