import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';
import { makeHttpZoomApi } from '../../../../lambdas/adapters/zoom/http-zoom-api';
import type { ReportShard, UserShard } from '../../../../lambdas/contract/workflow';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { NOW } from '../../../support/clock';
import { BROKEN_ANSWERS, LocalServer, zoomFixture } from '../../../support/local-server';

const TOKEN = 'eyJhbGciOiJIUzUxMiJ9.ACCESS-made-up.sig';
const ROW_VALUE = 'mira.holt@example.com';
const USERS: UserShard = { id: 'user.active', stream: 'user', status: 'active' };
const ACTIVITIES: ReportShard = {
  id: 'user_activity.2026-10-12.whole',
  stream: 'user_activity',
  from: '2026-10-12',
  to: '2026-10-13',
  floor: null,
};
const OPERATIONS: ReportShard = { ...ACTIVITIES, id: 'admin_operation.2026-10-12.whole', stream: 'admin_operation' };

const api = makeHttpZoomApi(() => NOW);
let zoom: LocalServer;
const access = () => ({ accessToken: TOKEN, apiUrl: zoom.origin });

beforeAll(async () => {
  zoom = await LocalServer.start();
});
afterEach(() => {
  zoom.reset();
  jest.restoreAllMocks();
});
afterAll(async () => zoom.close());

