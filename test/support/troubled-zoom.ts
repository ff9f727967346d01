import type { Shard } from '../../lambdas/contract/workflow';
import type { Clock } from '../../lambdas/core/clock';
import type { PageAnswer, StreamProbe, ZoomAccess, ZoomLists } from '../../lambdas/core/zoom/ports';
import { type ThrottledAnswer, parseThrottling } from '../../lambdas/core/zoom/throttling';
import { ZoomFaultError } from '../../lambdas/core/zoom/zoom-fault';
import type { Chance } from './chance';
import { DAY, SECOND } from './clock';
import type { LivingAccount, Order } from './living-account';
import { FakeZoomLists } from './zoom-lists';

export const TROUBLES = [
  /** Each call fails at once: 5xx, HTML, half a body. */
  'fault',
  /** Each call fails after the longest time that is waited for one. */
  'timeOut',
  /** Every third call fails, by chance. */
  'flaky',
  /** Refused for the calls of a second, without a word on how long. */
  'tooManyNow',
  /** Refused for the calls of the day. */
  'tooManyToday',
  /** Page tokens are refused. */
  'tokensLost',
  /** Lists of users end early, by chance. */
  'cutShort',
  'oldestFirst',
  'swapped',
] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface TroubledZoomProps {
  readonly account: LivingAccount;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly pageSize: number;
  /** Whether it leaves out how many users there are. */
  readonly hidesTotals: boolean;
  /** Whether a chain of pages shows what there was when it began; otherwise rows and users come and go under it. */
  readonly showsSnapshots: boolean;
}

/** Zoom's lists of an account that lives, with the troubles that Zoom has at times. */
export class TroubledZoom implements ZoomLists, StreamProbe {
  calls = 0;
  /** Called while a page is fetched. */
  amid: (shard: Shard, pageToken: string | null) => void = () => undefined;
  private troubles: readonly { readonly kind: Trouble; readonly from: number; readonly to: number }[] = [];
  private readonly lists: FakeZoomLists;

  constructor(private readonly props: TroubledZoomProps) {
    const { account, clock, showsSnapshots, ...settings } = props;
    const rowsOf = (shard: Shard, beganAt: number) => {
      const order = this.orderAt(beganAt);
      // where an order is turned about, rows that come under the chain would have it pass others over
      return account.rowsOf(shard, order, showsSnapshots || order !== 'newestFirst' ? beganAt : clock.now());
    };
    this.lists = new FakeZoomLists(clock, rowsOf, { ...settings, latencyMs: 300 });
  }

  /** Troubles from then to then, epoch ms. */
  trouble(kind: Trouble, from: number, to: number): void {
    this.troubles = [...this.troubles, { kind, from, to }];
  }

  /** Ends all troubles now. */
  endTroubles(): void {
    const now = this.props.clock.now();
    this.troubles = this.troubles.map((trouble) => ({ ...trouble, to: Math.min(trouble.to, now - 1) }));
  }

  /** Whether there was trouble of such a kind at any time of a while. */
  wasTroubled(kinds: readonly Trouble[], from: number, to: number): boolean {
    return this.troubles.some((trouble) => kinds.includes(trouble.kind) && trouble.from <= to && trouble.to >= from);
  }

  async fetchPage(access: ZoomAccess, shard: Shard, pageToken: string | null): Promise<PageAnswer> {
    this.calls++;
    this.amid(shard, pageToken);
    const refusal = await this.refusal();
    if (refusal !== undefined) return refusal;
    if (pageToken !== null && this.isNow('tokensLost')) return { kind: 'pageTokenRejected' };
    const answer = await this.lists.fetchPage(access, shard, pageToken);
    const isCut = shard.stream === 'user' && !this.props.hidesTotals && this.isNow('cutShort');
    return answer.kind === 'page' && isCut && this.props.chance.of(0.5) ? { ...answer, nextPageToken: null } : answer;
  }

  async tryStream(): ReturnType<StreamProbe['tryStream']> {
    this.calls++;
    return (await this.refusal()) ?? { kind: 'allowed' };
  }

  private async refusal(): Promise<Extract<PageAnswer, { kind: 'throttled' }> | undefined> {
    const { clock, chance } = this.props;
    const now = clock.now();
    if (this.isNow('fault') || (this.isNow('flaky') && chance.of(1 / 3))) throw new ZoomFaultError('HTTP 503');
    if (this.isNow('timeOut')) {
      await clock.sleep(10 * SECOND);
      throw new ZoomFaultError('no answer within 10 s');
    }
    const throttled = (answer: Partial<ThrottledAnswer>) => ({
      kind: 'throttled' as const,
      throttling: parseThrottling({ type: null, retryAfter: null, message: null, ...answer }, now),
    });
    if (this.isNow('tooManyNow')) return throttled({ type: 'QPS' });
    const midnight = new Date(Math.ceil((now + 1) / DAY) * DAY).toISOString();
    return this.isNow('tooManyToday') ? throttled({ retryAfter: midnight }) : undefined;
  }

  private isNow(kind: Trouble): boolean {
    const now = this.props.clock.now();
    return this.wasTroubled([kind], now, now);
  }

  private orderAt(at: number): Order {
    if (this.wasTroubled(['oldestFirst'], at, at)) return 'oldestFirst';
    return this.wasTroubled(['swapped'], at, at) ? 'swapped' : 'newestFirst';
  }
}
