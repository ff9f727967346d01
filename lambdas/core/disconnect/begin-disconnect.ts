import type { Disconnect } from '../../contract/connection';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionChange, type ConnectionRecord, isEnded } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { noSuchConnection } from '../errors';
import type { DisconnectStarter } from './ports';

export interface BeginDisconnectPorts {
  readonly connections: ConnectionStore;
  readonly disconnects: DisconnectStarter;
  readonly clock: Clock;
}

export type DisconnectRequest = Pick<Disconnect, 'cause' | 'keepFacts'>;

/**
 * Stops a connection for good and starts the workflow that ends its grant and deletes what it read. A connection that never
 * had a grant is deleted. May be asked for again: what broke off goes on, what has ended stays so; facts that were to be
 * kept are deleted when somebody asks for it later.
 *
 * @returns the connection as it now is; of one that is deleted, as it was last.
 * @throws NotFoundError
 */
export async function beginDisconnect(
  ports: BeginDisconnectPorts,
  connectionId: string,
  request: DisconnectRequest,
): Promise<ConnectionRecord> {
  const { connections, clock } = ports;
  const begun = await changeConnection(connections, connectionId, (current) =>
    beginning(current, request, new Date(clock.now()).toISOString()),
  );
  if (begun === undefined) throw noSuchConnection(connectionId);
  if (neverHadGrant(begun)) await connections.delete(connectionId);
  return continueDisconnect(ports, begun);
}

/**
 * Sees to it that the workflow of a connection that is `disconnecting` runs: starts it, or the next attempt after one that
 * broke off. Any other connection is left as it is.
 *
 * @param connection - as it was read.
 * @returns the connection as it now is.
 */
export async function continueDisconnect(
  { connections, disconnects }: Pick<BeginDisconnectPorts, 'connections' | 'disconnects'>,
  connection: ConnectionRecord,
): Promise<ConnectionRecord> {
  for (let current = connection; ;) {
    const { id, status, disconnect } = current;
    if (status !== 'disconnecting' || disconnect === null) return current;
    const { requestedAt, attempt } = disconnect;
    const { executionArn, isOver } = await disconnects.start({ connectionId: id, requestedAt, attempt });
    const changed = await changeConnection(connections, id, ({ status: now, disconnect: known }) => {
      // somebody else has seen to it
      if (now !== 'disconnecting' || known?.attempt !== attempt) return undefined;
      if (isOver) return { disconnect: { ...known, attempt: attempt + 1, executionArn: null } };
      return known.executionArn === executionArn ? undefined : { disconnect: { ...known, executionArn } };
    });
    if (!isOver || changed === undefined) return changed ?? current;
    current = changed;
  }
}

function beginning(
  current: ConnectionRecord,
  { cause, keepFacts }: DisconnectRequest,
  requestedAt: string,
): ConnectionChange | undefined {
  const { disconnect } = current;
  const begun: Disconnect = {
    cause,
    keepFacts,
    requestedAt,
    attempt: 1,
    executionArn: null,
    revokedAtZoom: disconnect?.revokedAtZoom ?? null,
    factsPurged: 0,
    endedAt: null,
  };
  if (isEnded(current)) {
    // Zoom tells of the end of a grant when we have ended it, too
    if (cause === 'deauthorized' || disconnect === null || !isToPurge(disconnect, keepFacts)) return undefined;
    if (current.status === 'disconnecting') return { disconnect: { ...disconnect, keepFacts } };
  }
  if (neverHadGrant(current)) {
    return { status: 'disconnected', disconnect: { ...begun, endedAt: requestedAt } };
  }
  return { status: 'disconnecting', reason: null, disconnect: begun };
}

/** Whether facts that an earlier disconnect was to keep are to be deleted by one that is asked for with `keepFacts`. */
export function isToPurge(earlier: Disconnect, keepFacts: boolean): boolean {
  return earlier.keepFacts && !keepFacts;
}

/** Whether nobody has ever consented to it: there is nothing to end and nothing to tell of. */
function neverHadGrant({ zoomAccountId, mergedInto, spareSecrets }: ConnectionRecord): boolean {
  return zoomAccountId === null && mergedInto === null && spareSecrets.length === 0;
}
