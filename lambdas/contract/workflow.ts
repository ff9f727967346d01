import type { FactKind, StoredKind } from './fact';

/** Why a run reads: the first full read, or what came since. */
export type RunKind = 'backfill' | 'sync';

export type UserStatus = 'active' | 'inactive' | 'pending';
export const USER_STATUSES: readonly UserStatus[] = ['active', 'inactive', 'pending'];

/** Zoom's report of one kind of fact. */
export type ReportKind = Exclude<FactKind, 'user'>;

/**
 * The unit that is read as one chain of pages. Report shards cover whole calendar dates `from` to `to`, both
 * included (`yyyy-MM-dd`, at most 30 days); user shards one status.
 */
export type Shard = UserShard | ReportShard;

export interface UserShard {
  readonly id: string;
  readonly stream: 'user';
  readonly status: UserStatus;
}

export interface ReportShard {
  readonly id: string;
  readonly stream: ReportKind;
  readonly from: string;
  readonly to: string;
  /** Pages are read newest first until one reaches past this instant (ISO 8601 UTC); all of them when `null`. */
  readonly floor: string | null;
}

/** Input of both state machines, and what names the run in every step: no step carries facts, tokens or page tokens. */
export interface RunRequest {
  readonly connectionId: string;
  readonly runId: string;
  readonly kind: RunKind;
  /** First and last date to read (`yyyy-MM-dd`, UTC), both or neither; a backfill of another range than the usual. */
  readonly from?: string;
  readonly to?: string;
  /** These shards alone, of a backfill: what an earlier one could not read. */
  readonly shards?: readonly Shard[];
  /** Reads nothing, and only uses the grant so that it does not lapse; of a sync. */
  readonly keepAlive?: true;
  /**
   * Which execution of the run it is: one that has to wait for another day's quota is continued by the next, so that no
   * history grows without end. 1 unless said.
   */
  readonly part?: number;
}

/** Input of the state machine that disconnects a connection, and what names the disconnect in every step. */
export interface DisconnectTask {
  readonly connectionId: string;
  /** ISO 8601 UTC. */
  readonly requestedAt: string;
  /** Which execution of the disconnect it is: one that broke off is followed by the next. From 1 on. */
  readonly attempt: number;
}

/** Input of the step that deletes what is stored of a connection: once at once, and once when nothing writes any more. */
export interface PurgeTask extends DisconnectTask {
  readonly pass: 'first' | 'last';
}

/** What the step that ends the grant says: when nothing that was running can write any more (ISO 8601 UTC). */
export interface GrantEnded {
  readonly purgeAgainAt: string;
}

/** What the step that deletes says: `again` when its time was up before all was deleted. */
export interface PurgeOutcome {
  readonly outcome: 'done' | 'again';
}

/** Which stored facts are sent to the replay queue. */
export interface ReplayRequest {
  /** First and last date (`yyyy-MM-dd`, UTC) on which the facts happened; of what lasts, all are sent. */
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly StoredKind[];
  /** `null` for all connections, and for what is about none. */
  readonly connectionId: string | null;
}

/** How far a replay has come: places, and nothing of the facts there. */
export interface ReplayCursor {
  /** The connection that is being read; `null` for what is about none, which comes first. */
  readonly connectionId: string | null;
  /** How many of its stretches of the table were begun. */
  readonly begun: number;
  /** Which of those have more, behind which sort key. */
  readonly open: readonly { readonly stretch: number; readonly after: string }[];
}

/** How much a replay has done. What is sent again because a turn was killed is not counted again. */
export interface ReplayCounts {
  readonly sent: number;
  /** Facts that fit into no message; the function's log has their ids. */
  readonly tooLarge: number;
}

/** Input of the state machine that replays, and of each turn of its one step. */
export interface ReplayTask extends ReplayRequest, ReplayCounts {
  /** `null` at the beginning. */
  readonly cursor: ReplayCursor | null;
}

/** What that step says: `again`, with the next turn's input, when its time was up before all was sent. */
export type ReplayOutcome =
  ({ readonly outcome: 'again' } & ReplayTask) | ({ readonly outcome: 'done' } & ReplayCounts);

/** Time-out of the longest step of a run, in minutes: so long after a connection is stopped, something may still write. */
export const LONGEST_STEP_MINUTES = 10;

/** What the first step is told: what to read, and by which execution. */
export interface PlanTask {
  readonly request: RunRequest;
  readonly executionArn: string;
}

/** A planned run. `generation` is the consent that it reads with: a later consent or a disconnect stops it. */
export interface RunRef {
  readonly connectionId: string;
  readonly runId: string;
  readonly kind: RunKind;
  readonly generation: string;
  /** Which execution of a backfill it is: a worker of an earlier one stops. 1 unless said. */
  readonly part?: number | undefined;
}

/**
 * Workers that read a backfill side by side: turning pages into facts takes more than one function's processor at Zoom's
 * limits, and the more chains one has, the longer the blocks of start times that it can use.
 */
export const BACKFILL_WORKERS = 2;

export interface RunPlan {
  readonly run: RunRef;
  /** One number for each worker that is to read side by side; which shards are whose stands in their progress. */
  readonly workers: readonly number[];
}

/** Input of the worker. */
export interface WorkerTask {
  readonly run: RunRef;
  readonly worker: number;
}

/**
 * What a worker says about its shards; the workflow routes by `outcome`.
 *
 * - `done`: each is read to its end, or denied, or failed for good, or its connection was stopped: nothing is left to do.
 * - `again`: the worker's time is up; progress is kept, call it again.
 * - `waitUntil`: nothing can be read before `at` (ISO 8601 UTC).
 * - `nextDay`: another UTC day has begun, or will have before anything can be read: the run goes on in another execution, at `at`.
 */
export type WorkerOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'again' }
  | { readonly outcome: 'waitUntil'; readonly at: string }
  | { readonly outcome: 'nextDay'; readonly at: string };

export const OUTCOME = { done: 'done', again: 'again', waitUntil: 'waitUntil', nextDay: 'nextDay' } as const satisfies {
  [Word in WorkerOutcome['outcome']]: Word;
};
