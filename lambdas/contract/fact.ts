/** Version of the stream's contract; a breaking change gets a new one. */
export const FACT_VERSION = 1;

/** What the connector reads, one stream of Zoom each. */
export const FACT_KINDS = ['user', 'user_activity', 'admin_operation'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** What a kind of fact is called in a sentence. */
export const KIND_WORDS: { readonly [Kind in FactKind]: string } = {
  user: 'users',
  user_activity: 'sign-ins',
  admin_operation: 'admin operations',
};

/** What the connector says of itself: who was let in, who consented, what an operator did. Not read from Zoom. */
export const AUDIT_KIND = 'connector_audit';

/** Every kind of fact that is stored and on the stream. */
export const STORED_KINDS = [...FACT_KINDS, AUDIT_KIND] as const;
export type StoredKind = (typeof STORED_KINDS)[number];

/** Begins the partitions of the facts table that hold the audit log; those of connections begin with a hex digit. */
export const AUDIT_PARTITION = 'audit';

/**
 * Number of partitions that one connection's facts are spread over. Fixed for ever: a purge enumerates them, and
 * another number would hide the facts that are already stored. 64 partitions take 64,000 writes a second, five times
 * what Zoom's highest limit (40 pages of 300 rows a second) can bring.
 */
export const FACT_BUCKETS = 64;
