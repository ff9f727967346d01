import { describe, expect, it } from '@jest/globals';
import { hashSecretValue, newSecretValue } from '../../../lambdas/core/access/secret-value';
import { SESSION_MS } from '../../../lambdas/core/access/sign-in';
import { connection, site } from './support';

describe('signing in by a link', () => {
  it('opens the connectors page to the browser that pressed the button', async () => {
    const { app, link, post } = site([connection()]);
    const signedIn = await post(`/session/${await link({ kind: 'sign-in' })}`);
    const cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    const page = await app.request('/', { headers: { Cookie: cookie } });
    expect(await page.text()).toContain('Contoso');
  });

  it('leads on to the connectors page with a 303', async () => {
    const { link, post } = site();
    const answer = await post(`/session/${await link({ kind: 'sign-in' })}`);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/']);
  });

  it.each(['GET', 'HEAD'])('is not used up by a scanner that looks with %s', async (method) => {
    const { app, link, post } = site();
    const token = await link({ kind: 'sign-in' });
    await app.request(`/session/${token}`, { method });
    expect((await post(`/session/${token}`)).status).toBe(303);
  });

  it('works once', async () => {
    const { link, post } = site();
    const token = await link({ kind: 'sign-in' });
    await post(`/session/${token}`);
    expect((await post(`/session/${token}`)).status).toBe(404);
  });

  it('shows that a used link no longer works', async () => {
    const { app, link, post } = site();
    const token = await link({ kind: 'sign-in' });
    await post(`/session/${token}`);
    expect(await (await app.request(`/session/${token}`)).text()).toContain('This sign-in link no longer works');
  });

  it('fails for an expired link', async () => {
    const { clock, link, post } = site();
    const token = await link({ kind: 'sign-in' }, 15);
    clock.now += 15 * 60_000;
    expect((await post(`/session/${token}`)).status).toBe(404);
  });

  it('fails for an invite, and leaves it good', async () => {
    const { app, link, post } = site([connection()]);
    const token = await link({ kind: 'invite', connectionId: 'c1' });
    await post(`/session/${token}`);
    expect((await app.request(`/invite/${token}`)).status).toBe(200);
  });

  it('keeps only hashes', async () => {
    const { links, link } = site();
    expect([...links.links.keys()]).not.toContain(await link({ kind: 'sign-in' }));
  });
});

describe('session fixation', () => {
  it('takes no id over that the browser had before signing in', async () => {
    const { link, post, sessions } = site();
    const planted = newSecretValue();
    await post(`/session/${await link({ kind: 'sign-in' })}`, { Cookie: `__Host-session=${planted}` });
    expect([...sessions.sessions.keys()]).not.toContain(hashSecretValue(planted));
  });

  it('ends the session that the browser had: it may be known to whoever put it there', async () => {
    const { app, link, post, signedIn } = site();
    const before = await signedIn();
    await post(`/session/${await link({ kind: 'sign-in' })}`, before);
    expect((await app.request('/', { headers: before })).status).toBe(401);
  });

  it('ends no session by a link that no longer works', async () => {
    const { app, post, signedIn } = site();
    const before = await signedIn();
    await post('/session/nonsense', before);
    expect((await app.request('/', { headers: before })).status).toBe(200);
  });
});

describe('a session', () => {
  it('ends by itself', async () => {
    const { app, clock, signedIn } = site();
    const headers = await signedIn();
    clock.now += SESSION_MS;
    expect((await app.request('/', { headers })).status).toBe(401);
  });

  it('ends for good when its browser signs out', async () => {
    const { app, post, signedIn } = site();
    const headers = await signedIn();
    await post('/sign-out', headers);
    expect((await app.request('/', { headers })).status).toBe(401);
  });

  it('leaves no cookie behind when it is signed out', async () => {
    const { post, signedIn } = site();
    const answer = await post('/sign-out', await signedIn());
    expect(answer.headers.get('Set-Cookie')).toBe('__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax');
  });
});

describe('the audit log', () => {
  it('tells of a sign-in, by which link, and what its session is called', async () => {
    const { link, post, audit, sessions } = site();
    const token = await link({ kind: 'sign-in' });
    await post(`/session/${token}`);
    expect(audit.entries).toEqual([
      {
        action: 'signed_in',
        connectionId: null,
        zoomAccountId: null,
        actor: null,
        details: { link: hashSecretValue(token).slice(0, 12), session: [...sessions.sessions.keys()][0]?.slice(0, 12) },
      },
    ]);
  });

  it('tells of a sign-out', async () => {
    const { post, signedIn, audit, sessions } = site();
    const headers = await signedIn();
    const session = [...sessions.sessions.keys()][0]?.slice(0, 12);
    await post('/sign-out', headers);
    expect(audit.entries).toMatchObject([{ action: 'signed_out', details: { session } }]);
  });

  it('tells nothing of a link that no longer works, or of a sign-out of nobody', async () => {
    const { post, audit } = site();
    await post('/session/nonsense');
    await post('/sign-out', { Cookie: '__Host-session=nonsense' });
    expect(audit.entries).toEqual([]);
  });
});
