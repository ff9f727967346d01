/** What the audit log tells of: an action that somebody took, or that was taken upon Zoom's word. */
export const AUDIT_ACTIONS = [
  'app_credentials_set',
  'backfill_cancelled',
  'backfill_requested',
  'connection_created',
  'consent_declined',
  'consent_failed',
  'consent_given',
  'consent_refused',
  'dead_letters_replayed',
  'deauthorized_by_zoom',
  'disconnect_requested',
  'disconnected',
  'invite_created',
  'invite_opened',
  'paused',
  'replay_requested',
  'resumed',
  'sessions_revoked',
  'sign_in_link_created',
  'signed_in',
  'signed_out',
  'sync_requested',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What else there is to say of an action: names and numbers, never a secret. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

/** Input of the audit function. What is sent twice is the same entry: it is stored by `id` and `time`. */
export interface AuditEvent {
  /** 32 hex digits, made up by who sends it. */
  readonly id: string;
  /** When it happened, ISO 8601 UTC. */
  readonly time: string;
  readonly action: AuditAction;
  /** `null` for what is about no connection in particular. */
  readonly connectionId: string | null;
  readonly zoomAccountId: string | null;
  /** E-mail address of who did it, where one is known. */
  readonly actor: string | null;
  readonly details: AuditDetails;
  /** The function that saw it happen, by the name of its handler. */
  readonly via: string;
  /** Id of the invocation: CloudTrail's event of the same id names the IAM principal who made it. */
  readonly requestId: string | null;
}
