import { HttpsBrowser, ZOOM_ORIGIN, hostsAsked } from './support/https-stack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '../../dev/local/browser';
import { type Attempt, beginAttempt } from './support/attempt';
import { scaleWaits, stack, statusOf, syncNow, tokenSecretsOf, whenStatus } from './support/stack';
import { ZOOM_URL, ZoomAccount, control, failEverybody, zoomStats } from './support/zoom-account';

const TOKEN_ENDPOINT = '/oauth/token';
const API_HOST = 'api.zoomgov.com';
const SMALL = { users: 5, activitiesPerDay: 5, operationsPerDay: 5 };

const begin = (name: string): Promise<Attempt> => beginAttempt(name, new HttpsBrowser());

/** Consents, and waits until everything is read. @returns the connection's id. */
async function connect(account: ZoomAccount, name: string): Promise<string> {
  const { browser, consentPage, connectionId } = await begin(name);
  const page = await account.decide(browser, consentPage, 'allow');
  if (page.status !== 200) throw new Error(`the connection's page answered ${page.status}`);
  await whenStatus(connectionId, 'connected');
  return connectionId;
}

/** The hosts that a token of an account's was sent to. */
const hostsOf = async ({ id }: ZoomAccount) => Object.keys((await zoomStats()).callsByHost[id] ?? {});

beforeAll(() => scaleWaits(0.1));
afterAll(() => scaleWaits(1));

describe('an account of Zoom for Government', () => {
  it('consents at zoomgov.com and is read at api.zoomgov.com, by configuration alone', async () => {
    const account = await ZoomAccount.create(SMALL);
    const { browser, consentPage, connectionId } = await begin('Government');
    const page = await account.decide(browser, consentPage, 'allow');
    await whenStatus(connectionId, 'connected');

    expect(new URL(consentPage.url).origin).toBe(ZOOM_ORIGIN);
    expect(page.url).toBe(`${stack.consoleUrl}/connections/${connectionId}`);
    await expect(hostsOf(account)).resolves.toEqual([API_HOST]);
  });

  it('is read at the host of its region that Zoom’s token answer names', async () => {
    const account = await ZoomAccount.create(SMALL);
    const fields = { api_url: 'https://api-eu.zoomgov.com' };
    await account.fail({ kind: 'tokenAnswer', path: TOKEN_ENDPOINT, fields, count: 1 });
    const connectionId = await connect(account, 'A region');
    await account.expireTokens();

    await expect(syncNow(connectionId)).resolves.toMatchObject({ status: 'connected', lastSync: { result: 'ok' } });
    await expect(hostsOf(account)).resolves.toEqual(['api-eu.zoomgov.com']);
  });
});

describe('a token answer that names as the account’s API', () => {
  it.concurrent.each([
    ['the other cloud of Zoom', 'https://api.zoom.us'],
    ['a host that only begins as one of Zoom’s', 'https://zoomgov.com.evil.example'],
    ['a host of Zoom’s as the user', 'https://api.zoomgov.com@evil.example'],
    ['a host of Zoom’s by plain http', 'http://api.zoomgov.com'],
    ['this machine, where Zoom happens to be', ZOOM_URL],
  ])('%s has no token sent there', async (_what, api_url) => {
    const account = await ZoomAccount.create(SMALL);
    await account.fail({ kind: 'tokenAnswer', path: TOKEN_ENDPOINT, fields: { api_url } });
    const connectionId = await connect(account, 'A hostile api_url');
    await account.expireTokens();
    const { lastSync } = await syncNow(connectionId);

    expect([lastSync?.result, await hostsOf(account)]).toEqual(['ok', [API_HOST]]);
  });
});

/** Somewhere else, on this machine, that hears what comes. */
async function listen() {
  const heard: string[] = [];
  const elsewhere = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, 'localhost', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  return { heard, location: `http://localhost:${port}/heard`, close: () => elsewhere.close() };
}

