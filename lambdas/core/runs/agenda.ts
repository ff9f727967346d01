import type { UserStatus } from '../../contract/workflow';
import type { RateLimitLabel } from '../quota/limits';
import { STREAM_LABELS } from '../zoom/ports';
import type { ShardProgress } from './ports';
import type { ChainEnd } from './shard-chain';

/** After so many failed shards in a row Zoom is taken to be down: any other that is begun would use up its tries. */
const MOST_FAILURES = 2;

/** As people come and go: who moves on while the lists are read one after the other is in two of them, and not in none. */
const LISTS: readonly UserStatus[] = ['pending', 'active', 'inactive'];

/**
 * In which order a worker reads its shards. A shard that is begun has a page token to keep alive, so those under way come
 * first, and no other is begun while its label waits for quota or Zoom fails, or when as many are under way as a day's
 * calls can keep. A shard that fails while pages of others come is broken alone, and keeps no other from being begun.
 *
 * What came since the checkpoint is read before whole dates. The lists of users are read one after the other, each stored
 * before the next is fetched: of two side by side, the older image of somebody who moves might be stored last.
 */
export class Agenda {
  private readonly open: ShardProgress[];
  private readonly underWay = new Set<ShardProgress>();
  /** The list of users that is being read. */
  private list: ShardProgress | undefined;
  private readonly waiting = new Set<RateLimitLabel>();
  /** Pages that came, by label; and how many had come when a shard was taken up. */
  private readonly pages = new Map<RateLimitLabel, number>();
  private readonly pagesBefore = new Map<ShardProgress, number>();
  /** Shards in a row that failed without a page of their label meanwhile. */
  private readonly failures = new Map<RateLimitLabel, number>();

  /** @param mostChains - how many may be under way, by label. */
  constructor(
    open: readonly ShardProgress[],
    private readonly mostChains: (label: RateLimitLabel) => number,
  ) {
    this.open = [...open].sort((a, b) => placeOf(a) - placeOf(b));
    for (const progress of open) if (progress.state === 'reading') this.underWay.add(progress);
  }

  /** The next shard to read; `undefined` when none is to be read now. */
  next(): ShardProgress | undefined {
    const begun = this.open.findIndex((progress) => this.underWay.has(progress) && this.isFree(progress));
    const index = begun >= 0 ? begun : this.open.findIndex((progress) => this.mayBegin(progress));
    const [next] = index < 0 ? [] : this.open.splice(index, 1);
    if (next !== undefined) {
      this.underWay.add(next);
      if (next.shard.stream === 'user') this.list = next;
      this.pagesBefore.set(next, this.pagesOf(next));
    }
    return next;
  }

  /** Tells that a page of the shard came. */
  gotOn(progress: ShardProgress): void {
    const label = labelOf(progress);
    this.pages.set(label, this.pagesOf(progress) + 1);
    this.failures.set(label, 0);
  }

  ended(progress: ShardProgress, end: ChainEnd): void {
    const label = labelOf(progress);
    if (this.list === progress) this.list = undefined;
    if (end.kind === 'finished') this.underWay.delete(progress);
    if (end.kind === 'parked') this.waiting.add(label);
    const noneGotOn = this.pagesOf(progress) === this.pagesBefore.get(progress);
    if (end.kind === 'failing' && noneGotOn) this.failures.set(label, this.failuresOf(label) + 1);
  }

  private isFree({ shard }: ShardProgress): boolean {
    return shard.stream !== 'user' || this.list === undefined;
  }

  private failuresOf(label: RateLimitLabel): number {
    return this.failures.get(label) ?? 0;
  }

  private pagesOf(progress: ShardProgress): number {
    return this.pages.get(labelOf(progress)) ?? 0;
  }

  private mayBegin(progress: ShardProgress): boolean {
    const label = labelOf(progress);
    const underWay = [...this.underWay].filter((other) => labelOf(other) === label).length;
    const isDown = this.failuresOf(label) >= MOST_FAILURES;
    return this.isFree(progress) && !this.waiting.has(label) && !isDown && underWay < this.mostChains(label);
  }
}

function placeOf({ shard }: ShardProgress): number {
  if (shard.stream === 'user') return 1 + LISTS.indexOf(shard.status);
  return shard.floor === null ? 1 : 0;
}

function labelOf({ shard }: ShardProgress): RateLimitLabel {
  return STREAM_LABELS[shard.stream];
}