describe('the request for a page', () => {
  it.each([
    ['users', USERS, 'users-active', '/v2/users?status=active&page_size=2000'],
    ['activities', ACTIVITIES, 'activities', '/v2/report/activities?from=2026-10-12&to=2026-10-13&page_size=300'],
    ['operations', OPERATIONS, 'operationlogs', '/v2/report/operationlogs?from=2026-10-12&to=2026-10-13&page_size=300'],
  ])('of %s is as Zoom documents it', async (_, shard, fixture, path) => {
    zoom.answers({ body: zoomFixture(fixture) });
    await api.fetchPage(access(), shard, null);
    expect(`${zoom.request.method} ${zoom.request.url.pathname}${zoom.request.url.search}`).toBe(`GET ${path}`);
  });

  it('repeats all parameters with the page token', async () => {
    zoom.answers({ body: zoomFixture('activities') });
    await api.fetchPage(access(), ACTIVITIES, 'next+/=');
    expect(Object.fromEntries(zoom.request.url.searchParams)).toEqual({
      from: '2026-10-12',
      to: '2026-10-13',
      page_size: '300',
      next_page_token: 'next+/=',
    });
  });

  it('carries the token in its header', async () => {
    zoom.answers({ body: zoomFixture('users-active') });
    await api.fetchPage(access(), USERS, null);
    expect(zoom.request.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('does not carry the token in its address', async () => {
    zoom.answers({ body: zoomFixture('users-active') });
    await api.fetchPage(access(), USERS, null);
    expect(zoom.request.url.href).not.toContain('ACCESS');
  });
});

describe('a page', () => {
  it('has the rows as Zoom sent them', async () => {
    const body = zoomFixture('activities');
    zoom.answers({ body });
    expect(await api.fetchPage(access(), ACTIVITIES, null)).toEqual({
      kind: 'page',
      rows: body['activity_logs'],
      nextPageToken: 'Xy9uRb4nTq1mLs7k',
      totalRecords: null,
      rateLimit: null,
    });
  });

  it.each([
    ['10', 10],
    ['30000', 30_000],
    ['many', null],
    ['-1', null],
  ])('says the limit that Zoom names by %j', async (header, rateLimit) => {
    zoom.answers({ body: zoomFixture('activities'), headers: { 'X-RateLimit-Limit': header } });
    expect(await api.fetchPage(access(), ACTIVITIES, null)).toMatchObject({ rateLimit });
  });

  it('of users says how many there are', async () => {
    zoom.answers({ body: zoomFixture('users-active') });
    expect(await api.fetchPage(access(), USERS, null)).toMatchObject({ totalRecords: 3 });
  });

  it.each([
    ['an empty token', USERS, zoomFixture('users-pending')],
    ['no token', OPERATIONS, zoomFixture('operationlogs')],
    ['null for a token', OPERATIONS, { ...zoomFixture('operationlogs'), next_page_token: null }],
  ])('is the last one with %s', async (_, shard, body) => {
    zoom.answers({ body });
    expect(await api.fetchPage(access(), shard, null)).toMatchObject({ nextPageToken: null });
  });

  it('is not the last one for being short', async () => {
    zoom.answers({ body: { activity_logs: [], next_page_token: 'more' } });
    expect(await api.fetchPage(access(), ACTIVITIES, null)).toMatchObject({ rows: [], nextPageToken: 'more' });
  });

  it('keeps columns that nobody knows', async () => {
    const row = { email: ROW_VALUE, device: { trusted: [true, null, 1.5] } };
    zoom.answers({ body: { activity_logs: [row] } });
    expect(await api.fetchPage(access(), ACTIVITIES, null)).toMatchObject({ rows: [row] });
  });

  it('keeps what is no row among its rows', async () => {
    const rows = [{ email: ROW_VALUE }, null, 'text', []];
    zoom.answers({ body: { activity_logs: rows } });
    expect(await api.fetchPage(access(), ACTIVITIES, null)).toMatchObject({ kind: 'page', rows });
  });
});

describe('a refusal', () => {
  it('is told under HTTP 200 too', async () => {
    zoom.answers({ body: { code: 200, message: 'No permission.' } });
    expect(await api.fetchPage(access(), USERS, null)).toMatchObject({ kind: 'denied', cause: 'missing_permission' });
  });

  it('of a page token is told', async () => {
    zoom.answers({ status: 400, body: { code: 300, message: 'The next page token is invalid or expired.' } });
    expect(await api.fetchPage(access(), ACTIVITIES, 'old')).toEqual({ kind: 'pageTokenRejected' });
  });

  it.each([
    [429, 'throttled'],
    [401, 'tokenRejected'],
  ])('with HTTP %d needs no body that can be read', async (status, kind) => {
    zoom.answers({ status, body: '<html>' });
    expect(await api.fetchPage(access(), USERS, null)).toMatchObject({ kind });
  });

  it('is read with its headers', async () => {
    zoom.answers({ status: 429, headers: { 'Retry-After': '2026-10-13T00:00:00Z' }, body: {} });
    expect(await api.fetchPage(access(), USERS, null)).toEqual({
      kind: 'throttled',
      throttling: { per: 'day', retryAtMs: Date.parse('2026-10-13T00:00:00Z') },
    });
  });
});

describe('a fault', () => {
  const calls = [
    ['fetchPage', () => api.fetchPage(access(), USERS, null)],
    ['whoAmI', () => api.whoAmI(access())],
    ['tryStream', () => api.tryStream(access(), 'user_activity')],
  ] as const;
  const cases = BROKEN_ANSWERS.flatMap(([what, respond]) =>
    calls.map(([name, call]) => [name, what, respond, call] as const),
  );

  it.each(cases)('fails %s for %s', async (_, _what, respond, call) => {
    zoom.does(respond('x'));
    await expect(call()).rejects.toThrow(ZoomFaultError);
  });

  it.each(cases)('fails %s for %s without a word of what was sent or came', async (_, _what, respond, call) => {
    zoom.does(respond(ROW_VALUE));
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 20 })).not.toMatch(new RegExp(`${ROW_VALUE}|ACCESS`));
  });

  it('fails when Zoom takes too long', async () => {
    shortTimeouts();
    zoom.does(() => undefined);
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow(ZoomFaultError);
  });

  it('fails when Zoom takes too long for the rest of an answer', async () => {
    shortTimeouts();
    zoom.does((response) => response.writeHead(200).write('{"users": ['));
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow(ZoomFaultError);
  });

  it('fails for an error that is not expected, by its code', async () => {
    zoom.answers({ status: 404, body: { code: 1001, message: `User does not exist: ${ROW_VALUE}.` } });
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow('GET /v2/users: HTTP 404, error 1001');
  });

  it('fails with what Zoom’s support asks for', async () => {
    zoom.answers({ status: 500, headers: { 'x-zm-trackingid': 'v=2.0;clid=us02;rid=WEB_1' }, body: {} });
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow('HTTP 500 (v=2.0;clid=us02;rid=WEB_1)');
  });

  it.each([
    ['rows that are no list', { users: { text: 1 } }],
    ['a list of another name', { people: [] }],
    ['a page token that is none', { users: [], next_page_token: 7 }],
  ])('fails for %s', async (_, body) => {
    zoom.answers({ body });
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow('not the documented form');
  });
});

