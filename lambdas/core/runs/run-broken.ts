import type { RunRequest } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { isReadable } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';

/** How an execution ended that did not come to its last step. */
export type BrokenEnd = 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Notes on the connection that a run of it broke off, so that nothing waits for its end. May be repeated. */
export async function noteBrokenRun(
  { connections, clock }: { readonly connections: ConnectionStore; readonly clock: Clock },
  { connectionId, runId, kind }: RunRequest,
  end: BrokenEnd,
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  await changeConnection(connections, connectionId, (current) => {
    const degraded = isReadable(current)
      ? { status: 'degraded' as const, reason: `The last ${kind} broke off; its execution says why.` }
      : {};
    if (kind === 'sync') {
      if (current.syncRun?.runId !== runId) return undefined;
      return { ...degraded, syncRun: null, lastSync: { at, result: 'failed', newFacts: 0 } };
    }
    if (current.backfill?.runId !== runId || current.backfill.state !== 'running') return undefined;
    const state = end === 'ABORTED' ? 'cancelled' : 'failed';
    return { ...degraded, backfill: { ...current.backfill, state, endedAt: at } };
  });
}
