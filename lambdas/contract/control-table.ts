/**
 * Partitions of the control table. `lib` grants by them, so that no function reads or writes what it has no business
 * with. A partition is the word alone, or the word, `#` and an id.
 */
export const PARTITION = {
  /** All connections, by id. */
  connections: 'CONNECTION',
  /** The connection of each Zoom account. */
  account: 'ACCOUNT',
  link: 'LINK',
  session: 'SESSION',
  /** When sessions and links were last ended: all, or those of a connection. */
  revocation: 'REVOCATION',
  attempt: 'ATTEMPT',
  /** Shards of a connection's runs and the users that they saw. */
  run: 'RUN',
  checkpoint: 'CHECKPOINT',
  /** What could not be read or understood, by connection. */
  deadLetter: 'DEADLETTER',
  quota: 'QUOTA',
  lease: 'LEASE',
  /** Webhooks that came, by the hash of their body. */
  event: 'EVENT',
} as const;

/** Attribute by which DynamoDB drops what has expired, in both tables: epoch seconds. */
export const TTL_ATTRIBUTE = 'expiresAt';
