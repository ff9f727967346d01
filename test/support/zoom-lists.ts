import type { Shard } from '../../lambdas/contract/workflow';
import type { ZoomRow } from '../../lambdas/core/facts/stable-form';
import type { PageAnswer, ZoomAccess, ZoomLists } from '../../lambdas/core/zoom/ports';
import type { Clock } from '../../lambdas/core/clock';
import { MINUTE } from './clock';

/** Zoom's lists in memory, in small pages, with page tokens that live as long as Zoom's. */
export class FakeZoomLists implements ZoomLists {
  /** The start of each call, epoch ms. */
  readonly calls: number[] = [];
  /** Answers in place of the next calls, each once; throws it when it is an error. `undefined` lets a call through. */
  readonly script: (PageAnswer | Error | undefined)[] = [];
  private readonly tokens = new Map<
    string,
    { readonly shardId: string; readonly offset: number; readonly madeAt: number; readonly beganAt: number }
  >();

  constructor(
    private readonly clock: Clock,
    /** The rows of a shard as they are now, in Zoom's order for a chain of pages that began at `beganAt` (epoch ms). */
    private readonly rowsOf: (shard: Shard, beganAt: number) => readonly ZoomRow[],
    private readonly settings: {
      readonly pageSize: number;
      readonly latencyMs: number;
      readonly rateLimit?: number;
      /** Whether it leaves out how many users there are. */
      readonly hidesTotals?: boolean;
    },
  ) {}

  async fetchPage(_access: ZoomAccess, shard: Shard, pageToken: string | null): Promise<PageAnswer> {
    this.calls.push(this.clock.now());
    await this.clock.sleep(this.settings.latencyMs);
    const scripted = this.script.shift();
    if (scripted instanceof Error) throw scripted;
    if (scripted !== undefined) return scripted;

    const token = pageToken === null ? undefined : this.tokens.get(pageToken);
    const isGood = token?.shardId === shard.id && this.clock.now() - token.madeAt < 15 * MINUTE;
    if (pageToken !== null && !isGood) return { kind: 'pageTokenRejected' };
    const offset = token?.offset ?? 0;
    const beganAt = token?.beganAt ?? this.clock.now();
    const rows = this.rowsOf(shard, beganAt);
    const end = offset + this.settings.pageSize;
    const nextPageToken = end < rows.length ? `page-${this.tokens.size}` : null;
    if (nextPageToken !== null) {
      this.tokens.set(nextPageToken, { shardId: shard.id, offset: end, madeAt: this.clock.now(), beganAt });
    }
    const totalRecords = shard.stream === 'user' && this.settings.hidesTotals !== true ? rows.length : null;
    return {
      kind: 'page',
      rows: rows.slice(offset, end),
      nextPageToken,
      totalRecords,
      rateLimit: this.settings.rateLimit ?? null,
    };
  }
}
