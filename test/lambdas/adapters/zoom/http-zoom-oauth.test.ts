import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inspect } from 'node:util';
import { makeHttpZoomOAuth } from '../../../../lambdas/adapters/zoom/http-zoom-oauth';
import {
  AnswerLostError,
  AppCredentialsMissingError,
  AppCredentialsRejectedError,
  ZoomFaultError,
} from '../../../../lambdas/core/zoom/zoom-fault';
import { NOW } from '../../../support/clock';
import { BROKEN_ANSWERS, LocalServer, zoomFixture } from '../../../support/local-server';
import { tokenSet } from '../../../support/tokens';

const CLIENT = { clientId: 'Cl1ent-Id_x', clientSecret: 'SECRET-of:app/+x' };
const CODE = 'CODE-made-up';
const VERIFIER = 'v'.repeat(43);
const CALLBACK = 'https://connector.example/oauth/callback';
const GRANT = tokenSet({ accessToken: 'ACCESS-old', refreshToken: 'REFRESH-old', clientId: CLIENT.clientId });
/** Whatever must be in no error. */
const SECRETS = /ACCESS|REFRESH|SECRET|CODE-made-up|v{43}|U0VDUkVU/;

let zoom: LocalServer;
let rejections = 0;
const countRejection = () => void rejections++;
const oauthAt = (apiUrl: string) =>
  makeHttpZoomOAuth(
    { oauthUrl: zoom.origin, apiUrl, redirectUri: CALLBACK },
    () => Promise.resolve(CLIENT),
    () => NOW,
    countRejection,
  );
const oauth = () => oauthAt('https://api.zoom.us');
const exchange = () => oauth().exchangeCode(CODE, VERIFIER);
const refresh = () => oauth().refresh(GRANT);
const revoke = () => oauth().revoke(GRANT);
const CALLS = [
  ['a code exchange', exchange],
  ['a refresh', refresh],
  ['a revocation', revoke],
] as const;

beforeAll(async () => {
  zoom = await LocalServer.start();
});
afterEach(() => {
  zoom.reset();
  rejections = 0;
  jest.restoreAllMocks();
});
afterAll(async () => zoom.close());

describe('the address of the consent page', () => {
  const address = async () => new URL(await oauth().authorizeUrl('STATE', 'challenge'));

  it('is Zoom’s', async () => {
    const { origin, pathname } = await address();
    expect(origin + pathname).toBe(`${zoom.origin}/oauth/authorize`);
  });

  it('says who asks, with PKCE by S256, and no scope: Zoom takes that from the app', async () => {
    expect(Object.fromEntries((await address()).searchParams)).toEqual({
      response_type: 'code',
      client_id: 'Cl1ent-Id_x',
      redirect_uri: CALLBACK,
      state: 'STATE',
      code_challenge: 'challenge',
      code_challenge_method: 'S256',
    });
  });

  it('holds no secret', async () => {
    expect((await address()).href).not.toMatch(SECRETS);
  });
});

