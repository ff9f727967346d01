import { describe, expect, it } from '@jest/globals';
import { hashSecretValue } from '../../../../lambdas/core/access/secret-value';
import { ATTEMPT_MS, challengeOf, cookieKey, startConsent } from '../../../../lambdas/core/consent/start-consent';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { ConflictError } from '../../../../lambdas/core/errors';
import { NOW } from '../../../support/clock';
import { connectionRecord } from '../../../support/connections';
import { FakeZoomConsent, InMemoryAttemptStore } from '../../../support/consent';

async function started(connection: ConnectionRecord = connectionRecord(), inviteHash: string | null = null) {
  const begunWith = { inviteHash, session: 'session-1' };
  const attempts = new InMemoryAttemptStore();
  const zoom = new FakeZoomConsent();
  const consent = await startConsent({ attempts, zoom }, connection, begunWith, NOW);
  const state = zoom.authorizations[0]?.state ?? '';
  return { attempts, zoom, consent, state };
}

describe('startConsent', () => {
  it('leads to Zoom with a state that only its hash is kept of', async () => {
    const { attempts, state } = await started();
    expect([...attempts.attempts.keys()]).toEqual([hashSecretValue(state)]);
  });

  it('keeps what the attempt is for', async () => {
    const { attempts, consent } = await started(connectionRecord({ id: 'c7' }), 'hash-of-invite');
    expect([...attempts.attempts.values()]).toEqual([
      {
        connectionId: 'c7',
        inviteHash: 'hash-of-invite',
        session: 'session-1',
        codeChallenge: challengeOf(consent.codeVerifier),
        expiresAt: NOW + ATTEMPT_MS,
      },
    ]);
  });

  it('sends Zoom the challenge of the verifier that the browser keeps', async () => {
    const { zoom, consent } = await started();
    expect(zoom.authorizations[0]?.codeChallenge).toBe(challengeOf(consent.codeVerifier));
  });

  it('makes a verifier of the length that PKCE asks for', async () => {
    expect((await started()).consent.codeVerifier).toMatch(/^[\w-]{43,128}$/);
  });

  it('names the cookie by the attempt, so that two tabs have one each', async () => {
    const keys = await Promise.all([started(), started()]);
    expect(keys[0].consent.cookieKey).not.toBe(keys[1].consent.cookieKey);
  });

  it('makes another state each time', async () => {
    expect((await started()).state).not.toBe((await started()).state);
  });

  it.each(['pending', 'refused', 'reconnect_needed', 'connected', 'degraded', 'backfilling', 'paused'] as const)(
    'begins for a connection that is %s',
    async (status) => {
      expect((await started(connectionRecord({ status }))).attempts.attempts.size).toBe(1);
    },
  );

  it.each(['disconnecting', 'disconnected'] as const)('refuses a connection that is %s', async (status) => {
    await expect(started(connectionRecord({ status }))).rejects.toThrow(ConflictError);
  });
});

describe('challengeOf', () => {
  // RFC 7636, appendix B
  it('is the one of the standard’s example', () => {
    expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });
});

describe('cookieKey', () => {
  it('has nothing that a cookie’s name may not hold', () => {
    expect(cookieKey('a-b_c+d/e=f;g hijklmnop')).toMatch(/^[A-Za-z0-9]{12}$/);
  });
});
