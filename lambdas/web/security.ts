import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { ATTEMPT_MS } from '../core/consent/start-consent';
import type { NewSession } from '../core/access/sign-in';
import { hashSecretValue, nameOfSecret } from '../core/access/secret-value';
import type { Session, SessionStore } from '../core/access/ports';

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/** Content-Security-Policy of every answer that does not ask for {@link POLICY_TO_ZOOM}. */
const POLICY_HERE = `${POLICY}; form-action 'self'`;

/**
 * For a page whose form leads to Zoom: browsers hold the redirects that follow a submitted form against `form-action`,
 * and there is no `form-action` that names a consent page whose address is configured elsewhere.
 *
 * @see https://www.w3.org/TR/CSP3/#directive-form-action
 */
export const POLICY_TO_ZOOM = POLICY;

/**
 * Sets the security headers of every answer. Answers are not stored by anybody unless a handler says otherwise, and a
 * handler's own Content-Security-Policy stays.
 */
export function securityHeaders(publicUrl: string): MiddlewareHandler {
  const common = secureHeaders({
    // 'no-referrer' would make the `Origin` of our own forms `null`
    referrerPolicy: 'same-origin',
    strictTransportSecurity: isHttps(publicUrl) ? 'max-age=31536000' : false,
    xFrameOptions: 'DENY',
    xXssProtection: false,
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
    xPermittedCrossDomainPolicies: false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  });
  return async (c, next) => {
    await common(c, next);
    const { headers } = c.res;
    if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', POLICY_HERE);
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  };
}

/**
 * Refuses (403) what another site's page made the browser post, whatever its type: an `Origin` that is not `publicUrl`'s, or, without one,
 * a `Sec-Fetch-Site` that is not the same origin. A request with neither header does not come from a browser that could
 * be misled: all current ones send both.
 *
 * @see https://pkg.go.dev/net/http#CrossOriginProtection for the same rule, argued
 */
export function csrfCheck(publicUrl: string): MiddlewareHandler {
  const ours = new URL(publicUrl).origin;
  return async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const isForeign = origin === undefined ? site !== undefined && site !== 'same-origin' : origin !== ours;
    if (isForeign && c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new HTTPException(403);
    await next();
  };
}

/** The cookies that the pages and the consent flow keep. */
export interface Cookies {
  sessionId(c: Context): string | undefined;
  /** @param now - epoch milliseconds. */
  setSession(c: Context, session: NewSession, now: number): void;
  clearSession(c: Context): void;
  /** @param key - names the attempt; letters, digits, `-` and `_`. */
  consent(c: Context, key: string): string | undefined;
  setConsent(c: Context, key: string, value: string): void;
  clearConsent(c: Context, key: string): void;
}

/**
 * Cookies for pages at `publicUrl`: `__Host-` and `Secure` with https, plain names with http (the local stack), where a
 * browser would refuse them. Always HttpOnly, for `/`, and `Lax`: the callback is a navigation that comes from Zoom.
 */
export function makeCookies(publicUrl: string): Cookies {
  const base: CookieOptions = {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    ...(isHttps(publicUrl) ? { prefix: 'host' as const, secure: true } : {}),
  };
  const read = (c: Context, name: string) => (base.prefix ? getCookie(c, name, base.prefix) : getCookie(c, name));
  return {
    sessionId: (c) => read(c, 'session') || undefined,
    setSession: (c, { id, expiresAt }, now) =>
      setCookie(c, 'session', id, { ...base, maxAge: Math.max(0, Math.floor((expiresAt - now) / 1000)) }),
    clearSession: (c) => void deleteCookie(c, 'session', base),
    consent: (c, key) => read(c, `consent-${key}`) || undefined,
    setConsent: (c, key, value) => setCookie(c, `consent-${key}`, value, { ...base, maxAge: ATTEMPT_MS / 1000 }),
    clearConsent: (c, key) => void deleteCookie(c, `consent-${key}`, base),
  };
}

/** The session of the browser that asks. */
export interface OwnSession extends Session {
  /** What it is called in the audit log. */
  readonly name: string;
}

/**
 * The session that the browser's cookie names.
 *
 * @param now - epoch milliseconds.
 * @returns `undefined` when there is no cookie, or its session is unknown or over.
 */
export async function readSession(
  c: Context,
  ports: { readonly cookies: Cookies; readonly sessions: Pick<SessionStore, 'find'> },
  now: number,
): Promise<OwnSession | undefined> {
  const id = ports.cookies.sessionId(c);
  if (id === undefined) return undefined;
  const hash = hashSecretValue(id);
  const session = await ports.sessions.find(hash, now);
  return session && { ...session, name: nameOfSecret(hash) };
}

function isHttps(url: string): boolean {
  return new URL(url).protocol === 'https:';
}
