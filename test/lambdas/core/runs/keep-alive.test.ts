import { describe, expect, it } from '@jest/globals';
import { makeKeepAlive } from '../../../../lambdas/core/runs/keep-alive';
import { makeAccessTokens } from '../../../../lambdas/core/tokens/access-tokens';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { DAY, FakeClock } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord } from '../../../support/connections';
import { FakeZoomConsent } from '../../../support/consent';
import { FakeTokenEndpoint, GRANT, InMemoryRefreshLeases, InMemoryTokenVault, tokenSet } from '../../../support/tokens';

const RUN = { ...GRANT, runId: 'keep-alive-2026-W48', kind: 'sync' } as const;

/** A paused connection whose token set is a week old. */
function paused() {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(connectedRecord({ status: 'paused', reason: null }));
  const vault = new InMemoryTokenVault([GRANT, tokenSet()]);
  const zoom = new FakeTokenEndpoint(clock);
  const failures: string[] = [];
  const log = { keepAliveFailed: ({ connectionId }: { connectionId: string }) => void failures.push(connectionId) };
  const tokens = makeAccessTokens({ vault, leases: new InMemoryRefreshLeases(), zoom, clock });
  const api = new FakeZoomConsent();
  clock.advance(7 * DAY);
  const ports = { connections, tokens, zoom: api, clock, log };
  return { ...ports, vault, zoom, api, failures, keepAlive: makeKeepAlive(ports, { apiUrl: 'https://api.example' }) };
}

describe('an idle grant that is kept alive', () => {
  it('has a refresh token that is new', async () => {
    const { keepAlive, vault } = paused();
    await keepAlive(RUN);
    expect(vault.history(GRANT).at(-1)).toMatchObject({ refreshToken: 'refresh-1' });
  });

  it('leaves its connection paused, with the reason, when Zoom has ended it', async () => {
    const { keepAlive, zoom, connections, clock } = paused();
    zoom.end();
    await keepAlive(RUN);
    expect(connections.get('c1')).toMatchObject({
      status: 'paused',
      reason: expect.stringContaining('"Invalid Token!"') as unknown,
      grantDiedAt: new Date(clock.now()).toISOString(),
    });
  });

  it('is found dead also while its access token is not old: Zoom is asked', async () => {
    const { keepAlive, tokens, zoom, api, connections } = paused();
    await tokens.get(GRANT);
    zoom.end();
    api.ended.add('access-1');
    await keepAlive(RUN);
    expect(connections.get('c1').grantDiedAt).not.toBeNull();
  });

  it('is not taken for dead when one access token alone was refused', async () => {
    const { keepAlive, api, connections } = paused();
    api.ended.add('access-1');
    await keepAlive(RUN);
    expect(connections.get('c1')).toMatchObject({ reason: null, grantDiedAt: null });
  });

  it('is tried at the address that Zoom named for the account', async () => {
    const { keepAlive, api, connections } = paused();
    connections.change('c1', { apiUrl: 'https://api-eu.zoom.us' });
    await keepAlive(RUN);
    expect(api.probes).toEqual(['https://api-eu.zoom.us me']);
  });

  it('has no reason noted that belongs to an older consent', async () => {
    const { keepAlive, zoom, connections } = paused();
    zoom.before = () => connections.change('c1', { generation: 'g2' });
    zoom.end();
    await keepAlive(RUN);
    expect(connections.get('c1').reason).toBeNull();
  });

  it('is left to the next week when Zoom fails', async () => {
    const { keepAlive, zoom, failures, connections } = paused();
    zoom.before = () => {
      throw new ZoomFaultError('token refresh: HTTP 429');
    };
    await keepAlive(RUN);
    expect([failures, connections.get('c1').reason]).toEqual([['c1'], null]);
  });

  it('fails, to be retried, for a fault that is not Zoom’s', async () => {
    const { keepAlive, vault } = paused();
    vault.read = () => Promise.reject(new Error('vault out of order'));
    await expect(keepAlive(RUN)).rejects.toThrow('vault out of order');
  });
});
