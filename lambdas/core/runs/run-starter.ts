import type { RunRequest } from '../../contract/workflow';
import type { ConnectionRecord } from '../connections/connection-record';
import { isoWeek } from '../dates';

/** Starts executions of the two state machines. */
export interface RunStarter {
  /**
   * Starts a run under the name that {@link executionName} gives it. A run of that name that was started already is left
   * alone.
   *
   * @returns the execution's ARN.
   */
  start(request: RunRequest): Promise<string>;
}

/** Ends executions before their time. */
export interface RunStopper {
  /** Stops an execution. One that has ended, or that nobody remembers, is left as it is. */
  stop(executionArn: string): Promise<void>;
  /** Stops all executions of the connection that run, backfills and syncs. */
  stopAll(connectionId: string): Promise<void>;
}

/**
 * The backfill that follows a consent: named by it, so that it is started once however often it is asked for; and by the
 * resumption, where there was one, for the execution that was stopped then has used its name up.
 */
export function firstBackfill({
  id,
  generation,
  resumedAt,
}: Pick<ConnectionRecord, 'id' | 'generation' | 'resumedAt'>): RunRequest {
  const resumption = resumedAt === undefined ? '' : `-${compactInstant(Date.parse(resumedAt))}`;
  return { connectionId: id, runId: `consent-${generation}${resumption}`, kind: 'backfill' };
}

/** The sync of a tick of the schedule (`now` in epoch ms), named by its minute: a tick that comes twice is one. */
export function scheduledSync(connectionId: string, now: number): RunRequest {
  return { connectionId, runId: `tick-${compactInstant(now).slice(0, 13)}`, kind: 'sync' };
}

/** The run of a week (`now` in epoch ms) that uses a grant which no other uses: named by it, so that it is one a week. */
export function weeklyKeepAlive(connectionId: string, now: number): RunRequest {
  return { connectionId, runId: `keep-alive-${isoWeek(now)}`, kind: 'sync', keepAlive: true };
}

/**
 * The sync that an event of Zoom's asks for at `now` (epoch ms), named by its minute: however many events come, one starts a
 * minute.
 */
export function promptSync(connectionId: string, now: number): RunRequest {
  return { connectionId, runId: `event-${compactInstant(now).slice(0, 13)}`, kind: 'sync' };
}

/** The run that tries the grant of a paused connection at `now` (epoch ms), since Zoom told that it is gone. */
export function promptKeepAlive(connectionId: string, now: number): RunRequest {
  return { connectionId, runId: `event-keep-alive-${compactInstant(now).slice(0, 13)}`, kind: 'sync', keepAlive: true };
}

/** A run that an operator asks for at `now` (epoch ms): each time another one. */
export function requestedRun(connectionId: string, kind: RunRequest['kind'], now: number): RunRequest {
  return { connectionId, runId: `${kind}-${compactInstant(now)}`, kind };
}

/** For example `20261123T134559123Z`. */
export function compactInstant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:.]/g, '');
}

/** Name of the run's execution: at most 80 characters, letters, digits, hyphens and underscores. */
export function executionName({ connectionId, runId, part = 1 }: RunRequest): string {
  // the state machine names the later parts in the same way
  return `${executionPrefix(connectionId)}${runId}${part === 1 ? '' : `_${part}`}`;
}

/** What the names of a connection's executions begin with. */
export function executionPrefix(connectionId: string): string {
  return `${connectionId}_`;
}
