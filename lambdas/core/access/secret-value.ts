import { createHash, randomBytes } from 'node:crypto';

/** A random 256-bit value for a link, a session or an OAuth `state`, base64url (43 characters). */
export function newSecretValue(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored in place of a secret value: its SHA-256, base64url. Random 256-bit values need no salt. */
export function hashSecretValue(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}

/** What a link or session is called where people read of it: enough of its hash to tell it from others, and no way back. */
export function nameOfSecret(hash: string): string {
  return hash.slice(0, 12);
}
