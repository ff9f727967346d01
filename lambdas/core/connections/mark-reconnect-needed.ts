import { changeConnection } from './change-connection';
import { isReadable } from './connection-record';
import type { ConnectionStore } from './ports';

/** Notes that Zoom no longer accepts the grant, unless there is a newer one or somebody stopped the connection. */
export async function markReconnectNeeded(
  connections: ConnectionStore,
  { connectionId, generation }: { readonly connectionId: string; readonly generation: string },
  reason: string,
): Promise<void> {
  await changeConnection(connections, connectionId, (current) =>
    current.generation === generation && isReadable(current) ? { status: 'reconnect_needed', reason } : undefined,
  );
}
