import type { ConnectionChange, ConnectionRecord } from './connection-record';

/** Connections, one of them at most for a Zoom account. */
export interface ConnectionStore {
  /** Reads consistently. @returns `undefined` when there is none. */
  find(id: string): Promise<ConnectionRecord | undefined>;
  /**
   * All connections by their ids, a page at a time.
   *
   * @param from - begins with those from this id on, and ends with those before it. @default the first
   */
  list(from?: string): AsyncIterable<ConnectionRecord>;
  create(connection: ConnectionRecord): Promise<void>;
  /**
   * Changes the connection, provided that it still is what the caller read.
   *
   * @returns the record as it now is.
   * @throws {@link VersionConflictError} when it was changed in between.
   */
  update(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord>;
  /** The connection that a Zoom account is bound to. */
  findByAccount(zoomAccountId: string): Promise<ConnectionRecord | undefined>;
  /**
   * As {@link update}, and claims the Zoom account for it in the same transaction.
   *
   * @throws {@link VersionConflictError} also when the account is bound to another connection.
   */
  bind(read: ConnectionRecord, zoomAccountId: string, change: ConnectionChange): Promise<ConnectionRecord>;
  /** As {@link update}, and gives up its claim of the Zoom account, if it still has it, in the same transaction. */
  release(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord>;
  /** Forgets the connection. Forgetting one that is gone is fine. */
  delete(id: string): Promise<void>;
}