describe('a redirect', () => {
  const redirecting = () =>
    zoom.answers({ status: 302, headers: { Location: `${zoom.origin}/v2/elsewhere` }, body: {} });

  it('fails', async () => {
    redirecting();
    await expect(api.fetchPage(access(), USERS, null)).rejects.toThrow(ZoomFaultError);
  });

  it('is never followed', async () => {
    redirecting();
    await api.fetchPage(access(), USERS, null).catch(() => undefined);
    expect(zoom.requests).toHaveLength(1);
  });
});

describe('whoAmI', () => {
  it('asks for the user of the token', async () => {
    zoom.answers({ body: zoomFixture('me') });
    await api.whoAmI(access());
    expect(`${zoom.request.url.pathname}${zoom.request.url.search}`).toBe('/v2/users/me');
  });

  it('says who consented', async () => {
    zoom.answers({ body: zoomFixture('me') });
    expect(await api.whoAmI(access())).toEqual({
      zoomAccountId: 'Tf6eUi2aBnMqZ9cVxSw1rP',
      userId: 'Hd5pXv0gCjQmW8sRkLz3yN',
      email: 'owner@example.com',
      roleName: 'Owner',
    });
  });

  it('makes do without an address and a role', async () => {
    zoom.answers({ body: { account_id: 'a1' } });
    expect(await api.whoAmI(access())).toEqual({
      zoomAccountId: 'a1',
      userId: null,
      email: null,
      roleName: null,
    });
  });

  it('fails without an account', async () => {
    zoom.answers({ body: { ...zoomFixture('me'), account_id: '' } });
    await expect(api.whoAmI(access())).rejects.toThrow(ZoomFaultError);
  });
});

describe('tryStream', () => {
  it('asks for one row of a report of today', async () => {
    zoom.answers({ body: zoomFixture('activities') });
    await api.tryStream(access(), 'user_activity');
    expect(`${zoom.request.url.pathname}${zoom.request.url.search}`).toBe(
      '/v2/report/activities?from=2026-10-12&to=2026-10-12&page_size=1',
    );
  });

  it('asks for one user who is active', async () => {
    zoom.answers({ body: zoomFixture('users-active') });
    await api.tryStream(access(), 'user');
    expect(`${zoom.request.url.pathname}${zoom.request.url.search}`).toBe('/v2/users?status=active&page_size=1');
  });

  it('says that the report may be read', async () => {
    zoom.answers({ body: zoomFixture('operationlogs') });
    expect(await api.tryStream(access(), 'admin_operation')).toEqual({ kind: 'allowed' });
  });

  it('says that it may not', async () => {
    zoom.answers({ status: 400, body: { code: 200, message: 'Only available for paid account: a1.' } });
    expect(await api.tryStream(access(), 'user_activity')).toMatchObject({ kind: 'denied', cause: 'free_plan' });
  });

  it('fails when Zoom refuses a page token that nobody sent', async () => {
    zoom.answers({ status: 400, body: { code: 300, message: 'The next page token is invalid or expired.' } });
    await expect(api.tryStream(access(), 'user_activity')).rejects.toThrow(ZoomFaultError);
  });
});

/** Has the adapter's time-outs pass at once. */
function shortTimeouts(): void {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
}
