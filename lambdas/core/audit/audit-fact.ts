import type { AuditDetails, AuditEvent } from '../../contract/audit';
import type { DateRange } from '../../contract/connection';
import { AUDIT_KIND, AUDIT_PARTITION, FACT_VERSION } from '../../contract/fact';
import { type FactKey, type KeyStretch, sortKeysOn } from '../facts/fact-key';

/** An entry of the audit log as an item of the facts table; `docs/stream.md` is its contract. */
export interface AuditFact extends FactKey {
  readonly v: number;
  readonly id: string;
  readonly kind: typeof AUDIT_KIND;
  readonly connectionId?: string;
  readonly zoomAccountId?: string;
  readonly time: string;
  readonly actor?: string;
  readonly raw: {
    readonly action: string;
    readonly via: string;
    readonly requestId: string | null;
    readonly details: AuditDetails;
  };
  readonly expiresAt: number;
}

/** What stands for the connection in the partition of entries that are about none. */
const NO_CONNECTION = 'connector';
const DAY_SECONDS = 86_400;

/** The item that an event is kept as: the same whenever the event comes again. */
export function auditFact(event: AuditEvent, retentionDays: number): AuditFact {
  const { id, time, action, connectionId, zoomAccountId, actor, details, via, requestId } = event;
  return {
    // apart from the connection's facts, which a purge takes and this must outlive
    pk: partitionOf(connectionId),
    sk: `${AUDIT_KIND}#${time}#${id}`,
    v: FACT_VERSION,
    id,
    kind: AUDIT_KIND,
    ...(connectionId !== null && { connectionId }),
    ...(zoomAccountId !== null && { zoomAccountId }),
    time,
    ...(actor?.includes('@') && { actor: actor.trim().toLowerCase() }),
    raw: { action, via, requestId, details },
    expiresAt: Math.floor(Date.parse(time) / 1000) + retentionDays * DAY_SECONDS,
  };
}

/** Where the entries of these dates are that are about a connection; `null` for those about none. */
export function auditStretch(connectionId: string | null, dates: DateRange): KeyStretch {
  return { pk: partitionOf(connectionId), ...sortKeysOn(AUDIT_KIND, dates) };
}

function partitionOf(connectionId: string | null): string {
  return `${AUDIT_PARTITION}#${connectionId ?? NO_CONNECTION}`;
}
