import { describe, expect, it } from '@jest/globals';
import type { Disconnect } from '../../../../lambdas/contract/connection';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeEndGrant } from '../../../../lambdas/core/disconnect/end-grant';
import { userShards } from '../../../../lambdas/core/runs/shards';
import { makeAccessTokens } from '../../../../lambdas/core/tokens/access-tokens';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { FakeClock, HOUR, MINUTE, instant } from '../../../support/clock';
import { FakeZoomConsent } from '../../../support/consent';
import {
  InMemoryConnectionStore,
  backfillRecord,
  connectedRecord,
  disconnectRecord,
} from '../../../support/connections';
import { BACKFILL, InMemoryProgressStore, RecordingRunStopper, doneShard } from '../../../support/runs';
import { FakeTokenEndpoint, GRANT, InMemoryRefreshLeases, InMemoryTokenVault, tokenSet } from '../../../support/tokens';

const TASK = { connectionId: 'c1', requestedAt: instant(), attempt: 1 };

function ending(change: Partial<ConnectionRecord> = {}, disconnect: Partial<Disconnect> = {}) {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(
    connectedRecord({ status: 'disconnecting', disconnect: disconnectRecord(disconnect), ...change }),
  );
  const vault = new InMemoryTokenVault([GRANT, tokenSet()]);
  const endpoint = new FakeTokenEndpoint(clock);
  const zoom = new FakeZoomConsent();
  const executions = new RecordingRunStopper();
  const progress = new InMemoryProgressStore();
  const failures: unknown[] = [];
  const tokens = makeAccessTokens({ vault, leases: new InMemoryRefreshLeases(), zoom: endpoint, clock });
  const endGrant = makeEndGrant({
    connections,
    progress,
    vault,
    tokens,
    zoom,
    executions,
    clock,
    log: { revokeFailed: (_id, error) => failures.push(error) },
  });
  const secretsLeft = () => [...vault.secrets.keys()];
  const disconnectNow = () => connections.get('c1').disconnect;
  return {
    clock,
    connections,
    vault,
    endpoint,
    zoom,
    executions,
    progress,
    failures,
    endGrant,
    secretsLeft,
    disconnectNow,
  };
}

const down = () => {
  throw new ZoomFaultError('revocation: HTTP 503');
};

describe('ending a grant', () => {
  it('has Zoom take it back, deletes its secret and stops what runs', async () => {
    const { endGrant, connections, zoom, executions, secretsLeft, disconnectNow } = ending();
    await endGrant(TASK);
    expect(zoom.revoked).toMatchObject([{ accessToken: 'access-0' }]);
    expect([secretsLeft(), executions.stopped]).toEqual([[], ['all of c1']]);
    expect([connections.get('c1').generation, disconnectNow()?.revokedAtZoom]).toEqual([null, true]);
  });

  it('says when the longest step that was under way has ended', async () => {
    const { endGrant, clock } = ending();
    clock.advance(MINUTE);
    await expect(endGrant(TASK)).resolves.toEqual({ purgeAgainAt: instant(11 * MINUTE) });
  });

  it('refreshes a token that has expired: Zoom takes back what is good yet', async () => {
    const { endGrant, clock, zoom } = ending();
    clock.advance(2 * HOUR);
    await endGrant(TASK);
    expect(zoom.revoked).toMatchObject([{ accessToken: 'access-1' }]);
  });

  it('deletes the secret although Zoom is down, and notes that Zoom has not confirmed', async () => {
    const { endGrant, zoom, failures, secretsLeft, disconnectNow } = ending();
    zoom.beforeRevoke = down;
    await endGrant(TASK);
    expect([secretsLeft(), disconnectNow()?.revokedAtZoom, failures.length]).toEqual([[], false, 3]);
  });

  it('tries no longer than a minute', async () => {
    const { endGrant, clock, zoom, failures, disconnectNow } = ending();
    zoom.beforeRevoke = () => {
      clock.advance(MINUTE);
      down();
    };
    await endGrant(TASK);
    expect([failures.length, disconnectNow()?.revokedAtZoom]).toEqual([1, false]);
  });

  it('takes a grant that Zoom does not know any more as ended', async () => {
    const { endGrant, zoom, endpoint, secretsLeft, disconnectNow } = ending();
    zoom.beforeRevoke = down;
    endpoint.end();
    await endGrant(TASK);
    expect([secretsLeft(), disconnectNow()?.revokedAtZoom]).toEqual([[], true]);
  });

  it('says nothing to Zoom of a grant that Zoom has ended itself', async () => {
    const { endGrant, zoom, secretsLeft, disconnectNow } = ending({}, { cause: 'deauthorized' });
    await endGrant(TASK);
    expect([zoom.revoked, secretsLeft(), disconnectNow()?.revokedAtZoom]).toEqual([[], [], true]);
  });

  it('does not claim that Zoom has ended a grant whose secret is missing', async () => {
    const { endGrant, vault, disconnectNow } = ending();
    vault.secrets.clear();
    await endGrant(TASK);
    expect(disconnectNow()?.revokedAtZoom).toBe(false);
  });

  it('goes on after it was interrupted with what Zoom said before', async () => {
    const { endGrant, zoom, secretsLeft, disconnectNow } = ending({}, { revokedAtZoom: false });
    await endGrant(TASK);
    expect([zoom.revoked, secretsLeft(), disconnectNow()?.revokedAtZoom]).toEqual([[], [], false]);
  });

  it('notes the backfill that ran as cancelled, with what it has come to', async () => {
    const { endGrant, connections, progress } = ending({
      backfill: backfillRecord(),
      syncRun: { runId: 'tick-1', startedAt: instant() },
    });
    progress.put(BACKFILL, ...userShards().map((shard) => doneShard(shard, { facts: 5 })));
    await endGrant(TASK);
    expect(connections.get('c1')).toMatchObject({
      syncRun: null,
      backfill: { state: 'cancelled', shardsDone: 3, facts: 15, calls: 3, endedAt: instant() },
    });
  });

  it.each(['connected', 'disconnected'] as const)('leaves a connection alone that is %s', async (status) => {
    const { endGrant, connections, secretsLeft, executions } = ending({ status });
    const before = connections.get('c1');
    await endGrant(TASK);
    expect([connections.get('c1'), secretsLeft().length, executions.stopped]).toEqual([before, 1, []]);
  });
});

it('deletes the secrets that interrupted consents have left', async () => {
  const { endGrant, vault, secretsLeft, connections } = ending({ spareSecrets: ['left'] });
  await vault.create({ connectionId: 'c1', generation: 'left' }, tokenSet());
  await endGrant(TASK);
  expect([secretsLeft(), connections.get('c1').spareSecrets]).toEqual([[], []]);
});
