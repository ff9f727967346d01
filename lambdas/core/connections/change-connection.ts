import { VersionConflictError } from '../errors';
import type { ConnectionChange, ConnectionRecord } from './connection-record';
import type { ConnectionStore } from './ports';

/** Enough for a dozen workers that all report at once: with each round one of them gets through. */
const MAX_ROUNDS = 20;

/**
 * Changes a connection by what it is at that moment, reading it again when somebody else was faster.
 *
 * @param decide - the change for the record as it is; `undefined` to leave it.
 * @param how - `release` also gives up its claim of the Zoom account.
 * @returns the record as it now is; `undefined` when there is no such connection.
 */
export async function changeConnection(
  connections: ConnectionStore,
  id: string,
  decide: (current: ConnectionRecord) => ConnectionChange | undefined,
  how: 'update' | 'release' = 'update',
): Promise<ConnectionRecord | undefined> {
  for (let round = 1; ; round++) {
    const current = await connections.find(id);
    const change = current === undefined ? undefined : decide(current);
    if (current === undefined || change === undefined) return current;
    try {
      return await connections[how](current, change);
    } catch (error) {
      if (!(error instanceof VersionConflictError) || round === MAX_ROUNDS) throw error;
    }
  }
}
