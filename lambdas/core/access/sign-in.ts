import type { Link, LinkStore, Scope, SessionStore } from './ports';
import { hashSecretValue, nameOfSecret, newSecretValue } from './secret-value';

/** Eight hours: a working day, so that a forgotten browser does not stay signed in over night. */
export const SESSION_MS = 8 * 60 * 60 * 1000;

/** A new session as the browser gets it. */
export interface NewSession {
  /** The cookie's value; nobody keeps it but the browser. */
  readonly id: string;
  /** What it is called in the audit log. */
  readonly name: string;
  readonly expiresAt: number;
}

/** Opens a session of `scope` at `now` (epoch ms). */
export async function openSession(sessions: SessionStore, scope: Scope, now: number): Promise<NewSession> {
  const id = newSecretValue();
  const hash = hashSecretValue(id);
  const expiresAt = now + SESSION_MS;
  await sessions.create(hash, { scope, startedAt: now, expiresAt });
  return { id, name: nameOfSecret(hash), expiresAt };
}

/**
 * Uses a sign-in link up and opens a session that sees every connection.
 *
 * @returns the session, or `undefined` when the link is unknown, used, expired or an invite.
 */
export async function signIn(
  ports: { readonly links: LinkStore; readonly sessions: SessionStore },
  token: string,
  now: number,
): Promise<NewSession | undefined> {
  const tokenHash = hashSecretValue(token);
  const link = await ports.links.find(tokenHash, now);
  if (link?.kind !== 'sign-in' || !(await ports.links.use(tokenHash, now))) return undefined;
  return openSession(ports.sessions, { kind: 'all' }, now);
}

/** Makes a link at `now` (epoch ms) that expires after `minutes`. @returns its token, its name in the audit log, its expiry. */
export async function makeLink(
  links: LinkStore,
  target: { readonly kind: 'sign-in' } | { readonly kind: 'invite'; readonly connectionId: string },
  minutes: number,
  now: number,
): Promise<{ token: string; name: string; expiresAt: number }> {
  const token = newSecretValue();
  const expiresAt = now + minutes * 60_000;
  const link: Link = { ...target, createdAt: now, expiresAt };
  const hash = hashSecretValue(token);
  await links.create(hash, link);
  return { token, name: nameOfSecret(hash), expiresAt };
}

/** Whether `scope` covers the connection. */
export function maySee(scope: Scope, connectionId: string): boolean {
  return scope.kind === 'all' || scope.connectionId === connectionId;
}

/** Whether `scope` covers the end of the connection: an invite alone does not, for it may be in anybody's hands. */
export function mayEnd(scope: Scope, connectionId: string): boolean {
  return scope.kind === 'all' || (scope.connectionId === connectionId && scope.hasConsented === true);
}
