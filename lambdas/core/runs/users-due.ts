import { changeConnection } from '../connections/change-connection';
import type { RunKind } from '../../contract/workflow';
import { type ConnectionRecord, isEnded, isFirstReadOpen, isSyncRunning } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { ProgressStore, ShardProgress } from './ports';
import { isFinished } from './shard-progress';

/** Whether a sync reads all users, which it does not do as a rule: somebody is looked for, or they were asked for. */
export function areUsersDue(connection: ConnectionRecord): boolean {
  const { usersMissedBy, usersChangedAt } = connection;
  return usersMissedBy !== null || (usersChangedAt != null && !isFirstReadOpen(connection));
}

/**
 * Whether the connection's other run has users to read, at `now` (epoch ms): a sync leaves them to the backfill beside it,
 * and a backfill waits until a sync that had begun is through. Of two that read them side by side, the one might store an
 * image that is older than the other's.
 */
export async function areUsersTaken(
  progress: Pick<ProgressStore, 'list'>,
  connection: ConnectionRecord,
  kind: RunKind,
  now: number,
): Promise<boolean> {
  const { id, backfill, syncRun } = connection;
  const isOtherRunning = kind === 'sync' ? backfill?.state === 'running' : isSyncRunning(connection, now);
  const other = kind === 'sync' ? backfill : syncRun;
  if (!isOtherRunning || other === null) return false;
  return (await progress.list({ connectionId: id, runId: other.runId })).some(isOfUsersToRead);
}

/** Whether it is a list of users that is not read yet. */
export function isOfUsersToRead(progress: ShardProgress): boolean {
  return progress.shard.stream === 'user' && !isFinished(progress);
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
