import { describe, expect, it } from '@jest/globals';
import { BACKFILLING, connection, site } from './support';

const CONTOSO = connection();
const FABRIKAM = connection({ id: 'c2', name: 'Fabrikam' });
const OWN = { kind: 'connection', connectionId: 'c1' } as const;

describe('without a session', () => {
  it.each(['/', '/connections/new', '/connections/new/zoom', '/connections/c1'])('%s answers 401', async (path) => {
    const { app } = site([CONTOSO]);
    expect((await app.request(path)).status).toBe(401);
  });

  it('a page says how an operator gets a link', async () => {
    const { app } = site();
    expect(await (await app.request('/')).text()).toContain('npm run -s connector -- link');
  });

  it('a page says whom an admin asks', async () => {
    const { app } = site();
    expect(await (await app.request('/')).text()).toContain('ask whoever invited you');
  });

  it.each(['/api/connections', '/api/connections/c1'])('%s answers 401 with what to do', async (path) => {
    const { app } = site([CONTOSO]);
    const answer = await app.request(path);
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { error: { code: 'unauthenticated', message: expect.any(String), remedy: expect.any(String) } },
    ]);
  });
});

describe('an operator', () => {
  it('sees every connection on the connectors page', async () => {
    const { app, signedIn } = site([CONTOSO, FABRIKAM]);
    const page = await (await app.request('/', { headers: await signedIn() })).text();
    expect(['/connections/c1', '/connections/c2'].filter((href) => page.includes(href))).toHaveLength(2);
  });

  it('is told what to do first when there is none', async () => {
    const { app, signedIn } = site();
    const page = await (await app.request('/', { headers: await signedIn() })).text();
    expect(page).toContain('No Zoom account is connected yet');
  });

  it('gets from the catalogue to Zoom', async () => {
    const { app, signedIn } = site();
    const page = await (await app.request('/connections/new', { headers: await signedIn() })).text();
    expect(page).toContain('href="/connections/new/zoom"');
  });

  it('names a new connection in a form that begins the consent', async () => {
    const { app, signedIn } = site();
    const page = await (await app.request('/connections/new/zoom', { headers: await signedIn() })).text();
    expect(page).toMatch(/<form[^>]* method="post" action="\/connections">.*<input[^>]* name="name"/s);
  });

  it('gets 404 for a connection that is not there', async () => {
    const { app, signedIn } = site([CONTOSO]);
    expect((await app.request('/connections/c9', { headers: await signedIn() })).status).toBe(404);
  });

  it('gets all connections as JSON', async () => {
    const { app, signedIn } = site([CONTOSO, FABRIKAM]);
    const answer = await app.request('/api/connections', { headers: await signedIn() });
    expect(await answer.json()).toEqual({ connections: [CONTOSO, FABRIKAM] });
  });

  it('gets one connection as JSON', async () => {
    const { app, signedIn } = site([BACKFILLING]);
    const answer = await app.request('/api/connections/c1', { headers: await signedIn() });
    expect(await answer.json()).toEqual(BACKFILLING);
  });
});

describe('somebody invited to one connection', () => {
  it('is led from the connectors page to it', async () => {
    const { app, signedIn } = site([CONTOSO, FABRIKAM]);
    const answer = await app.request('/', { headers: await signedIn(OWN) });
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/connections/c1']);
  });

  it('sees it', async () => {
    const { app, signedIn } = site([CONTOSO]);
    expect((await app.request('/connections/c1', { headers: await signedIn(OWN) })).status).toBe(200);
  });

  it.each(['/connections/c2', '/api/connections/c2'])('gets 404 for another one at %s', async (path) => {
    const { app, signedIn } = site([CONTOSO, FABRIKAM]);
    expect((await app.request(path, { headers: await signedIn(OWN) })).status).toBe(404);
  });

  it('gets nothing but it as JSON', async () => {
    const { app, signedIn } = site([CONTOSO, FABRIKAM]);
    const answer = await app.request('/api/connections', { headers: await signedIn(OWN) });
    expect(await answer.json()).toEqual({ connections: [CONTOSO] });
  });

  it.each(['/connections/new', '/connections/new/zoom'])('may not add others at %s', async (path) => {
    const { app, signedIn } = site([CONTOSO]);
    expect((await app.request(path, { headers: await signedIn(OWN) })).status).toBe(403);
  });

  it('is not led to the connection that theirs was merged into', async () => {
    const { app, signedIn } = site([connection({ status: 'disconnected', mergedInto: 'c2' }), FABRIKAM]);
    const page = await (await app.request('/connections/c1', { headers: await signedIn(OWN) })).text();
    expect(page).not.toContain('/connections/c2');
  });
});

