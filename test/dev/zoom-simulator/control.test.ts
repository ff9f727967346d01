import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestZoom } from './support';

const TODAY = { from: '2026-03-10', to: '2026-03-10' };
let zoom: TestZoom;
beforeEach(async () => {
  zoom = await TestZoom.start({ enforceQuota: true });
});
afterEach(async () => zoom.close());

const newest = async (stream: string): Promise<unknown> => (await zoom.truth('acme', stream, TODAY))[0];

describe('a change of the world', () => {
  it('adds an activity now', async () => {
    await zoom.change('acme', { kind: 'addActivities', rows: [{ email: 'ana@example.com' }] });
    expect(await newest('activities')).toMatchObject({ email: 'ana@example.com', time: '2026-03-10T12:00:00Z' });
  });

  it('adds an operation now', async () => {
    await zoom.change('acme', { kind: 'addOperations', rows: [{ operation_detail: 'Deactivate User x@example.com' }] });
    expect(await newest('operations')).toMatchObject({ operation_detail: 'Deactivate User x@example.com' });
  });

  it('adds a row late, at its own time', async () => {
    await zoom.change('acme', {
      kind: 'addActivities',
      rows: [{ email: 'late@example.com', time: '2026-03-08T10:00:00Z' }],
    });
    const rows = await zoom.truth('acme', 'activities', { from: '2026-03-08', to: '2026-03-08' });
    expect(rows).toContainEqual(expect.objectContaining({ email: 'late@example.com', time: '2026-03-08T10:00:00Z' }));
  });

  it('keeps fields that Zoom does not document', async () => {
    await zoom.change('acme', { kind: 'addActivities', rows: [{ device_trust: 'high' }] });
    expect(await newest('activities')).toMatchObject({ device_trust: 'high' });
  });

  it('repeats the newest row in every field', async () => {
    await zoom.change('acme', { kind: 'repeatNewest', stream: 'activities' });
    const [first, second] = await zoom.truth('acme', 'activities', TODAY);
    expect(first).toEqual(second);
  });

  it.each([
    ['deactivateUser', 'inactive'],
    ['activateUser', 'active'],
  ])('lets %s lead to status %s', async (kind, status) => {
    const user = zoom.world.account('acme').directory.at(5)?.email ?? '';
    await zoom.change('acme', { kind, user });
    const users = await zoom.truth('acme', 'users');
    expect(users.find(({ email }) => email === user)?.status).toBe(status);
  });

  it('deletes a user', async () => {
    const user = zoom.world.account('acme').directory.at(5)?.email;
    await zoom.change('acme', { kind: 'deleteUser', user });
    expect((await zoom.truth('acme', 'users')).map(({ email }) => email)).not.toContain(user);
  });

  it('gives an invited person an id once activated', async () => {
    await zoom.change(
      'acme',
      { kind: 'inviteUser', email: 'new@example.com' },
      { kind: 'activateUser', user: 'new@example.com' },
    );
    const users = await zoom.truth('acme', 'users');
    expect(users.find(({ email }) => email === 'new@example.com')).toMatchObject({
      id: expect.any(String),
      status: 'active',
    });
  });

  it('fails for a user who is not there', async () => {
    expect(await zoom.change('acme', { kind: 'deleteUser', user: 'nobody@example.com' })).toMatchObject({
      status: 400,
      body: { error: 'no user nobody@example.com' },
    });
  });
});

describe('the statistics', () => {
  it('count calls, refusals, refreshes and revocations', async () => {
    const { access_token: token, refresh_token: refreshToken } = await zoom.connect();
    for (let call = 0; call < 11; call += 1) await zoom.get('/report/activities', token, TODAY);
    await zoom.refresh(refreshToken);
    await zoom.revoke(token);
    expect((await zoom.control('GET', 'stats')).body).toMatchObject({
      callsByLabel: { acme: { Heavy: 11 } },
      callsByHost: { acme: { [new URL(zoom.url).host]: 11 } },
      callsByEndpoint: { 'GET /report/activities': 11, 'POST /oauth/token': 2, 'POST /oauth/revoke': 1 },
      tooManyRequests: { acme: { QPS: 1 } },
      busiestSecond: { acme: { Heavy: 10 } },
      refreshes: 1,
      tokensIssued: 2,
      revocations: 1,
      grantsAlive: [],
    });
  });

  it('name every grant that is alive', async () => {
    await zoom.connect('acme/admin');
    const { grantsAlive } = (await zoom.control('GET', 'stats')).body;
    expect(grantsAlive).toEqual([expect.objectContaining({ account: 'acme', user: 'leo.kim@acme.example.com' })]);
  });

  it('note when each call within the limits arrived', async () => {
    const { access_token: token } = await zoom.connect();
    await zoom.get('/users/me', token);
    zoom.clock.advance(250);
    await zoom.get('/users/me', token);
    const { admittedAtMs } = (await zoom.control('GET', 'stats')).body;
    expect(admittedAtMs).toEqual({ acme: { Light: [zoom.clock.read() - 250, zoom.clock.read()] } });
  });
});

