import type { AuditEvent } from '../../lambdas/contract/audit';
import type { AuditEntry, AuditLog } from '../../lambdas/core/audit/ports';
import { instant } from './clock';

/** An audit log that keeps what it is told. */
export class RecordingAuditLog implements AuditLog {
  readonly entries: AuditEntry[] = [];

  record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }
}

/** What the audit function is told of an owner's consent, but for what `change` says. */
export function auditEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: '00112233445566778899aabbccddeeff',
    time: instant(),
    action: 'consent_given',
    connectionId: '5f0c2e9a41b7d386',
    zoomAccountId: 'account-1',
    actor: 'Owner@example.com',
    details: { role: 'Owner' },
    via: 'consent',
    requestId: 'request-1',
    ...change,
  };
}
