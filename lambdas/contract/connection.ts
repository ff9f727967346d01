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
  readonly state: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  readonly waitingUntil: string | null;
  readonly shardsDone: number;
  readonly shardsTotal: number;
  readonly facts: number;
  readonly calls: number;
  /** Zoom calls a second since its start, waits included; `null` when it is over. */
  readonly callsPerSecond: number | null;
  /** Of the time of its chains of pages, the share spent waiting for Zoom's quota, from 0 to 1; `null` before the first page. */
  readonly waitingShare: number | null;
  readonly etaSeconds: number | null;
  readonly throttledByZoom: boolean;
}

export interface LastSync {
  readonly at: string;
  readonly result: 'ok' | 'partial' | 'failed';
  readonly newFacts: number;
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
