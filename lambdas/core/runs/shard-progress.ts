import type { Shard } from '../../contract/workflow';
import type { Fact } from '../facts/fact';
import type { ShardProgress } from './ports';

/** A shard of which nothing has been read. */
export function plannedShard(shard: Shard, worker: number): ShardProgress {
  return {
    shard,
    worker,
    state: 'planned',
    attempts: 0,
    isReread: false,
    pageToken: null,
    pageTokenAt: null,
    rows: 0,
    pages: 0,
    totalRecords: null,
    facts: 0,
    calls: 0,
    malformed: 0,
    newest: null,
    oldest: null,
    inOrder: true,
    waitingUntil: null,
    readingMs: 0,
    waitedMs: 0,
    problem: null,
    denied: null,
  };
}

/** The shard from its first page again; what was stored, called and tried stays counted. */
export function restarted(before: ShardProgress): ShardProgress {
  const { shard, worker, facts, calls, attempts, readingMs, waitedMs, problem } = before;
  return { ...plannedShard(shard, worker), facts, calls, attempts, readingMs, waitedMs, problem, isReread: true };
}

/** Whether there is nothing left to read. */
export function isFinished({ state }: ShardProgress): boolean {
  return state === 'done' || state === 'denied' || state === 'failed';
}

/** A page of rows, and what they came to. */
export interface ReadPage {
  readonly rows: readonly unknown[];
  readonly facts: readonly Fact[];
  readonly problems: readonly unknown[];
  readonly nextPageToken: string | null;
  readonly totalRecords: number | null;
}

/** The progress once a page is stored, at `now` (epoch ms); how many facts that were is not told yet. */
export function afterPage(before: ShardProgress, page: ReadPage, now: number): ShardProgress {
  const times = before.shard.stream === 'user' ? [] : page.facts.flatMap(({ time }) => time ?? []);
  const oldest = times.reduce<string | null>(earlier, before.oldest);
  const inOrder = before.inOrder && isNewestFirst(before.oldest === null ? times : [before.oldest, ...times]);
  const next: ShardProgress = {
    ...before,
    state: 'reading',
    pageToken: page.nextPageToken,
    pageTokenAt: page.nextPageToken === null ? null : new Date(now).toISOString(),
    rows: before.rows + page.rows.length,
    pages: before.pages + 1,
    totalRecords: page.totalRecords ?? before.totalRecords,
    attempts: 0,
    problem: null,
    malformed: before.malformed + page.problems.length,
    newest: before.pages === 0 ? times.reduce<string | null>(later, null) : before.newest,
    oldest,
    inOrder,
  };
  const isRead = page.nextPageToken === null || hasReachedFloor(next);
  return isRead ? { ...next, state: 'done', pageToken: null, pageTokenAt: null } : next;
}

/** Whether all that is left is older than what the shard was to read. Only an ordered chain can tell. */
function hasReachedFloor({ shard, oldest, inOrder }: ShardProgress): boolean {
  if (shard.stream === 'user' || shard.floor === null || oldest === null || !inOrder) return false;
  return Date.parse(oldest) < Date.parse(shard.floor);
}

function isNewestFirst(times: readonly string[]): boolean {
  return times.every((time, index) => index === 0 || Date.parse(time) <= Date.parse(times[index - 1] ?? time));
}

function earlier(a: string | null, b: string): string {
  return a !== null && Date.parse(a) <= Date.parse(b) ? a : b;
}

function later(a: string | null, b: string): string {
  return a !== null && Date.parse(a) >= Date.parse(b) ? a : b;
}
