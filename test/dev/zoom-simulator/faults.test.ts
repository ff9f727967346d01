import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault, Faults } from '../../../dev/zoom-simulator/faults';
import { TestZoom } from './support';

const WINDOW = { from: '2026-03-05', to: '2026-03-10', page_size: '100' };
const REPORT = '/report/activities';
let zoom: TestZoom;
let token: string;
let refreshToken: string;
beforeEach(async () => {
  zoom = await TestZoom.start();
  ({ access_token: token, refresh_token: refreshToken } = await zoom.connect());
});
afterEach(async () => zoom.close());

const POST: RequestInit = { method: 'POST', body: new URLSearchParams(), redirect: 'manual' };
const bearer = () => ({ authorization: `Bearer ${token}` });
const times = (rows: unknown): string[] => (rows as { time: string }[]).map(({ time }) => time);

describe('a fault of the answer', () => {
  it('answers 429 for the second without saying when to come back', async () => {
    await zoom.arm({ kind: 'tooManyPerSecond' });
    const { status, headers, body } = await zoom.get('/users', token);
    expect([status, headers.get('x-ratelimit-type'), headers.get('retry-after'), body.message]).toEqual([
      429,
      'QPS',
      null,
      expect.stringContaining('per-second'),
    ]);
  });

  it('answers 429 for the day with the instant to come back at', async () => {
    await zoom.arm({ kind: 'tooManyPerDay' });
    const { status, headers, body } = await zoom.get('/users', token);
    expect([status, headers.get('x-ratelimit-type'), headers.get('retry-after'), body.message]).toEqual([
      429,
      'Daily-limit',
      '2026-03-11T00:00:00Z',
      expect.stringContaining('daily'),
    ]);
  });

  it.each([
    ['seconds', '43200'],
    ['absent', null],
  ])('answers 429 for the day with Retry-After as %s', async (retryAfter, expected) => {
    await zoom.arm({ kind: 'tooManyPerDay', retryAfter });
    expect((await zoom.get('/users', token)).headers.get('retry-after')).toBe(expected);
  });

  it('answers 500', async () => {
    await zoom.arm({ kind: 'serverError' });
    expect((await zoom.get('/users', token)).status).toBe(500);
  });

  it('answers HTML where JSON belongs', async () => {
    await zoom.arm({ kind: 'html' });
    const { status, headers } = await zoom.get('/users', token);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });

  it.each([
    ['the API', '/v2/', () => fetch(`${zoom.url}/v2/users`, { headers: bearer(), redirect: 'manual' })],
    ['the token endpoint', '/oauth/token', () => fetch(`${zoom.url}/oauth/token`, POST)],
  ])('leads elsewhere from %s', async (_, path, call) => {
    await zoom.arm({ kind: 'redirect', path, status: 307, location: 'https://evil.example/heard' });
    const { status, headers } = await call();
    expect([status, headers.get('location')]).toEqual([307, 'https://evil.example/heard']);
  });

  it('breaks off in the middle of the body', async () => {
    await zoom.arm({ kind: 'truncated' });
    await expect(zoom.get('/users', token)).rejects.toThrow('terminated');
  });

  it('never answers a hanging call', async () => {
    await zoom.arm({ kind: 'hang', delayMs: 1 });
    await expect(zoom.get('/users', token)).rejects.toThrow('fetch failed');
  });

  it('answers a slow call after all', async () => {
    await zoom.arm({ kind: 'slow', delayMs: 1 });
    expect((await zoom.get('/users', token)).status).toBe(200);
  });
});

