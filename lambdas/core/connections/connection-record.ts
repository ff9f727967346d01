import type { Connection, Freshness } from '../../contract/connection';
import type { FactKind } from '../../contract/fact';
import type { RunRef } from '../../contract/workflow';

/** A connection as the control table keeps it. Instants are ISO 8601 UTC. */
export interface ConnectionRecord extends Omit<Connection, 'backfill' | 'freshness'> {
  readonly createdAt: string;
  /** Raised by one with each change; a change is refused when somebody else was faster. */
  readonly version: number;
  /** Names the consent in force and ends the name of its token secret; `null` when there is no grant. */
  readonly generation: string | null;
  /** Generations whose token secrets are no longer, or not yet, in force, and may be there: made before and deleted after. */
  readonly spareSecrets: readonly string[];
  /** Where the account's API is, from the token response; `null` means the configured address. */
  readonly apiUrl: string | null;
  readonly consentedBy: {
    readonly userId: string | null;
    readonly email: string | null;
    readonly role: string | null;
  } | null;
  readonly backfill: BackfillRecord | null;
  /** The incremental sync that is running now. `aliveAt`: until then it has work, or waits; absent while it has not said. */
  readonly syncRun: { readonly runId: string; readonly startedAt: string; readonly aliveAt?: string } | null;
  /** The run that read anything of it first, by whatever consent: it alone finds the table empty. `null` before. */
  readonly firstRunId: string | null;
  /** When consent was given for the first time: what came since, and the usual days before, the first read is to find. */
  readonly firstConnectedAt: string | null;
  /** When the usual backfill began that was the first to be completed; `null` until one was: facts may be missing anywhere. */
  readonly firstReadAt: string | null;
  /**
   * Since when nobody has looked for rows that come late: when the last completed daily sweep began, or before the first one
   * when the consent was given.
   */
  readonly sweptAt: string | null;
  /** The run whose lists of users missed somebody whom the next sync looks for once more; `null` when nobody is looked for. */
  readonly usersMissedBy: string | null;
  /** When Zoom last told of a user who changed, or an operator asked for all users, until a run has read them since. */
  readonly usersChangedAt: string | null;
  /** When Zoom told that the account has removed the app; of the consent in force. */
  readonly deauthorizedAt: string | null;
  /** When we last had Zoom take back a grant of the account that was not kept: Zoom tells of that as of a removed app. */
  readonly revokedByUsAt: string | null;
  /** When the grant of a paused connection was found dead. */
  readonly grantDiedAt: string | null;
  /** How far the kinds of facts are read; those of which something is known. */
  readonly freshness: readonly StreamReading[];
  /** When it was resumed last, if it ever was: nothing was to be read before. */
  readonly resumedAt?: string;
  /** Streams that could be read with this consent once, and now cannot. */
  readonly lostStreams: readonly string[];
}

/** How far a kind of fact is read; whether it is behind depends on the moment. */
export type StreamReading = Omit<Freshness, 'behind'> & { readonly stream: FactKind };

/** The latest backfill. Its counts are those of its end; while it runs they are added up from its shards. */
export interface BackfillRecord {
  readonly runId: string;
  /** The execution that runs it, or ran it last. */
  readonly executionArn: string;
  /** Whether it read another range of dates than the usual, and so says nothing about the rest. */
  readonly isOfRange: boolean;
  /** `paused`: it goes on where it stopped when the connection is resumed. */
  readonly state: 'running' | 'done' | 'failed' | 'cancelled' | 'paused';
  /** Which execution of it is the latest, from 1 on. */
  readonly part: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly shardsDone: number;
  readonly shardsTotal: number;
  readonly facts: number;
  readonly calls: number;
}

/** What a change may set. */
export type ConnectionChange = Partial<Omit<ConnectionRecord, 'id' | 'version' | 'createdAt'>>;

/** Whether workers may read with this connection's grant. */
export function isReadable(connection: ConnectionRecord): boolean {
  return connection.status === 'backfilling' || connection.status === 'connected' || connection.status === 'degraded';
}

/** Whether a consent has been given whose backfill is still to be planned. */
export function awaitsFirstBackfill({ status, backfill, generation }: ConnectionRecord): boolean {
  return status === 'backfilling' && backfill === null && generation !== null;
}

/** Whether the connection has a grant that no run reads with, and that would lapse if nobody used it. */
export function hasIdleGrant({ status, generation }: ConnectionRecord): boolean {
  return status === 'paused' && generation !== null;
}

/** Whether an operator has cancelled this backfill. */
export function isCancelled({ backfill }: ConnectionRecord, runId: string): boolean {
  return backfill?.runId === runId && backfill.state === 'cancelled';
}

/** A sync that gives no sign of life any more, and never reported its end, bars the next one no longer than this. */
const SYNC_ABANDONED_MS = 6 * 60 * 60 * 1000;

/** Whether a sync of the connection runs at `now` (epoch ms), so that no other may begin. */
export function isSyncRunning({ syncRun }: ConnectionRecord, now: number): boolean {
  return syncRun !== null && now - Date.parse(syncRun.aliveAt ?? syncRun.startedAt) < SYNC_ABANDONED_MS;
}

/**
 * Whether nothing but a backfill should read what was there before it: the first read is still to come, and an operator
 * has cancelled it or has begun it again, whatever other range was read since. A first backfill that failed has read what
 * it could, and syncs do the rest.
 */
export function isFirstReadOpen({ firstReadAt, sweptAt, backfill }: ConnectionRecord): boolean {
  if (firstReadAt !== null || backfill === null) return false;
  const { state, isOfRange } = backfill;
  return state === 'cancelled' || state === 'running' || (isOfRange && sweptAt === null);
}

/** Whether a worker may read for this run: with the consent in force, unless it was cancelled or another took its place. */
export function mayRead(connection: ConnectionRecord, run: RunRef): boolean {
  const { kind, runId, generation } = run;
  const latest = kind === 'backfill' ? connection.backfill : connection.syncRun;
  const isReplaced = latest !== null && (latest.runId !== runId || isEarlierPart(connection, run));
  return (
    isReadable(connection) && connection.generation === generation && !isReplaced && !isCancelled(connection, runId)
  );
}

/** Whether another execution of the backfill goes on by now: it was paused, and resumed before this one had come to its end. */
export function isEarlierPart(
  { backfill }: ConnectionRecord,
  { kind, runId, part = 1 }: Pick<RunRef, 'kind' | 'runId' | 'part'>,
): boolean {
  return kind === 'backfill' && backfill?.runId === runId && part < backfill.part;
}

/** Whether the connection is over, or about to be: no consent is asked for it any more. */
export function isEnded({ status }: Pick<ConnectionRecord, 'status'>): boolean {
  return status === 'disconnecting' || status === 'disconnected';
}
