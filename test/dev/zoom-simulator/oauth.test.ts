import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TestZoom } from './support';

let zoom: TestZoom;
beforeEach(async () => {
  zoom = await TestZoom.start();
});
afterEach(async () => zoom.close());

const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
const verifiers = fc.stringMatching(/^[\w.~-]{43,128}$/);

describe('the consent page', () => {
  it('offers every active persona of every account', async () => {
    const { body } = await zoom.openConsentPage();
    expect([...body.matchAll(/name="signed_in_as" value="([^"]+)"/g)].map(([, key]) => key)).toEqual([
      'acme/owner',
      'acme/admin',
      'acme/admin-2',
      'acme/member',
      'tiny/owner',
      'tiny/admin',
      'tiny/member',
    ]);
  });

  it('names every scope that is asked for', async () => {
    expect((await zoom.openConsentPage()).body).toContain('report:read:operation_logs:admin');
  });

  it('escapes what it repeats from the request', async () => {
    expect((await zoom.openConsentPage({ state: '"><script>' })).body).not.toContain('<script>');
  });

  it('may be left for another origin by its form', async () => {
    expect((await zoom.openConsentPage()).headers.get('content-security-policy')).toBeNull();
  });

  it.each([
    ['4,702', 'an unknown client', { client_id: 'somebody' }],
    ['4,709', 'a redirect URI that is not on the list', { redirect_uri: 'http://localhost:8787/oauth/callback/' }],
    ['4,706', 'a response type other than code', { response_type: '' }],
  ])('shows error %s for %s', async (code, _case, fields) => {
    expect(await zoom.openConsentPage(fields)).toMatchObject({
      status: 400,
      body: expect.stringContaining(`(${code})`),
    });
  });

  it('leads back with a code and the unchanged state when allowed', async () => {
    const { status, location } = await zoom.decide();
    expect([status, location?.searchParams.get('state'), location?.searchParams.has('code')]).toEqual([
      302,
      'st&te =1',
      true,
    ]);
  });

  it('leads back with access_denied and the unchanged state when declined', async () => {
    const { location } = await zoom.decide({ decision: 'decline' });
    expect(Object.fromEntries(location?.searchParams ?? [])).toEqual({ error: 'access_denied', state: 'st&te =1' });
  });

  it('leads nowhere when the redirect URI is not on the list', async () => {
    expect(await zoom.decide({ redirect_uri: 'https://evil.example.com/' })).toEqual({
      status: 400,
      location: undefined,
    });
  });
});

