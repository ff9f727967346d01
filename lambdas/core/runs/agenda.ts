import type { RateLimitLabel } from '../quota/limits';
import { STREAM_LABELS } from '../zoom/ports';
import type { ShardProgress } from './ports';
import type { ChainEnd } from './shard-chain';

/**
 * In which order a worker reads its shards. A shard that is begun has a page token to keep alive, so those under way come
 * first, and no other is begun while its label waits for quota or Zoom fails, or when as many are under way as a day's
 * calls can keep.
 */
export class Agenda {
  private readonly open: ShardProgress[];
  private readonly underWay = new Set<ShardProgress>();
  private readonly waiting = new Set<RateLimitLabel>();

  /** @param mostChains - how many may be under way, by label. */
  constructor(
    open: readonly ShardProgress[],
    private readonly mostChains: (label: RateLimitLabel) => number,
  ) {
    this.open = [...open];
    for (const progress of open) if (progress.state === 'reading') this.underWay.add(progress);
  }

  /** The next shard to read; `undefined` when none is to be read now. */
  next(): ShardProgress | undefined {
    const begun = this.open.findIndex((progress) => this.underWay.has(progress));
    const index = begun >= 0 ? begun : this.open.findIndex((progress) => this.mayBegin(progress));
    const [next] = index < 0 ? [] : this.open.splice(index, 1);
    if (next !== undefined) this.underWay.add(next);
    return next;
  }

  ended(progress: ShardProgress, end: ChainEnd): void {
    if (end.kind === 'finished') this.underWay.delete(progress);
    if (end.kind === 'parked' || end.kind === 'failing') this.waiting.add(labelOf(progress));
  }

  private mayBegin(progress: ShardProgress): boolean {
    const label = labelOf(progress);
    const underWay = [...this.underWay].filter((other) => labelOf(other) === label).length;
    return !this.waiting.has(label) && underWay < this.mostChains(label);
  }
}

function labelOf({ shard }: ShardProgress): RateLimitLabel {
  return STREAM_LABELS[shard.stream];
}
