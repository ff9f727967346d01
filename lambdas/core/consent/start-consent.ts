import { createHash } from 'node:crypto';
import { hashSecretValue, newSecretValue } from '../access/secret-value';
import { type ConnectionRecord, isEnded } from '../connections/connection-record';
import { ConflictError } from '../errors';
import type { AttemptStore, ConsentAttempt, ZoomAuthorization } from './ports';

/** Time to read Zoom's page, sign in there and allow. */
export const ATTEMPT_MS = 10 * 60_000;

/** A browser on its way to Zoom. */
export interface StartedConsent {
  /** Zoom's consent page for this attempt. */
  readonly authorizeUrl: string;
  /** Names the attempt's cookie, so that two tabs do not take each other's. */
  readonly cookieKey: string;
  /** PKCE's code verifier: the cookie's value, kept by the browser alone. */
  readonly codeVerifier: string;
}

/**
 * Begins an attempt to get a consent for the connection, at `now` (epoch ms).
 *
 * `state` is random and single-use (RFC 9700, section 4.7), the code is bound to the browser by PKCE with S256 (RFC 7636).
 *
 * @throws ConflictError when the connection cannot be connected (any more).
 */
export async function startConsent(
  ports: { readonly attempts: AttemptStore; readonly zoom: Pick<ZoomAuthorization, 'authorizeUrl'> },
  connection: ConnectionRecord,
  begunWith: Pick<ConsentAttempt, 'inviteHash' | 'session'>,
  now: number,
): Promise<StartedConsent> {
  if (isEnded(connection)) throw new ConflictError('this connection has been ended', 'ask for a new invite');
  const state = newSecretValue();
  const codeVerifier = newSecretValue();
  const codeChallenge = challengeOf(codeVerifier);
  const authorizeUrl = await ports.zoom.authorizeUrl(state, codeChallenge);
  const stateHash = hashSecretValue(state);
  await ports.attempts.create(stateHash, {
    connectionId: connection.id,
    ...begunWith,
    codeChallenge,
    expiresAt: now + ATTEMPT_MS,
  });
  return { authorizeUrl, cookieKey: cookieKey(stateHash), codeVerifier };
}

/** PKCE's S256 (RFC 7636, section 4.2). */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

/** The part of an attempt's cookie name that tells it from other attempts' cookies. */
export function cookieKey(stateHash: string): string {
  return stateHash.replace(/[^A-Za-z0-9]/g, '').slice(0, 12);
}
