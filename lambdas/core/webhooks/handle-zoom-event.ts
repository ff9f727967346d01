import type { ZoomEvent } from '../../contract/zoom-event';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionRecord, isEnded } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { type RunStarter, promptSync } from '../runs/run-starter';

export interface HandleZoomEventPorts {
  readonly connections: ConnectionStore;
  readonly runs: RunStarter;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * What became of an event.
 *
 * - `noConnection`: the account has none, or it has ended.
 * - `noted`: the next sync that there is reads what changed.
 * - `syncStarted`: a sync was started for it, or one was in this minute and the next reads what that one does not.
 */
export type EventEffect =
  { readonly kind: 'noConnection' } | { readonly kind: 'noted' | 'syncStarted'; readonly connectionId: string };

/**
 * Does what an event of Zoom's asks for. May be repeated, and events may come in any order: what is read is what Zoom has
 * by then.
 */
export function makeHandleZoomEvent({ connections, runs, clock }: HandleZoomEventPorts) {
  return async function handleZoomEvent(event: ZoomEvent): Promise<EventEffect> {
    const bound = await connections.findByAccount(event.zoomAccountId);
    if (bound === undefined || isEnded(bound)) return { kind: 'noConnection' };
    const connection = event.kind === 'usersChanged' ? await noteUsersChanged(bound) : bound;
    if (connection === undefined) return { kind: 'noConnection' };
    if (!hasSyncs(connection)) return { kind: 'noted', connectionId: bound.id };
    await runs.start(promptSync(bound.id, clock.now()));
    return { kind: 'syncStarted', connectionId: bound.id };
  };

  /** Has the next sync read all users. */
  function noteUsersChanged({ id }: ConnectionRecord): Promise<ConnectionRecord | undefined> {
    return changeConnection(connections, id, (current) =>
      isEnded(current) ? undefined : { usersChangedAt: afterStartOf(current.syncRun, clock.now()) },
    );
  }
}

/** A sync that has begun may have read the lists before the change: its start is earlier, by whatever clock it is told. */
function afterStartOf(syncRun: ConnectionRecord['syncRun'], now: number): string {
  const began = syncRun === null ? -Infinity : Date.parse(syncRun.startedAt);
  return new Date(Math.max(now, began + 1)).toISOString();
}

function hasSyncs({ status }: ConnectionRecord): boolean {
  return status === 'connected' || status === 'degraded';
}
