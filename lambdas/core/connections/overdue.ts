import type { BackfillView } from '../../contract/connection';
import { duration } from '../../contract/duration';

/** A backfill that runs for longer is worth a look. */
const OVERDUE_MS = 4 * 60 * 60 * 1000;

/** Whether something that is read since then (ISO 8601 UTC), without a pause, and still is at `now` (epoch ms) takes long. */
export function isOverdue(readsSince: string, now: number): boolean {
  return now - Date.parse(readsSince) > OVERDUE_MS;
}

/** Why a backfill that runs takes long, in plain words: what it waits for, then how far it is. */
export function reasonOfDelay(view: Omit<BackfillView, 'overdue'>): string {
  return `${causeOfDelay(view)} ${howFar(view)}`;
}

function causeOfDelay({ shardsTotal, waitingUntil, problem, throttledByZoom }: Omit<BackfillView, 'overdue'>): string {
  if (shardsTotal === 0) return 'It has not begun to read: its execution says why.';
  if (waitingUntil !== null) return `It waits for Zoom's daily quota until ${waitingUntil}.`;
  if (problem !== null) return `Some parts fail: ${problem}.`;
  if (throttledByZoom) return 'Zoom refused calls for their rate, so it reads slower.';
  return 'There is much to read.';
}

function howFar({ shardsDone, shardsTotal, callsPerSecond, etaSeconds }: Omit<BackfillView, 'overdue'>): string {
  return [
    `${shardsDone} of ${shardsTotal} parts are read`,
    ...(callsPerSecond === null ? [] : [`at ${callsPerSecond.toFixed(1)} calls a second`]),
    etaSeconds === null ? 'the time left is not known.' : `${duration(etaSeconds)} left.`,
  ].join(', ');
}
