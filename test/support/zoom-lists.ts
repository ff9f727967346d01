import type { Shard } from '../../lambdas/contract/workflow';
import type { Clock } from '../../lambdas/core/clock';
import type { ZoomRow } from '../../lambdas/core/facts/stable-form';
import type { PageAnswer, ZoomAccess, ZoomLists } from '../../lambdas/core/zoom/ports';
import { MINUTE } from './clock';

/** Zoom's lists with given rows for every shard, in small pages, and page tokens that live 15 minutes. */
export class FakeZoomLists implements ZoomLists {
  /** The calls: when, with which access token, for which page. */
  readonly calls: { readonly at: number; readonly accessToken: string; readonly pageToken: string | null }[] = [];
  /** Answers to give before the list's own, one a call; `undefined` for the list's own. */
  readonly script: (PageAnswer | Error | undefined)[] = [];
  /** Called at each call. */
  before: () => void = () => undefined;
  private readonly tokenTimes = new Map<string, number>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly rows: readonly ZoomRow[],
    private readonly pageSize: number,
  ) {}

  async fetchPage({ accessToken }: ZoomAccess, _shard: Shard, pageToken: string | null): Promise<PageAnswer> {
    await Promise.resolve();
    this.before();
    this.calls.push({ at: this.clock.now(), accessToken, pageToken });
    const scripted = this.script.shift();
    if (scripted instanceof Error) throw scripted;
    return scripted ?? this.page(pageToken);
  }

  private page(pageToken: string | null): PageAnswer {
    const issuedAt = pageToken === null ? this.clock.now() : this.tokenTimes.get(pageToken);
    if (issuedAt === undefined || this.clock.now() - issuedAt > 15 * MINUTE) return { kind: 'pageTokenRejected' };
    const start = pageToken === null ? 0 : Number(pageToken.slice('from-'.length));
    const end = start + this.pageSize;
    const nextPageToken = end < this.rows.length ? `from-${end}` : null;
    if (nextPageToken !== null) this.tokenTimes.set(nextPageToken, this.clock.now());
    return { kind: 'page', rows: this.rows.slice(start, end), nextPageToken, totalRecords: this.rows.length };
  }
}