describe('the controls', () => {
  it('expire access tokens and leave refresh tokens good', async () => {
    const tokens = await zoom.connect();
    await zoom.control('POST', 'expire-tokens', {});
    expect([
      (await zoom.get('/users/me', tokens.access_token)).status,
      (await zoom.refresh(tokens.refresh_token)).status,
    ]).toEqual([401, 200]);
  });

  it('expire page tokens', async () => {
    const { access_token: token } = await zoom.connect();
    const { body } = await zoom.get('/users', token, { page_size: '5' });
    await zoom.control('POST', 'expire-tokens', { account: 'nobody', pageTokens: true });
    const next = await zoom.get('/users', token, { page_size: '5', next_page_token: String(body.next_page_token) });
    expect(next.body).toMatchObject({ code: 300 });
  });

  it('revoke the grants of one account', async () => {
    const [acme, tiny] = [await zoom.connect('acme/owner'), await zoom.connect('tiny/owner')];
    await zoom.control('POST', 'revoke-grants', { account: 'acme' });
    expect([
      (await zoom.get('/users/me', acme.access_token)).status,
      (await zoom.get('/users/me', tiny.access_token)).status,
    ]).toEqual([401, 200]);
  });

  it('put Zoom’s clock ahead, by which tokens expire and answers are dated', async () => {
    const { access_token: token } = await zoom.connect();
    await zoom.control('POST', 'clock-offset', { seconds: 3600 });
    const { status, headers } = await zoom.get('/users/me', token);
    await zoom.control('POST', 'reset', { parts: ['clock'] });
    expect([status, headers.get('date'), (await zoom.get('/users/me', token)).status]).toEqual([
      401,
      'Tue, 10 Mar 2026 13:00:00 GMT',
      200,
    ]);
  });

  it('put the world back', async () => {
    const before = await zoom.truth('acme', 'activities', TODAY);
    await zoom.change('acme', { kind: 'addActivities', rows: [{}] });
    await zoom.control('POST', 'reset', { parts: ['world'] });
    expect(await zoom.truth('acme', 'activities', TODAY)).toEqual(before);
  });

  it('leave grants alone when only the world is put back', async () => {
    const { access_token: token } = await zoom.connect();
    await zoom.control('POST', 'reset', { parts: ['world'] });
    expect((await zoom.get('/users/me', token)).status).toBe(200);
  });

  it('put everything back unless told otherwise', async () => {
    const { access_token: token } = await zoom.connect();
    await zoom.control('POST', 'reset');
    expect((await zoom.get('/users/me', token)).status).toBe(401);
  });

  it('list and remove faults', async () => {
    await zoom.arm({ kind: 'html' });
    await zoom.control('DELETE', 'faults');
    expect((await zoom.control('GET', 'faults')).body).toEqual({ faults: [] });
  });

  it('tell who can sign in', async () => {
    const { body } = await zoom.control('GET', 'accounts');
    expect(body).toMatchObject({
      accounts: [
        {
          id: 'acme',
          plan: 'pro',
          personas: expect.arrayContaining([expect.objectContaining({ key: 'acme/owner', roleId: '0' })]),
        },
        { id: 'tiny', plan: 'free' },
      ],
    });
  });

  it('refuse a fault of an unknown kind', async () => {
    expect((await zoom.control('POST', 'faults', { kind: 'earthquake' })).status).toBe(400);
  });
});

describe('the rate-limit headers', () => {
  it('say what is left of the day where there is a daily limit', async () => {
    const { access_token: token } = await zoom.connect();
    const { headers } = await zoom.get('/report/activities', token, TODAY);
    expect([headers.get('x-ratelimit-type'), headers.get('x-ratelimit-remaining')]).toEqual(['Daily-limit', '29999']);
  });

  it('name the instant to come back at once the day is used up', async () => {
    await zoom.close();
    zoom = await TestZoom.start({ enforceQuota: true, accounts: [{ id: 'acme', plan: 'free', users: 3, admins: 1 }] });
    const { access_token: token } = await zoom.connect();
    for (let call = 0; call < 1000; call += 1) {
      await zoom.get('/report/activities', token);
      zoom.clock.advance(1000);
    }
    const { status, headers } = await zoom.get('/report/activities', token);
    expect([status, headers.get('retry-after'), headers.get('x-ratelimit-type')]).toEqual([
      429,
      '2026-03-11T00:00:00Z',
      'Daily-limit',
    ]);
  });

  it('are absent when switched off', async () => {
    await zoom.close();
    zoom = await TestZoom.start({ enforceQuota: true, rateLimitHeaders: 'none' });
    const { access_token: token } = await zoom.connect();
    const { headers } = await zoom.get('/users', token);
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('bound nobody when quotas are switched off', async () => {
    await zoom.close();
    zoom = await TestZoom.start({ enforceQuota: false });
    const { access_token: token } = await zoom.connect();
    const statuses = [];
    for (let call = 0; call < 12; call += 1) statuses.push((await zoom.get('/report/activities', token, TODAY)).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
