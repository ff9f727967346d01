import type { RunRef, Shard } from '../../contract/workflow';
import type { Denied } from '../zoom/ports';

/** How far a shard of a run is. Instants are ISO 8601 UTC. */
export interface ShardProgress {
  readonly shard: Shard;
  /** The worker whose shard it is. */
  readonly worker: number;
  /** `failed`: given up after several turns that came no page further. */
  readonly state: 'planned' | 'reading' | 'done' | 'denied' | 'failed';
  /** Turns that ended by a fault since the last page. */
  readonly attempts: number;
  /** Whether it was begun once and began anew: what it reads is known in part, and looked up before it is written. */
  readonly isReread: boolean;
  /** Names the next page; lives about 15 minutes from `pageTokenAt` on, and nowhere but here. */
  readonly pageToken: string | null;
  readonly pageTokenAt: string | null;
  /** Rows read since the shard's last start. */
  readonly rows: number;
  readonly pages: number;
  /** What Zoom said the number of rows is. */
  readonly totalRecords: number | null;
  /** Facts written: all of them where the table was empty, in the first run's first reading, otherwise new and changed ones. */
  readonly facts: number;
  readonly calls: number;
  /** Rows that could not become facts. */
  readonly malformed: number;
  /** The newest time on the first page; reports only. */
  readonly newest: string | null;
  /** The newest time so far, on whatever page. */
  readonly newestSoFar: string | null;
  /** The oldest time so far, to notice rows that are out of order; reports only. */
  readonly oldest: string | null;
  /** Digest of an earlier page's token, to notice pages that go round in a circle. */
  readonly landmark: string | null;
  /** Pages that were read at best, and how often the shard began anew since without coming further. */
  readonly furthest: number;
  readonly restarts: number;
  /** Not read again before then: Zoom failed. */
  readonly retryAt: string | null;
  /** How often the list ended before the number of rows that Zoom said it has. */
  readonly shortReads: number;
  /** Whether every row so far was as old as or older than the one before it. */
  readonly inOrder: boolean;
  /** Set while the day's quota is waited for: when it is there again. */
  readonly waitingUntil: string | null;
  /** The wait for quota that the workflow took over when the shard was read last; `null` when it did not. */
  readonly parked: { readonly at: string; readonly until: string } | null;
  /** Time spent reading pages, and time spent waiting for the quota, that wait left out, since the run began. */
  readonly readingMs: number;
  readonly waitedMs: number;
  /** The last fault since the last page, in words that name no value of a row; `null` when there was none. */
  readonly problem: string | null;
  readonly denied: Denied | null;
}

/** Progress of the shards of runs; expires some weeks after. */
export interface ProgressStore {
  /** Notes the shards of a run. What is there already is left as it is: planning may be repeated. */
  plan(run: RunRef, shards: readonly ShardProgress[]): Promise<void>;
  find(run: RunRef, shardId: string): Promise<ShardProgress | undefined>;
  /** Leaves what a later execution of the run has saved: a worker of an earlier one may be about to end. */
  save(run: RunRef, progress: ShardProgress): Promise<void>;
  list(run: { readonly connectionId: string; readonly runId: string }): Promise<readonly ShardProgress[]>;
}

/** The users that the lists of one run named: whom no list names is gone. Expires with the run's progress. */
export interface SeenUsers {
  add(run: RunRef, page: string, factIds: readonly string[]): Promise<void>;
  read(run: RunRef): Promise<SeenIds>;
}

/** The fact ids that a run saw; none when its lists have expired. */
export interface SeenIds {
  readonly size: number;
  has(factId: string): boolean;
}

/** How far a report is known to have been read without a gap. */
export interface Checkpoint {
  /** Everything up to here that Zoom showed has been stored, ISO 8601 UTC. */
  readonly readTo: string;
  /** When the run that read it began, ISO 8601 UTC: rows that Zoom adds later are looked for from here back. */
  readonly asOf: string;
}

export interface CheckpointStore {
  find(connectionId: string, stream: string): Promise<Checkpoint | undefined>;
  save(connectionId: string, stream: string, checkpoint: Checkpoint): Promise<void>;
}