describe('a fault of the grant', () => {
  it('expires the access token', async () => {
    await zoom.arm({ kind: 'expiredToken', count: 1 });
    await zoom.get('/users/me', token);
    expect(await zoom.get('/users/me', token)).toMatchObject({
      status: 401,
      body: { message: 'Access token is expired.' },
    });
  });

  it('leaves the refresh token good when the access token expires', async () => {
    await zoom.arm({ kind: 'expiredToken', count: 1 });
    await zoom.get('/users/me', token);
    expect((await zoom.refresh(refreshToken)).status).toBe(200);
  });

  it('revokes the grant', async () => {
    await zoom.arm({ kind: 'revokedGrant', count: 1 });
    await zoom.get('/users/me', token);
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('answers invalid_grant at the token endpoint', async () => {
    await zoom.arm({ kind: 'revokedGrant', path: '/oauth/token' });
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('loses the answer after the refresh token was rotated', async () => {
    await zoom.arm({ kind: 'lostAfterRotation', path: '/oauth/token', count: 1 });
    await expect(zoom.refresh(refreshToken)).rejects.toThrow('fetch failed');
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('loses the answer and lets the old refresh token work a while', async () => {
    await zoom.arm({ kind: 'lostAfterRotation', path: '/oauth/token', count: 1, graceSeconds: 30 });
    await zoom.refresh(refreshToken).catch(() => undefined);
    expect((await zoom.refresh(refreshToken)).status).toBe(200);
  });

  it('breaks off the answer of the token endpoint after the refresh token was rotated', async () => {
    await zoom.arm({ kind: 'truncated', path: '/oauth/token', count: 1 });
    await expect(zoom.refresh(refreshToken)).rejects.toThrow();
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('answers any error of OAuth’s and keeps the refresh token good', async () => {
    await zoom.arm({ kind: 'oauthError', path: '/oauth/token', count: 1, error: 'invalid_scope', reason: 'No' });
    expect(await zoom.refresh(refreshToken)).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope', reason: 'No' },
    });
    expect((await zoom.refresh(refreshToken)).status).toBe(200);
  });

  it('changes what the token endpoint answers', async () => {
    await zoom.arm({ kind: 'tokenAnswer', path: '/oauth/token', fields: { expires_in: 1 } });
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ expires_in: 1, token_type: 'bearer' });
  });

  it('strikes the token endpoint for one account alone', async () => {
    await zoom.arm({ kind: 'serverError', path: '/oauth/token', account: 'tiny' });
    expect((await zoom.refresh(refreshToken)).status).toBe(200);
    await zoom.arm({ kind: 'serverError', path: '/oauth/token', account: 'acme' });
    expect((await zoom.exchange(await zoom.code())).status).toBe(500);
  });

  it.each([
    ['serverError', 500],
    ['html', 200],
  ])('lets the token endpoint answer with %s and keeps the refresh token good', async (kind, status) => {
    await zoom.arm({ kind, path: '/oauth/token', count: 1 });
    expect([(await zoom.refresh(refreshToken)).status, (await zoom.refresh(refreshToken)).status]).toEqual([
      status,
      200,
    ]);
  });
});

describe('a fault of paging', () => {
  it('refuses a page token that is good', async () => {
    const { body } = await zoom.get(REPORT, token, WINDOW);
    await zoom.arm({ kind: 'pageTokenRefused' });
    const answer = await zoom.get(REPORT, token, { ...WINDOW, next_page_token: String(body.next_page_token) });
    expect(answer).toMatchObject({ status: 400, body: { code: 300 } });
  });

  it('repeats the page token', async () => {
    const { body } = await zoom.get(REPORT, token, WINDOW);
    await zoom.arm({ kind: 'repeatedPageToken' });
    const answer = await zoom.get(REPORT, token, { ...WINDOW, next_page_token: String(body.next_page_token) });
    expect(answer.body.next_page_token).toBe(body.next_page_token);
  });

  it('serves a chain from its oldest row on, without losing one', async () => {
    const truth = await zoom.truth('acme', 'activities', WINDOW);
    await zoom.arm({ kind: 'outOfOrder', count: 1 });
    expect(await zoom.readAll(REPORT, token, 'activity_logs', WINDOW)).toEqual(truth.toReversed());
  });

  it('shuffles a page, without losing a row', async () => {
    const { body: inOrder } = await zoom.get(REPORT, token, WINDOW);
    await zoom.arm({ kind: 'shuffledPage' });
    const { body: shuffled } = await zoom.get(REPORT, token, WINDOW);
    expect(times(shuffled.activity_logs).toSorted()).toEqual(times(inOrder.activity_logs).toSorted());
    expect(times(shuffled.activity_logs)).not.toEqual(times(inOrder.activity_logs));
  });
});

describe('a fault that is armed', () => {
  const call = { path: '/v2/users', label: 'Medium', accountId: 'acme' };
  const faultsWith = (fault: object): Faults => {
    const faults = new Faults(1);
    faults.arm(Fault.parse({ kind: 'serverError', ...fault }));
    return faults;
  };
  const strikes = (faults: Faults, target = call, calls = 1): number =>
    Array.from({ length: calls }, () => faults.strike('serverError', target)).filter((fault) => fault !== undefined)
      .length;

  it('strikes as often as it was told to', () => {
    expect(strikes(faultsWith({ count: 3 }), call, 10)).toBe(3);
  });

  it('spares the calls that it was told to skip, and strikes the next', () => {
    const faults = faultsWith({ skip: 3, count: 1 });
    expect([strikes(faults, call, 3), strikes(faults, call, 1)]).toEqual([0, 1]);
  });

  it('counts among the calls that it skips only those that it could strike', () => {
    const faults = faultsWith({ skip: 1, path: '/v2/users' });
    expect([strikes(faults, { ...call, path: '/v2/report' }, 5), strikes(faults, call, 1)]).toEqual([0, 0]);
  });

  it('strikes about as often as its rate says', () => {
    const struck = strikes(faultsWith({ rate: 0.25 }), call, 4000);
    expect(Math.abs(struck - 1000)).toBeLessThan(100);
  });

  it('never strikes at rate zero', () => {
    expect(strikes(faultsWith({ rate: 0 }), call, 100)).toBe(0);
  });

  it.each([
    ['path', { path: '/v2/report' }],
    ['label', { label: 'Heavy' }],
    ['account', { account: 'other' }],
  ])('spares calls with another %s', (_what, filter) => {
    expect(strikes(faultsWith(filter))).toBe(0);
  });

  it('spares the token endpoint unless told otherwise', () => {
    expect(strikes(faultsWith({}), { ...call, path: '/oauth/token' })).toBe(0);
  });

  it('is gone once it is used up', () => {
    const faults = faultsWith({ count: 1 });
    strikes(faults);
    expect(faults.list).toEqual([]);
  });
});