describe('an invite', () => {
  it('shows the name, and a form that begins the consent, to somebody without a session', async () => {
    const { app, link } = site([CONTOSO]);
    const token = await link({ kind: 'invite', connectionId: 'c1' });
    const page = await (await app.request(`/invite/${token}`)).text();
    expect(page).toMatch(
      new RegExp(`Connect Zoom for Contoso.*<form[^>]* method="post" action="/invite/${token}"`, 's'),
    );
  });

  it('says how many days of activity will be read', async () => {
    const { app, link } = site([CONTOSO]);
    const page = await (await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`)).text();
    expect(page).toContain('The last 7\u00a0days, and from then on.');
  });

  it.each(['GET', 'HEAD'])('is not used up by a scanner that looks with %s', async (method) => {
    const { app, links, link } = site([CONTOSO]);
    const token = await link({ kind: 'invite', connectionId: 'c1' });
    await app.request(`/invite/${token}`, { method });
    expect(links.links.size).toBe(1);
  });

  it('opens no session by being looked at', async () => {
    const { app, link } = site([CONTOSO]);
    const answer = await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`);
    expect(answer.headers.get('Set-Cookie')).toBeNull();
  });

  it('that is unknown says to ask for a new one', async () => {
    const { app } = site([CONTOSO]);
    const answer = await app.request('/invite/nonsense');
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('ask whoever sent it for a new invite'),
    ]);
  });

  it('fails after its time', async () => {
    const { app, clock, link } = site([CONTOSO]);
    const token = await link({ kind: 'invite', connectionId: 'c1' }, 60);
    clock.now += 60 * 60_000;
    expect((await app.request(`/invite/${token}`)).status).toBe(404);
  });

  it.each(['disconnecting', 'disconnected'] as const)('fails for a connection that is %s', async (status) => {
    const { app, link } = site([connection({ status })]);
    expect((await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`)).status).toBe(404);
  });

  it('fails for a connection that is gone', async () => {
    const { app, link } = site([]);
    expect((await app.request(`/invite/${await link({ kind: 'invite', connectionId: 'c1' })}`)).status).toBe(404);
  });

  it('fails when a sign-in link stands in for it', async () => {
    const { app, link } = site([CONTOSO]);
    expect((await app.request(`/invite/${await link({ kind: 'sign-in' })}`)).status).toBe(404);
  });
});

describe('progress', () => {
  it('is loaded again every 5 seconds while the backfill runs', async () => {
    const { app, signedIn } = site([BACKFILLING]);
    const answer = await app.request('/connections/c1', { headers: await signedIn() });
    expect(answer.headers.get('Refresh')).toBe('5');
  });

  it('is loaded again every minute while Zoom makes it wait for hours', async () => {
    const waitingUntil = '2026-10-13T00:00:00Z';
    const { app, signedIn } = site([
      { ...BACKFILLING, backfill: BACKFILLING.backfill && { ...BACKFILLING.backfill, state: 'waiting', waitingUntil } },
    ]);
    const answer = await app.request('/connections/c1', { headers: await signedIn() });
    expect(answer.headers.get('Refresh')).toBe('60');
  });

  it('stands still when nothing moves', async () => {
    const { app, signedIn } = site([connection({ status: 'connected' })]);
    const answer = await app.request('/connections/c1', { headers: await signedIn() });
    expect(answer.headers.has('Refresh')).toBe(false);
  });
});

describe('the stylesheet', () => {
  async function url(app: ReturnType<typeof site>['app']): Promise<string> {
    const page = await (await app.request('/')).text();
    return /href="(\/assets\/style\.css[^"]*)"/.exec(page)?.[1] ?? '';
  }

  it('is kept for ever under the address that pages give', async () => {
    const { app } = site();
    const answer = await app.request(await url(app));
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
  });

  it('is not kept under the address of another version', async () => {
    const { app } = site();
    expect((await app.request('/assets/style.css?v=older')).headers.get('Cache-Control')).toBe('no-cache');
  });

  it('is CSS', async () => {
    const { app } = site();
    expect((await app.request(await url(app))).headers.get('Content-Type')).toBe('text/css; charset=utf-8');
  });
});

describe('a fault', () => {
  function broken() {
    const made = site();
    made.views.list = () => Promise.reject(new Error('table zsc-control is on fire'));
    return made;
  }

  it('is reported', async () => {
    const { app, faults, signedIn } = broken();
    await app.request('/', { headers: await signedIn() });
    expect(faults).toEqual([new Error('table zsc-control is on fire')]);
  });

  it('is not told to the browser', async () => {
    const { app, signedIn } = broken();
    const answer = await app.request('/', { headers: await signedIn() });
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('zsc-control')]);
  });

  it('is answered in JSON to a program', async () => {
    const { app, signedIn } = broken();
    const answer = await app.request('/api/connections', { headers: await signedIn() });
    expect(await answer.json()).toMatchObject({ error: { code: 'internal' } });
  });
});

describe('the page that asks whether to disconnect', () => {
  const CONNECTED = connection({ status: 'connected', zoomAccountId: 'account-1' });

  it.each([undefined, { ...OWN, hasConsented: true as const }])(
    'says what happens and posts to its own address, for a session of %j',
    async (scope) => {
      const { app, signedIn } = site([CONNECTED]);
      const answer = await app.request('/connections/c1/disconnect', { headers: await signedIn(scope) });
      const page = await answer.text();
      expect(answer.status).toBe(200);
      expect(page).toMatch(/<form[^>]* method="post" action="\/connections\/c1\/disconnect".*name="keepFacts"/s);
      expect(page).toContain('This cannot be undone');
    },
  );

  it('is not for whoever has but an invite, who may be anybody', async () => {
    const { app, signedIn } = site([CONNECTED]);
    const headers = await signedIn(OWN);
    const answer = await app.request('/connections/c1/disconnect', { headers });
    expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('<form class="card')]);
    const page = await app.request('/connections/c1', { headers });
    expect(await page.text()).not.toContain('/connections/c1/disconnect');
  });

  it('can be posted to our own site alone', async () => {
    const { app, signedIn } = site([CONNECTED]);
    const { headers } = await app.request('/connections/c1/disconnect', { headers: await signedIn() });
    expect(headers.get('Content-Security-Policy')).toContain("form-action 'self'");
  });

  it('answers 401 without a session', async () => {
    const { app } = site([CONNECTED]);
    expect((await app.request('/connections/c1/disconnect')).status).toBe(401);
  });

  it('answers 404 to an admin of another connection', async () => {
    const { app, signedIn } = site([CONNECTED, FABRIKAM]);
    const headers = await signedIn({ kind: 'connection', connectionId: 'c2' });
    expect((await app.request('/connections/c1/disconnect', { headers })).status).toBe(404);
  });

  it.each([
    connection(),
    connection({ status: 'disconnecting', zoomAccountId: 'account-1' }),
    connection({ status: 'disconnected', zoomAccountId: 'account-1' }),
  ])('answers 409 for a connection that is $status', async (shown) => {
    const { app, signedIn } = site([shown]);
    expect((await app.request('/connections/c1/disconnect', { headers: await signedIn() })).status).toBe(409);
  });
});
