import type { RunRequest } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import {
  type ConnectionRecord,
  awaitsFirstBackfill,
  isEarlierPart,
  isReadable,
} from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { brokeOff } from './run-conclusion';
import { firstBackfill } from './run-starter';

/** How an execution ended that did not come to its last step. */
export type BrokenEnd = 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Notes on the connection that a run of it broke off, so that nothing waits for its end. May be repeated. */
export async function noteBrokenRun(
  { connections, clock }: { readonly connections: ConnectionStore; readonly clock: Clock },
  run: RunRequest,
  end: BrokenEnd,
): Promise<void> {
  const { connectionId, runId, kind } = run;
  const at = new Date(clock.now()).toISOString();
  await changeConnection(connections, connectionId, (current) => {
    const degraded = isReadable(current) ? { status: 'degraded' as const, reason: brokeOff(kind) } : {};
    if (kind === 'sync') {
      if (current.syncRun?.runId !== runId) return undefined;
      return { ...degraded, syncRun: null, lastSync: { at, result: 'failed', newFacts: 0 } };
    }
    if (isUnplannedFirst(current, runId)) return degraded;
    if (current.backfill?.runId !== runId || current.backfill.state !== 'running') return undefined;
    // it was paused and has been resumed since: another execution of the run goes on
    if (isEarlierPart(current, run)) return undefined;
    const state = end === 'ABORTED' ? 'cancelled' : 'failed';
    return { ...degraded, backfill: { ...current.backfill, state, endedAt: at } };
  });
}

/** Whether it is the consent's own backfill, which broke off before it was noted: nothing else would ever tell its end. */
function isUnplannedFirst(connection: ConnectionRecord, runId: string): boolean {
  return awaitsFirstBackfill(connection) && firstBackfill(connection).runId === runId;
}