describe('a redirect of Zoom’s', () => {
  let elsewhere: Awaited<ReturnType<typeof listen>>;
  let account: ZoomAccount;
  let connectionId: string;

  beforeAll(async () => {
    elsewhere = await listen();
    account = await ZoomAccount.create(SMALL);
    connectionId = await connect(account, 'Led elsewhere');
  });
  beforeEach(() => void elsewhere.heard.splice(0));
  afterAll(() => void elsewhere.close());

  // 302 would have us ask there without a body, 307 with the one that we sent
  it.each([302, 307])('is not followed by the exchange of a code, which leaves nothing: %i', async (status) => {
    const other = await ZoomAccount.create(SMALL);
    const attempt = await begin('Led elsewhere with a code');
    await other.fail({ kind: 'redirect', path: TOKEN_ENDPOINT, status, location: elsewhere.location });
    const page = await other.decide(attempt.browser, attempt.consentPage, 'allow');

    expect([page.status, elsewhere.heard]).toEqual([503, []]);
    expect((await statusOf(attempt.connectionId)).status).toBe('pending');
    await expect(tokenSecretsOf(attempt.connectionId)).resolves.toEqual([]);
  });

  it.each([
    ['a refresh', TOKEN_ENDPOINT, 302],
    ['a refresh', TOKEN_ENDPOINT, 307],
    ['a call of the API', '/v2/', 302],
    ['a call of the API', '/v2/', 307],
  ])('is not followed by %s, which is tried again: %s, %i', async (_what, path, status) => {
    await account.expireTokens();
    await account.fail({ kind: 'redirect', path, status, location: elsewhere.location, count: 1 });
    const synced = await syncNow(connectionId);

    expect([await account.hasFailed(), elsewhere.heard]).toEqual([true, []]);
    expect([synced.status, synced.lastSync?.result]).toEqual(['connected', 'ok']);
  });

  it.each([302, 307])('is not followed when a grant is taken back: %i', async (status) => {
    const other = await ZoomAccount.create(SMALL);
    const { browser, consentPage } = await begin('Led elsewhere with a token');
    const stop = await failEverybody({
      kind: 'redirect',
      path: '/oauth/revoke',
      status,
      location: elsewhere.location,
    });
    const page = await other.decide(browser, consentPage, 'allow', 'member');
    await stop();

    expect([page.status, elsewhere.heard]).toEqual([403, []]);
    await expect(other.grantsAlive()).resolves.toBe(1);
  });
});

describe('pages that are reached by https', () => {
  let page: Page;
  let answers: HttpsBrowser['answers'];
  let cookies: string[];

  beforeAll(async () => {
    const account = await ZoomAccount.create(SMALL);
    const browser = new HttpsBrowser();
    const { consentPage } = await beginAttempt('By https', browser);
    page = await account.decide(browser, consentPage, 'allow');
    answers = browser.answers.filter(({ origin }) => origin === stack.consoleUrl);
    cookies = answers.flatMap(({ headers }) => headers.getSetCookie());
  });

  it('keep cookies that no other host can set, no script can read and no other site’s form sends along', () => {
    const names = cookies.map((cookie) => cookie.replace(/(?<=consent)-.*|=.*/, ''));
    const attributes = cookies.map((cookie) => cookie.split('; ').slice(1));
    const lacking = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'].filter((attribute) =>
      attributes.some((those) => !those.includes(attribute)),
    );

    expect([...new Set(names)].sort()).toEqual(['__Host-consent', '__Host-session']);
    expect(lacking).toEqual([]);
    expect(cookies.filter((cookie) => /domain=/i.test(cookie))).toEqual([]);
  });

  it('know no session by a cookie that another host could have set', async () => {
    const cookie = cookies.findLast((line) => line.startsWith('__Host-session='))?.split(';')[0] ?? '';
    const statuses = [cookie, cookie.replace('__Host-', '')].map(
      async (sent) => (await fetch(page.url, { headers: { cookie: sent } })).status,
    );

    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  it('have browsers come by https alone for a year', () => {
    const answered = answers.map(({ headers }) => headers.get('strict-transport-security'));

    expect(new Set(answered)).toEqual(new Set(['max-age=31536000']));
  });
});

describe.each([
  ['ahead of ours', 1],
  ['behind ours', -1],
])('a clock of Zoom’s that is some minutes %s', (_where, sign) => {
  const putOff = (minutes: number) => control('POST', 'clock-offset', { seconds: sign * minutes * 60 });
  afterAll(() => control('POST', 'clock-offset', { seconds: 0 }));

  it('lets an account connect and be read, with one refresh for a token that has expired', async () => {
    await putOff(5);
    const account = await ZoomAccount.create(SMALL);
    const before = (await zoomStats()).refreshes;
    // by our clock, before a run can use it; every later token lives for an hour
    await account.fail({ kind: 'tokenAnswer', path: TOKEN_ENDPOINT, fields: { expires_in: 0.001 }, count: 1 });
    const connectionId = await connect(account, 'Another clock');
    const byOurClock = (await zoomStats()).refreshes;
    // by Zoom's
    await account.expireTokens();
    const { lastSync } = await syncNow(connectionId);

    expect([byOurClock - before, (await zoomStats()).refreshes - byOurClock]).toEqual([1, 1]);
    expect(lastSync?.result).toBe('ok');
  });

  it('has its webhooks taken', async () => {
    await putOff(4);
    const body = { event: 'user.updated', payload: { account_id: 'nobody', object: { id: `nobody ${sign}` } } };

    await expect(control('POST', 'webhooks', { body })).resolves.toMatchObject({ status: 204 });
  });
});

describe('all functions of the stack together', () => {
  it('have asked for three hosts of Zoom’s and no other', async () => {
    const expected = ['api-eu.zoomgov.com:443', `${API_HOST}:443`, 'zoomgov.com:443'];
    expect((await hostsAsked()).sort()).toEqual(expected);
  });
});
