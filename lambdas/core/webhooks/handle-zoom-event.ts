import type { ZoomEvent } from '../../contract/zoom-event';
import type { AuditLog } from '../audit/ports';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionRecord, hasIdleGrant, isEnded } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { CLOCKS_APART_MS } from '../dates';
import { type RunStarter, promptKeepAlive, promptSync } from '../runs/run-starter';
import { askForUsers } from '../runs/users-due';

export interface HandleZoomEventPorts {
  readonly connections: ConnectionStore;
  readonly runs: RunStarter;
  readonly audit: AuditLog;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * What became of an event.
 *
 * - `noConnection`: the account has none, or it has ended.
 * - `outdated`: the app was removed before the consent that is in force.
 * - `ownDoing`: a grant that was not kept was taken back, on our own request.
 * - `noted`: the next sync that there is reads what changed.
 * - `syncStarted`: a sync was started, or this minute has had one and the next sync reads what that one missed; for a paused
 *   connection, the run that tries its grant.
 */
export type EventEffect =
  | { readonly kind: 'noConnection' }
  | { readonly kind: 'outdated' | 'ownDoing' | 'noted' | 'syncStarted'; readonly connectionId: string };

/**
 * Does what an event of Zoom's asks for. May be repeated, and events may come in any order: what is read is what Zoom has
 * by then.
 */
export function makeHandleZoomEvent({ connections, runs, audit, clock }: HandleZoomEventPorts) {
  return async function handleZoomEvent(event: ZoomEvent): Promise<EventEffect> {
    const bound = await connections.findByAccount(event.zoomAccountId);
    if (bound === undefined || isEnded(bound)) return { kind: 'noConnection' };
    if (event.kind === 'deauthorized') {
      if (isBefore(event.at, bound)) return { kind: 'outdated', connectionId: bound.id };
      if (isOwnDoing(event.at, bound)) return { kind: 'ownDoing', connectionId: bound.id };
    }
    const connection = await note(event, bound);
    if (connection === undefined) return { kind: 'noConnection' };
    const triesGrant = event.kind === 'deauthorized' && hasIdleGrant(connection);
    if (!triesGrant && !hasSyncs(connection)) return { kind: 'noted', connectionId: bound.id };
    await runs.start((triesGrant ? promptKeepAlive : promptSync)(bound.id, clock.now()));
    return { kind: 'syncStarted', connectionId: bound.id };
  };

  async function note({ kind, at }: ZoomEvent, bound: ConnectionRecord): Promise<ConnectionRecord | undefined> {
    if (kind === 'usersChanged') return askForUsers(connections, bound.id, clock.now());
    return kind === 'deauthorized' ? noteDeauthorized(bound, at) : bound;
  }

  /** Has the schedule disconnect it, once a run has found the grant dead. */
  async function noteDeauthorized({ id }: ConnectionRecord, at: string): Promise<ConnectionRecord | undefined> {
    const deauthorizedAt = new Date(clock.now()).toISOString();
    const noted = await changeConnection(connections, id, (current) =>
      isEnded(current) || isBefore(at, current) || isOwnDoing(at, current) ? undefined : { deauthorizedAt },
    );
    if (noted?.deauthorizedAt !== deauthorizedAt) return noted;
    const { zoomAccountId } = noted;
    await audit.record({
      action: 'deauthorized_by_zoom',
      connectionId: id,
      zoomAccountId,
      actor: null,
      details: { deauthorizedAt: at },
    });
    return noted;
  }
}

/** Whether it was before the consent in force, by Zoom's clock (`at`, ISO 8601 UTC) and ours. */
function isBefore(at: string, { connectedAt }: ConnectionRecord): boolean {
  return connectedAt !== null && Date.parse(at) < Date.parse(connectedAt) - CLOCKS_APART_MS;
}

/** Whether it was when we had Zoom take a grant back, as far as two clocks can tell. */
function isOwnDoing(at: string, { revokedByUsAt }: ConnectionRecord): boolean {
  return revokedByUsAt != null && Math.abs(Date.parse(at) - Date.parse(revokedByUsAt)) <= CLOCKS_APART_MS;
}

function hasSyncs({ status }: ConnectionRecord): boolean {
  return status === 'connected' || status === 'degraded';
}