describe('the request', () => {
  const form = () => Object.fromEntries(new URLSearchParams(zoom.request.body));

  it('of a code exchange is the documented form, with the verifier of the browser', async () => {
    zoom.answers({ body: zoomFixture('token') });
    await exchange();
    expect(form()).toEqual({
      grant_type: 'authorization_code',
      code: CODE,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    });
  });

  it('of a refresh is the documented form', async () => {
    zoom.answers({ body: zoomFixture('token') });
    await refresh();
    expect(form()).toEqual({ grant_type: 'refresh_token', refresh_token: 'REFRESH-old' });
  });

  it('of a revocation is the documented form', async () => {
    zoom.answers({ body: { status: 'success' } });
    await revoke();
    expect(form()).toEqual({ token: 'ACCESS-old' });
  });

  it.each([
    ['a code exchange', exchange, '/oauth/token'],
    ['a refresh', refresh, '/oauth/token'],
    ['a revocation', revoke, '/oauth/revoke'],
  ])('of %s holds nothing in its address', async (_, call, path) => {
    zoom.answers({ body: zoomFixture('token') });
    await call();
    expect(`${zoom.request.method} ${zoom.request.url.pathname}${zoom.request.url.search}`).toBe(`POST ${path}`);
  });

  it.each(CALLS)('of %s names the app by Basic, its id and secret as they are', async (_, call) => {
    zoom.answers({ body: zoomFixture('token') });
    await call();
    const pair = Buffer.from(zoom.request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    expect(pair).toBe('Cl1ent-Id_x:SECRET-of:app/+x');
  });

  it.each(CALLS)('of %s is a form', async (_, call) => {
    zoom.answers({ body: zoomFixture('token') });
    await call();
    expect(zoom.request.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  });
});

describe('the tokens of an answer', () => {
  it('expire so long after they were asked for', async () => {
    zoom.answers({ body: zoomFixture('token') });
    expect(await refresh()).toEqual({
      kind: 'tokens',
      tokens: {
        accessToken: 'eyJhbGciOiJIUzUxMiJ9.ACCESS-made-up.sig',
        refreshToken: 'eyJhbGciOiJIUzUxMiJ9.REFRESH-made-up.sig',
        clientId: CLIENT.clientId,
        issuedAt: NOW,
        expiresAt: NOW + 3_599_000,
      },
    });
  });

  it('come with where the account’s API is', async () => {
    zoom.answers({ body: zoomFixture('token') });
    expect(await exchange()).toMatchObject({ apiUrl: 'https://api-eu.zoom.us' });
  });

  it('are not sent to a host that is not Zoom’s', async () => {
    zoom.answers({ body: { ...zoomFixture('token'), api_url: 'https://zoom.us.evil.example' } });
    expect(await exchange()).toMatchObject({ apiUrl: null });
  });

  it('are not sent elsewhere than configured', async () => {
    zoom.answers({ body: zoomFixture('token') });
    expect(await oauthAt('http://localhost:9999').exchangeCode(CODE, VERIFIER)).toMatchObject({ apiUrl: null });
  });

  it.each(['access_token', 'refresh_token', 'expires_in'])('fail without %s', async (field) => {
    zoom.answers({ body: { ...zoomFixture('token'), [field]: undefined } });
    await expect(refresh()).rejects.toThrow(ZoomFaultError);
  });
});

describe('a grant that Zoom refuses', () => {
  const refused = (status = 400) =>
    zoom.answers({ status, body: { reason: 'Invalid Token!', error: 'invalid_grant' } });

  it.each([400, 401])('is told from a refresh, in Zoom’s words, under HTTP %d', async (status) => {
    refused(status);
    expect(await refresh()).toEqual({ kind: 'invalidGrant', reason: 'Invalid Token!' });
  });

  it('is told from a code exchange', async () => {
    refused();
    expect(await exchange()).toEqual({ kind: 'invalidGrant' });
  });

  it('is revoked already', async () => {
    refused();
    await expect(revoke()).resolves.toBeUndefined();
  });

  it('is not concluded from a server error', async () => {
    refused(500);
    await expect(refresh()).rejects.toThrow(ZoomFaultError);
  });

  it('is not concluded from another error', async () => {
    zoom.answers({ status: 400, body: { reason: 'Account does not exist', error: 'invalid_request' } });
    await expect(refresh()).rejects.toThrow(ZoomFaultError);
  });

  it('has a reason where Zoom gives none', async () => {
    zoom.answers({ status: 400, body: { error: 'invalid_grant' } });
    expect(await refresh()).toEqual({ kind: 'invalidGrant', reason: 'invalid_grant' });
  });
});

describe('credentials that Zoom refuses', () => {
  it.each(CALLS.flatMap(([name, call]) => [400, 401].map((status) => [name, status, call] as const)))(
    'fail %s as the app’s own under HTTP %d',
    async (_, status, call) => {
      zoom.answers({ status, body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' } });
      await expect(call()).rejects.toThrow(AppCredentialsRejectedError);
    },
  );

  // RFC 6749, section 5.2
  it('fail as the app’s own also with the challenge that the standard asks for', async () => {
    zoom.answers({
      status: 401,
      headers: { 'WWW-Authenticate': 'Basic realm="zoom"' },
      body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
    });
    await expect(refresh()).rejects.toThrow(AppCredentialsRejectedError);
  });

  it.each(CALLS)('are counted in %s', async (_, call) => {
    zoom.answers({ status: 401, body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' } });
    await call().catch(() => undefined);
    expect(rejections).toBe(1);
  });

  it.each([
    ['a grant', { status: 400, body: { reason: 'Invalid Token!', error: 'invalid_grant' } }],
    ['a server error', { status: 500, body: {} }],
  ])('are not counted for %s that is refused', async (_, answer) => {
    zoom.answers(answer);
    await refresh().catch(() => undefined);
    expect(rejections).toBe(0);
  });

  it('are told to be wrong when Zoom refuses the client in other words', async () => {
    zoom.answers({ status: 400, body: { reason: 'No grant', error: 'unauthorized_client' } });
    await expect(refresh()).rejects.toThrow(AppCredentialsRejectedError);
    expect(rejections).toBe(1);
  });

  it('are not sent to refresh what another app was allowed: Zoom would call the grant bad', async () => {
    const refreshed = oauth().refresh({ ...GRANT, clientId: 'another-app' });
    await expect(refreshed).rejects.toThrow('of another app than the one that was allowed');
    expect([zoom.requests, rejections]).toEqual([[], 1]);
  });

  it('are not sent when there are none', async () => {
    const unset = makeHttpZoomOAuth(
      { oauthUrl: zoom.origin, apiUrl: 'https://api.zoom.us', redirectUri: CALLBACK },
      () => Promise.reject(new AppCredentialsMissingError()),
      () => NOW,
      countRejection,
    );
    await expect(unset.refresh(GRANT)).rejects.toThrow(AppCredentialsMissingError);
  });
});

describe('a fault', () => {
  const tokenCalls = CALLS.slice(0, 2);
  const faults = BROKEN_ANSWERS.flatMap(([what, respond]) =>
    tokenCalls.map(([name, call]) => [name, what, respond, call] as const),
  );

  it.each(faults)('fails %s for %s', async (_, _what, respond, call) => {
    zoom.does(respond('ACCESS-new'));
    await expect(call()).rejects.toThrow(ZoomFaultError);
  });

  it.each(faults)('fails %s for %s without a secret in the error or its causes', async (_, _what, respond, call) => {
    zoom.does(respond('ACCESS-new'));
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(SECRETS);
  });

  it.each(
    [
      ['a server error', { status: 500, body: { token: 'ACCESS-old' } }],
      ['too many requests', { status: 429, body: {} }],
      ['a page of a proxy', { status: 502, body: '<html>ACCESS-old</html>' }],
    ].flatMap(([what, answer]) => CALLS.map(([name, call]) => [name, what, answer, call] as const)),
  )('fails %s for %s', async (_, _what, answer, call) => {
    zoom.answers(answer as { status: number });
    await expect(call()).rejects.toThrow(ZoomFaultError);
  });

  it.each([
    ['a refused client', { status: 401, body: { reason: 'SECRET-of', error: 'invalid_client' } }],
    ['an unknown error', { status: 400, body: { reason: 'ACCESS-old', error: 'server_error' } }],
    ['a token of another type', { body: { ...zoomFixture('token'), token_type: 'mac' } }],
    ['a life that is none', { body: { ...zoomFixture('token'), expires_in: 0 } }],
  ])('fails for %s without a secret in the error or its causes', async (_, answer) => {
    zoom.answers(answer);
    const error: unknown = await refresh().catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(SECRETS);
  });

  const givingUpSoon = () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
    zoom.does(() => undefined);
  };

  it.each(CALLS)('fails %s when Zoom takes too long', async (_, call) => {
    givingUpSoon();
    await expect(call()).rejects.toThrow(ZoomFaultError);
  });

  describe('of a refresh', () => {
    it.each(BROKEN_ANSWERS)('leaves open whether Zoom has rotated: %s', async (_what, respond) => {
      zoom.does(respond('ACCESS-new'));
      await expect(refresh()).rejects.toThrow(AnswerLostError);
    });

    it.each([
      ['a server error', { status: 500, body: { reason: 'Oops', error: 'server_error' } }],
      ['a refusal by a server in trouble', { status: 503, body: { reason: 'Invalid Token!', error: 'invalid_grant' } }],
      ['a page', { body: '<html>Zoom</html>', headers: { 'Content-Type': 'text/html' } }],
      ['an answer without a refresh token', { body: { ...zoomFixture('token'), refresh_token: undefined } }],
    ])('leaves open whether Zoom has rotated: %s', async (_what, answer) => {
      zoom.answers(answer);
      await expect(refresh()).rejects.toThrow(AnswerLostError);
    });

    it('leaves open whether Zoom has rotated: too long', async () => {
      givingUpSoon();
      await expect(refresh()).rejects.toThrow(AnswerLostError);
    });

    it.each([
      ['too many requests', { status: 429, body: {} }],
      ['a request that Zoom refuses', { status: 400, body: { reason: 'No account', error: 'invalid_request' } }],
    ])('leaves the refresh token as it was: %s', async (_what, answer) => {
      zoom.answers(answer);
      const error: unknown = await refresh().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ZoomFaultError);
      expect(error).not.toBeInstanceOf(AnswerLostError);
    });
  });

  it.each(CALLS)('fails %s rather than follow a redirect', async (_, call) => {
    zoom.answers({ status: 307, headers: { Location: `${zoom.origin}/elsewhere` }, body: {} });
    await call().catch(() => undefined);
    expect(zoom.requests).toHaveLength(1);
  });
});