describe('an authorisation code', () => {
  it('is traded for tokens of the documented form', async () => {
    expect((await zoom.exchange(await zoom.code())).body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      refresh_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 3600,
      scope:
        'user:read:list_users:admin user:read:user:admin report:read:user_activities:admin report:read:operation_logs:admin',
      api_url: zoom.url,
    });
  });

  it('works once', async () => {
    const code = await zoom.code();
    await zoom.exchange(code);
    expect(await zoom.exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('works for five minutes', async () => {
    const code = await zoom.code();
    zoom.clock.advance(299_999);
    expect((await zoom.exchange(code)).status).toBe(200);
  });

  it('is refused after five minutes', async () => {
    const code = await zoom.code();
    zoom.clock.advance(300_000);
    expect(await zoom.exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('is refused with another redirect URI', async () => {
    const answer = await zoom.exchange(await zoom.code(), { redirect_uri: 'http://localhost:8787/' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('is traded for the verifier of its challenge', async () => {
    await fc.assert(
      fc.asyncProperty(verifiers, async (verifier) => {
        const code = await zoom.code({ code_challenge: s256(verifier), code_challenge_method: 'S256' });
        expect((await zoom.exchange(code, { code_verifier: verifier })).status).toBe(200);
      }),
      { numRuns: 10 },
    );
  });

  it('is refused for any other verifier', async () => {
    await fc.assert(
      fc.asyncProperty(verifiers, verifiers, async (verifier, other) => {
        fc.pre(verifier !== other);
        const code = await zoom.code({ code_challenge: s256(verifier), code_challenge_method: 'S256' });
        expect((await zoom.exchange(code, { code_verifier: other })).body).toMatchObject({ error: 'invalid_grant' });
      }),
      { numRuns: 10 },
    );
  });

  it('is refused without a verifier when there was a challenge', async () => {
    const code = await zoom.code({ code_challenge: s256('v'.repeat(43)), code_challenge_method: 'S256' });
    expect((await zoom.exchange(code)).status).toBe(400);
  });

  it('ends the earlier grant of the same user', async () => {
    const earlier = await zoom.connect();
    await zoom.connect();
    expect((await zoom.get('/users/me', earlier.access_token)).status).toBe(401);
  });

  it('leaves the grant of another admin alone', async () => {
    const other = await zoom.connect('acme/admin');
    await zoom.connect('acme/owner');
    expect((await zoom.get('/users/me', other.access_token)).status).toBe(200);
  });
});

describe('the token endpoint', () => {
  it('refuses a wrong client secret', async () => {
    const answer = await zoom.token(
      { grant_type: 'refresh_token', refresh_token: 'x' },
      `Basic ${btoa('appId:wrong')}`,
    );
    expect(answer).toMatchObject({
      status: 400,
      body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
    });
  });

  it('refuses a grant type that it does not know', async () => {
    expect((await zoom.token({ grant_type: 'password' })).body).toMatchObject({ error: 'unsupported_grant_type' });
  });
});

describe('a refresh', () => {
  it('gives a new refresh token each time', async () => {
    const first = await zoom.connect();
    const second = (await zoom.refresh(first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
  });

  it('ends the old refresh token at once', async () => {
    const { refresh_token: old } = await zoom.connect();
    await zoom.refresh(old);
    expect(await zoom.refresh(old)).toMatchObject({
      status: 400,
      body: { reason: 'Invalid Token!', error: 'invalid_grant' },
    });
  });

  it('goes on along the chain of new refresh tokens', async () => {
    let { refresh_token: latest } = await zoom.connect();
    for (let round = 0; round < 5; round += 1) latest = (await zoom.refresh(latest)).body.refresh_token;
    expect(latest).toEqual(expect.any(String));
  });

  it('leaves the old access token good until it expires', async () => {
    const { access_token: old, refresh_token: refreshToken } = await zoom.connect();
    await zoom.refresh(refreshToken);
    expect((await zoom.get('/users/me', old)).status).toBe(200);
  });

  it('fails when the user who consented was deactivated', async () => {
    const { refresh_token: refreshToken } = await zoom.connect();
    await zoom.change('acme', { kind: 'deactivateUser', user: zoom.world.account('acme').directory.at(0)?.email });
    expect((await zoom.refresh(refreshToken)).body).toEqual({
      reason: 'The owner of this token no longer exists.',
      error: 'invalid_grant',
    });
  });

  it('fails once the app has another secret', async () => {
    const { refresh_token: refreshToken } = await zoom.connect();
    await zoom.control('POST', 'client-secret', { clientSecret: 'another' });
    expect((await zoom.refresh(refreshToken)).body).toMatchObject({ error: 'invalid_client' });
  });

  it('fails after ninety days', async () => {
    const { refresh_token: refreshToken } = await zoom.connect();
    zoom.clock.advance(90 * 86_400_000);
    expect((await zoom.refresh(refreshToken)).status).toBe(400);
  });
});

describe('a refresh with a grace', () => {
  it('takes the old refresh token for a while', async () => {
    await zoom.close();
    zoom = await TestZoom.start({ refreshGraceSeconds: 60 });
    const { refresh_token: old } = await zoom.connect();
    await zoom.refresh(old);
    zoom.clock.advance(59_000);
    expect((await zoom.refresh(old)).status).toBe(200);
  });

  it('refuses the old refresh token afterwards', async () => {
    await zoom.close();
    zoom = await TestZoom.start({ refreshGraceSeconds: 60 });
    const { refresh_token: old } = await zoom.connect();
    await zoom.refresh(old);
    zoom.clock.advance(60_000);
    expect((await zoom.refresh(old)).status).toBe(400);
  });
});

describe('a revocation', () => {
  it('says that it succeeded', async () => {
    const { access_token: token } = await zoom.connect();
    expect((await zoom.revoke(token)).body).toEqual({ status: 'success' });
  });

  it('ends the access token', async () => {
    const { access_token: token } = await zoom.connect();
    await zoom.revoke(token);
    expect((await zoom.get('/users/me', token)).status).toBe(401);
  });

  it('ends the refresh token', async () => {
    const tokens = await zoom.connect();
    await zoom.revoke(tokens.access_token);
    expect((await zoom.refresh(tokens.refresh_token)).status).toBe(400);
  });

  it('fails for a token that is unknown', async () => {
    expect((await zoom.revoke('unknown')).status).toBe(400);
  });
});
