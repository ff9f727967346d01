import type { RunRequest } from '../../contract/workflow';

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

/** The backfill that follows a consent: named by it, so that it is started once however often it is asked for. */
export function firstBackfill(connectionId: string, generation: string): RunRequest {
  return { connectionId, runId: `consent-${generation}`, kind: 'backfill' };
}

/** A run that is named by the minute that it belongs to (`now` in epoch ms): two of the same minute are one. */
export function runOfMinute(connectionId: string, kind: RunRequest['kind'], now: number): RunRequest {
  const minute = new Date(now).toISOString().slice(0, 16).replace(/[-:]/g, '');
  return { connectionId, runId: `${kind}-${minute}`, kind };
}

/** Name of the run's execution: at most 80 characters, letters, digits, hyphens and underscores. */
export function executionName({ connectionId, runId }: RunRequest): string {
  return `${connectionId}_${runId}`;
}
