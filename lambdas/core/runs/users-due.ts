import { changeConnection } from '../connections/change-connection';
import { type ConnectionRecord, isEnded, isFirstReadOpen } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';

/** Whether a sync reads all users, which it does not do as a rule: somebody is looked for, or they were asked for. */
export function areUsersDue(connection: ConnectionRecord): boolean {
  const { usersMissedBy, usersChangedAt } = connection;
  return usersMissedBy !== null || (usersChangedAt != null && !isFirstReadOpen(connection));
}

/**
 * Has the next sync read all users, for at `now` (epoch ms) Zoom told of one who changed, or an operator asks for it. It is
 * noted until a run that began later has read them: so nothing is lost when that sync finds another one running, or fails.
 *
 * @returns the connection as it is then.
 */
export function askForUsers(
  connections: ConnectionStore,
  id: string,
  now: number,
): Promise<ConnectionRecord | undefined> {
  return changeConnection(connections, id, (current) =>
    isEnded(current) ? undefined : { usersChangedAt: afterStartOf(current.syncRun, now) },
  );
}

/** A sync that has begun may have read the lists before the change: its start is earlier, by whatever clock it is told. */
function afterStartOf(syncRun: ConnectionRecord['syncRun'], now: number): string {
  const began = syncRun === null ? -Infinity : Date.parse(syncRun.startedAt);
  return new Date(Math.max(now, began + 1)).toISOString();
}
