import { createHash } from 'node:crypto';
import type { Shard } from '../../contract/workflow';
import { latest } from '../dates';
import type { Fact } from '../facts/fact';
import type { Denied } from '../zoom/ports';
import type { ShardProgress } from './ports';

/** A list that ends short is read again so many times: users come and go while it is read. */
const MAX_SHORT_READS = 2;
/** A shard begins anew so many times without coming further. */
const MAX_RESTARTS = 5;

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
    newestSoFar: null,
    oldest: null,
    landmark: null,
    furthest: 0,
    restarts: 0,
    retryAt: null,
    shortReads: 0,
    inOrder: true,
    waitingUntil: null,
    parked: null,
    readingMs: 0,
    waitedMs: 0,
    problem: null,
    denied: null,
  };
}

/**
 * The shard from its first page again; what was stored, called and tried stays counted. One that never comes further than
 * before is given up.
 */
export function restarted(before: ShardProgress): ShardProgress {
  const restarts = before.restarts + 1;
  if (restarts > MAX_RESTARTS) return failed(before, 'Zoom takes back its page tokens before the list is read');
  const { shard, worker, facts, calls, attempts, readingMs, waitedMs, problem, shortReads, furthest } = before;
  const kept = { facts, calls, attempts, readingMs, waitedMs, problem, shortReads, furthest, restarts };
  return { ...plannedShard(shard, worker), ...kept, isReread: true };
}

/** How long the shard has waited for quota by `now` (epoch ms), with what has passed of the wait that the workflow has taken over. */
export function waitedBy({ waitedMs, parked }: ShardProgress, now: number): number {
  if (parked === null) return waitedMs;
  return waitedMs + Math.max(0, Math.min(now, Date.parse(parked.until)) - Date.parse(parked.at));
}

/** Whether there is nothing left to read. */
export function isFinished({ state }: ShardProgress): boolean {
  return state === 'done' || state === 'denied' || state === 'failed';
}

/**
 * Whether the shard's rows are not there. Of a stream that the grant does not cover that is nothing to mend, and yet there is
 * more to read when Zoom allows it again: a role may lose a permission for ten minutes.
 */
export function isMissing({ state }: ShardProgress): boolean {
  return state !== 'done';
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
    // users come while they are listed, and some before the page that is read
    totalRecords: smaller(before.totalRecords, page.totalRecords),
    furthest: Math.max(before.furthest, before.pages + 1),
    restarts: before.pages + 1 > before.furthest ? 0 : before.restarts,
    retryAt: null,
    attempts: 0,
    problem: null,
    landmark: landmarkAfter(before, page.nextPageToken),
    malformed: before.malformed + page.problems.length,
    newest: before.pages === 0 ? latest(...times) : before.newest,
    newestSoFar: latest(before.newestSoFar, ...times),
    oldest,
    inOrder,
  };
  if (page.nextPageToken !== null && digest(page.nextPageToken) === before.landmark) {
    return failed(next, 'Zoom’s page tokens go round in a circle');
  }
  if (page.nextPageToken === null && next.totalRecords !== null && next.rows < next.totalRecords) {
    const problem = `Zoom’s list ended after ${next.rows} of the ${next.totalRecords} rows that it said it has`;
    if (next.shortReads === MAX_SHORT_READS) return failed(next, problem);
    return { ...restarted(next), shortReads: next.shortReads + 1, problem };
  }
  const isRead = page.nextPageToken === null || hasReachedFloor(next);
  return isRead ? { ...next, state: 'done', pageToken: null, pageTokenAt: null } : next;
}

/** The shard that Zoom does not let the grant read. */
export function deniedShard(progress: ShardProgress, denied: Denied): ShardProgress {
  return { ...progress, state: 'denied', denied };
}

/** Whether Zoom denied the shard before the run began: there was nothing of it to read. */
export function wasDeniedAtFirst({ state, calls }: ShardProgress): boolean {
  return state === 'denied' && calls === 0;
}

/** The shard given up. */
export function failed(progress: ShardProgress, problem: string): ShardProgress {
  return { ...progress, state: 'failed', problem, pageToken: null, pageTokenAt: null };
}

/**
 * Brent's way to find a circle, however long, by keeping one element of it: the landmark is the token of the latest page
 * whose number is a power of two.
 */
function landmarkAfter({ pages, landmark }: ShardProgress, nextPageToken: string | null): string | null {
  const number = pages + 1;
  const isPowerOfTwo = (number & (number - 1)) === 0;
  return isPowerOfTwo && nextPageToken !== null ? digest(nextPageToken) : landmark;
}

function digest(pageToken: string): string {
  return createHash('sha256').update(pageToken).digest('base64url').slice(0, 16);
}

/** Whether all that is left is older than what the shard was to read. Only an ordered chain can tell. */
function hasReachedFloor({ shard, oldest, inOrder }: ShardProgress): boolean {
  if (shard.stream === 'user' || shard.floor === null || oldest === null || !inOrder) return false;
  return Date.parse(oldest) < Date.parse(shard.floor);
}

function isNewestFirst(times: readonly string[]): boolean {
  return times.every((time, index) => index === 0 || Date.parse(time) <= Date.parse(times[index - 1] ?? time));
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function earlier(a: string | null, b: string): string {
  return a !== null && Date.parse(a) <= Date.parse(b) ? a : b;
}
