/**
 * A connection as the operator CLI, the pages and `GET /api/connections` show it. Instants are ISO 8601 UTC.
 * Imports nothing: `lib`, `lambdas` and `cli` agree on it.
 */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  /** Why the status is what it is, in plain words; `null` when there is nothing to explain. */
  readonly reason: string | null;
  /** The connection that this one became part of, when the Zoom account was connected already. */
  readonly mergedInto: string | null;
  readonly zoomAccountId: string | null;
  readonly plan: Plan | null;
  /** When consent was given. */
  readonly connectedAt: string | null;
  readonly backfill: BackfillView | null;
  readonly lastSync: LastSync | null;
  readonly capabilities: readonly Capability[];
  /** How far each kind of fact is read; empty before a consent and after the end. */
  readonly freshness: readonly Freshness[];
  /** How its disconnect goes, and once it has ended the receipt of it; `null` when nobody has asked for one. */
  readonly disconnect: Disconnect | null;
}

export const STATUSES = [
  'pending',
  'backfilling',
  'connected',
  'degraded',
  'reconnect_needed',
  'paused',
  'disconnecting',
  'disconnected',
  'refused',
] as const;
export type Status = (typeof STATUSES)[number];

/** Zoom's plans as far as its limits tell them apart; `business` stands for Business and everything above it. */
export type Plan = 'free' | 'pro' | 'business' | 'unknown';

export interface BackfillView {
  /** `waiting`: nothing is read before `waitingUntil`. */
  readonly state: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  /** When it began; of one that is not planned yet, when consent was given. */
  readonly startedAt: string;
  /** When the reports go on, while all that are left wait for Zoom's daily quota. */
  readonly waitingUntil: string | null;
  readonly shardsDone: number;
  readonly shardsTotal: number;
  readonly facts: number;
  readonly calls: number;
  /** Zoom calls a second since its start, waits included; `null` before the first, and when it is over. */
  readonly callsPerSecond: number | null;
  /** Of the time of its chains of pages, the share spent waiting for Zoom's quota, from 0 to 1; `null` before the first page. */
  readonly waitingShare: number | null;
  /** Time that is left, waits for another day's quota included; `null` while nothing says how much there is to read. */
  readonly etaSeconds: number | null;
  /** Zoom itself refused calls a while ago: it reads slower, or not at all for now. While `waitingUntil` is set: those of the day. */
  readonly throttledByZoom: boolean;
  /** The last fault of Zoom's that a part has met and has not got past yet. */
  readonly problem: string | null;
  /** Why it takes so long, in plain words, when it runs for more than 4 hours since it was begun or resumed last. */
  readonly overdue: string | null;
}

export interface LastSync {
  readonly at: string;
  readonly result: 'ok' | 'partial' | 'failed';
  readonly newFacts: number;
}

/**
 * How far one kind of fact is read. A quiet account has an old newest fact and was read a moment ago; one that cannot be read
 * has an old `readAt`, and falls behind.
 */
export interface Freshness {
  /** The kind of fact. */
  readonly stream: string;
  /** When the newest fact happened that was ever read, as Zoom says it; `null` before the first, and of users. */
  readonly newest: string | null;
  /** When the last run began that read all of it: what Zoom showed by then is stored. `null` before the first. */
  readonly readAt: string | null;
  /** Whether it should have been read since, and was not. */
  readonly behind: boolean;
  /** What went wrong since `readAt`, as far as a run told; `null` when nothing did. */
  readonly problem: string | null;
  /** What nobody can read any more, since Zoom had forgotten it when it was to be read, oldest first. */
  readonly lost: readonly DateRange[];
}

/** Whole dates (`yyyy-MM-dd`, UTC), both included. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** A disconnect: what was asked for, how far it is, what became of it. */
export interface Disconnect {
  /** Who asked: an operator, the Zoom account's admin on the connection's page, or Zoom, since the app was removed there. */
  readonly cause: 'operator' | 'admin' | 'deauthorized';
  /** Whether the facts stay. */
  readonly keepFacts: boolean;
  readonly requestedAt: string;
  /** Which execution of the workflow it is, from 1 on: one that broke off is followed by the next. */
  readonly attempt: number;
  readonly executionArn: string | null;
  /**
   * Whether Zoom has taken the grant back, or had ended it already. `false`: it could not be had to, and the account's admin
   * has to remove the app. `null`: not tried yet, or there was no grant.
   */
  readonly revokedAtZoom: boolean | null;
  /** Facts deleted so far. */
  readonly factsPurged: number;
  readonly endedAt: string | null;
}

/** Whether one kind of fact can be read with the admin's grant. */
export interface Capability {
  /** The kind of fact. */
  readonly stream: string;
  readonly state: 'available' | 'unavailable' | 'unknown';
  /** Zoom's own words. */
  readonly reason: string | null;
  /** What the admin can do about it. */
  readonly remedy: string | null;
}
