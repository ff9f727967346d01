import type { AuditEvent } from '../../contract/audit';
import type { AuditFact } from './audit-fact';

/** Something that is worth knowing later: who did what to which connection. */
export type AuditEntry = Pick<AuditEvent, 'action' | 'connectionId' | 'zoomAccountId' | 'actor' | 'details'>;

/**
 * The audit log as those see it who add to it. Entries cannot be read, changed or taken back through it.
 *
 * Is called when the action has been taken. It never fails, since what is done cannot be undone by failing: an entry that cannot
 * be handed over is logged in full and counted instead.
 */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
}

/** Where entries are kept. */
export interface AuditStore {
  /** Adds an entry, unless it is there: then it came before, and stays as it is. */
  append(fact: AuditFact): Promise<void>;
}
