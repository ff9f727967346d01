import { describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { makeCookies } from '../../../lambdas/web/security';
import { connection, site } from './support';

const STRICT =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const TO_ZOOM = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

describe('the content security policy', () => {
  it.each(['/', '/connections/new', '/connections/c2', '/nowhere', '/api/connections', '/api/connections/c9'])(
    'lets forms lead nowhere else on %s',
    async (path) => {
      const { app, signedIn } = site([connection({ id: 'c2', status: 'connected' })]);
      const answer = await app.request(path, { headers: await signedIn() });
      expect(answer.headers.get('Content-Security-Policy')).toBe(STRICT);
    },
  );

  it.each(['/connections/new/zoom', '/connections/c1'])('lets the form on %s lead to Zoom', async (path) => {
    const { app, signedIn } = site([connection()]);
    const answer = await app.request(path, { headers: await signedIn() });
    expect(answer.headers.get('Content-Security-Policy')).toBe(TO_ZOOM);
  });

  it('lets the form of an invite lead to Zoom', async () => {
    const { app, link } = site([connection()]);
    const answer = await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`);
    expect(answer.headers.get('Content-Security-Policy')).toBe(TO_ZOOM);
  });

  it('stays strict on an invite that no longer works', async () => {
    const { app } = site();
    expect((await app.request('/invite/nonsense')).headers.get('Content-Security-Policy')).toBe(STRICT);
  });

  it('stays strict when a form is refused', async () => {
    const { post } = site();
    const answer = await post('/sign-out', { Origin: 'https://evil.example' });
    expect(answer.headers.get('Content-Security-Policy')).toBe(STRICT);
  });
});

describe('every page', () => {
  it.each([
    ['Referrer-Policy', 'same-origin'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Cache-Control', 'no-store'],
    ['Strict-Transport-Security', 'max-age=31536000'],
  ])('carries %s: %s', async (header, value) => {
    const { app } = site();
    expect((await app.request('/')).headers.get(header)).toBe(value);
  });

  it('asks for no strict transport security over http', async () => {
    const { app } = site([], { publicUrl: 'http://localhost:8787' });
    expect((await app.request('/')).headers.has('Strict-Transport-Security')).toBe(false);
  });

  it.each(['/', '/connections/new/zoom', '/connections/c1'])(
    'holds no script and no inline style (%s)',
    async (path) => {
      const { app, signedIn } = site([connection()]);
      const page = await (await app.request(path, { headers: await signedIn() })).text();
      expect(page).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|javascript:/i);
    },
  );
});

describe('a name that is markup', () => {
  const HOSTILE = connection({
    name: '<script>alert(1)</script>',
    status: 'degraded',
    reason: '<script>alert(2)</script>',
    capabilities: [
      { stream: '<script>alert(3)</script>', state: 'unavailable', reason: '<script>alert(4)</script>', remedy: null },
    ],
  });

  it.each(['/', '/connections/c1'])('is shown as text on %s', async (path) => {
    const { app, signedIn } = site([HOSTILE]);
    const page = await (await app.request(path, { headers: await signedIn() })).text();
    expect([page.includes('<script'), page.includes('&lt;script&gt;alert(1)')]).toEqual([false, true]);
  });

  it('is shown as text on an invite', async () => {
    const { app, link } = site([HOSTILE]);
    const page = await (await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`)).text();
    expect(page).not.toContain('<script');
  });
});

describe('a form from another site', () => {
  it('fails with 403', async () => {
    const { post } = site();
    expect((await post('/sign-out', { Origin: 'https://evil.example' })).status).toBe(403);
  });

  it('fails from a page without an origin', async () => {
    const { post } = site();
    expect((await post('/sign-out', { Origin: 'null' })).status).toBe(403);
  });

  it('fails whatever it says of the site that it was fetched from', async () => {
    const { post } = site();
    const answer = await post('/sign-out', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' });
    expect(answer.status).toBe(403);
  });

  it('uses no sign-in link up', async () => {
    const { link, links, post } = site();
    await post(`/session/${await link({ kind: 'sign-in' })}`, { Origin: 'https://evil.example' });
    expect(links.links.size).toBe(1);
  });

  it.each(['cross-site', 'same-site', 'none'])(
    'fails without an Origin when the browser calls it %s',
    async (where) => {
      const { app } = site();
      const answer = await app.request('/sign-out', { method: 'POST', headers: { 'Sec-Fetch-Site': where } });
      expect(answer.status).toBe(403);
    },
  );

  // a library's check that looks at forms alone would let these pass
  it.each(['application/json', 'application/octet-stream', 'text/plain', ''])(
    'fails whatever the type of what it sends (%j)',
    async (type) => {
      const { post, signedIn, sessions } = site();
      const headers = { ...(await signedIn()), Origin: 'https://evil.example', 'Content-Type': type };
      expect([(await post('/sign-out', headers)).status, sessions.sessions.size]).toEqual([403, 1]);
    },
  );

  it('is told apart from a program, which sends neither header', async () => {
    const { app } = site();
    expect((await app.request('/sign-out', { method: 'POST' })).status).toBe(200);
  });
});

describe('the session cookie', () => {
  async function cookieOf(publicUrl: string): Promise<string> {
    const { link, post } = site([], { publicUrl });
    const answer = await post(`/session/${await link({ kind: 'sign-in' })}`);
    return (answer.headers.get('Set-Cookie') ?? '').replace(/=[\w-]{43};/, '=ID;');
  }

  it('is bound to the host over https', async () => {
    expect(await cookieOf('https://connector.example')).toBe(
      '__Host-session=ID; Max-Age=28800; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it('has a plain name over http, where browsers refuse the other', async () => {
    expect(await cookieOf('http://localhost:8787')).toBe('session=ID; Max-Age=28800; Path=/; HttpOnly; SameSite=Lax');
  });

  it('is not read under its plain name over https', async () => {
    const { app, signedIn } = site();
    const { Cookie } = await signedIn();
    const answer = await app.request('/', { headers: { Cookie: Cookie.replace('__Host-', '') } });
    expect(answer.status).toBe(401);
  });
});

describe("an attempt's cookie", () => {
  function jar(publicUrl: string) {
    const cookies = makeCookies(publicUrl);
    const app = new Hono();
    app.get('/set', (c) => {
      cookies.setConsent(c, 'aB3', 'verifier');
      return c.body(null);
    });
    app.get('/clear', (c) => {
      cookies.clearConsent(c, 'aB3');
      return c.body(null);
    });
    app.get('/read/:key', (c) => c.json(cookies.consent(c, c.req.param('key')) ?? null));
    return app;
  }

  it.each([
    ['https://connector.example', '__Host-consent-aB3=verifier; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax'],
    ['http://localhost:8787', 'consent-aB3=verifier; Max-Age=600; Path=/; HttpOnly; SameSite=Lax'],
  ])('lives as long as the attempt at %s', async (publicUrl, cookie) => {
    expect((await jar(publicUrl).request('/set')).headers.get('Set-Cookie')).toBe(cookie);
  });

  it.each([
    ['aB3', 'verifier'],
    ['other', null],
  ])('is read by the key %s of its attempt alone', async (key, value) => {
    const headers = { Cookie: '__Host-consent-aB3=verifier' };
    const answer = await jar('https://connector.example').request(`/read/${key}`, { headers });
    expect(await answer.json()).toBe(value);
  });

  it('is cleared with the attributes it was set with', async () => {
    expect((await jar('https://connector.example').request('/clear')).headers.get('Set-Cookie')).toBe(
      '__Host-consent-aB3=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });
});
