import type { ReportShard, UserShard } from '../../contract/workflow';
import { DAY_MS } from '../dates';
import type { ShardProgress } from './ports';
import { isFinished } from './shard-progress';

/**
 * What a shard is like before it is read, taken from the others of its stream, weighs as much as so many of its pages. Little,
 * for a quiet Sunday covers more time than a working day, and says less of it.
 */
const PRIOR_PAGES = 0.25;

export type ReportProgress = ShardProgress & { readonly shard: ReportShard };
export type UserProgress = ShardProgress & { readonly shard: UserShard };

export function isOfReport(progress: ShardProgress): progress is ReportProgress {
  return progress.shard.stream !== 'user';
}

export function isOfUsers(progress: ShardProgress): progress is UserProgress {
  return progress.shard.stream === 'user';
}

/**
 * How many pages are left of each report shard that is open; `undefined` while there is nothing to tell it by, for Zoom
 * does not say.
 *
 * Reports come newest first, so that the time which a shard's pages cover tells how many there are: those left are taken
 * to hold as many rows an hour as those that are read. A shard that is not begun, or has hardly been, goes by the others
 * of its stream, and where that has none that is read by all.
 *
 * The hours of a day are not told apart: a shard seems longer than it is while its busy hours are read. What the
 * shards that have ended say of how a day's rows spread over it is not made use of.
 *
 * @param startedAt - when the run began, epoch ms: the last of its dates ends then.
 */
export function reportPagesLeft(shards: readonly ReportProgress[], startedAt: number): number[] | undefined {
  const known = shards.map((progress) => ({ ...coverageOf(progress, startedAt), progress }));
  const open = known.filter(({ progress }) => !isFinished(progress));
  const left = open.flatMap(({ progress, pages, readMs, leftMs }) => {
    const alike = known.filter((other) => other.progress.shard.stream === progress.shard.stream);
    const pagesPerMs = densityOf(alike) ?? densityOf(known);
    if (pagesPerMs === undefined) return [];
    return Math.max(1, (leftMs * (pages + PRIOR_PAGES)) / (readMs + PRIOR_PAGES / pagesPerMs));
  });
  return left.length === open.length ? left : undefined;
}

/** How many pages are left of each list of users that is open: Zoom says how many users there are on the first page. */
export function userPagesLeft(shards: readonly UserProgress[]): number[] {
  return shards
    .filter((progress) => !isFinished(progress))
    .map(({ pages, rows, totalRecords }) =>
      totalRecords === null || rows === 0 ? 1 : Math.max(1, ((totalRecords - rows) * pages) / rows),
    );
}

/** How much of a report's time its pages cover, and how much they do not yet, in ms. */
interface Coverage {
  readonly pages: number;
  readonly readMs: number;
  readonly leftMs: number;
}

function coverageOf({ shard, state, pages, newest, oldest, inOrder }: ReportProgress, startedAt: number): Coverage {
  const from = Date.parse(shard.from);
  const to = Math.max(from, Math.min(Date.parse(shard.to) + DAY_MS, startedAt));
  if (state === 'done') return { pages, readMs: to - from, leftMs: 0 };
  // rows out of order do not say how far the chain is: it counts as not begun
  if (oldest === null || !inOrder) return { pages: 0, readMs: 0, leftMs: to - from };
  const read = Date.parse(oldest);
  return {
    pages,
    readMs: Math.max(0, Date.parse(newest ?? oldest) - read),
    leftMs: Math.max(0, read - from),
  };
}

/** Pages for each ms that is read; `undefined` before any is. */
function densityOf(coverages: readonly Coverage[]): number | undefined {
  const pages = coverages.reduce((sum, coverage) => sum + coverage.pages, 0);
  const readMs = coverages.reduce((sum, coverage) => sum + coverage.readMs, 0);
  return pages > 0 && readMs > 0 ? pages / readMs : undefined;
}
