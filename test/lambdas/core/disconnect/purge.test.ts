import { describe, expect, it } from '@jest/globals';
import type { Disconnect } from '../../../../lambdas/contract/connection';
import type { PurgeTask } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makePurge } from '../../../../lambdas/core/disconnect/purge';
import { RecordingAuditLog } from '../../../support/audit';
import { FakeClock, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord, disconnectRecord } from '../../../support/connections';
import { InMemoryStoredData } from '../../../support/disconnect';

const FIRST: PurgeTask = { connectionId: 'c1', requestedAt: instant(), attempt: 1, pass: 'first' };
const LAST: PurgeTask = { ...FIRST, pass: 'last' };

function purging(disconnect: Partial<Disconnect> = {}, change: Partial<ConnectionRecord> = {}) {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(
    connectedRecord({
      status: 'disconnecting',
      generation: null,
      consentedBy: { userId: 'user-1', email: 'owner@example.com', role: 'Owner' },
      disconnect: disconnectRecord({ revokedAtZoom: true, ...disconnect }),
      ...change,
    }),
  );
  const stored = new InMemoryStoredData(95, 25);
  const audit = new RecordingAuditLog();
  const run = makePurge({ connections, stored, audit, clock });
  const purge = (task: PurgeTask, timeMs = MINUTE) => run(task, clock.now() + timeMs);
  return { audit, clock, connections, stored, purge, disconnectNow: () => connections.get('c1').disconnect };
}

describe('the first pass of a purge', () => {
  it('deletes all that is stored, and counts the facts', async () => {
    const { purge, stored, connections, disconnectNow } = purging();
    await expect(purge(FIRST)).resolves.toEqual({ outcome: 'done' });
    expect([stored.facts, stored.items, disconnectNow()?.factsPurged]).toEqual([0, 0, 95]);
    expect(connections.get('c1').status).toBe('disconnecting');
  });

  it('leaves the facts that are to be kept', async () => {
    const { purge, stored, disconnectNow } = purging({ keepFacts: true });
    await purge(FIRST);
    expect([stored.facts, stored.items, disconnectNow()?.factsPurged]).toEqual([95, 0, 0]);
  });

  it('asks for another turn when its time is up, with what it has counted', async () => {
    const { purge, stored, disconnectNow } = purging();
    await expect(purge(FIRST, 0)).resolves.toEqual({ outcome: 'again' });
    expect([stored.facts, disconnectNow()?.factsPurged]).toEqual([85, 10]);
    await purge(FIRST);
    expect(disconnectNow()?.factsPurged).toBe(95);
  });

  it('shows every few seconds how far it is', async () => {
    const { purge, stored, clock, disconnectNow } = purging();
    const shown: (number | undefined)[] = [];
    const slowly = stored.deleteFacts.bind(stored);
    stored.deleteFacts = async function* () {
      for await (const deleted of slowly()) {
        clock.advance(SECOND);
        yield deleted;
        shown.push(disconnectNow()?.factsPurged);
      }
    };
    await purge(FIRST);
    expect(shown.slice(0, 4)).toEqual([0, 20, 20, 40]);
  });

  it('leaves it to another attempt that has taken over', async () => {
    const { purge, stored, clock, connections, disconnectNow } = purging();
    const slowly = stored.deleteFacts.bind(stored);
    stored.deleteFacts = async function* () {
      for await (const deleted of slowly()) {
        clock.advance(3 * SECOND);
        connections.change('c1', { disconnect: disconnectRecord({ attempt: 2 }) });
        yield deleted;
      }
    };
    await expect(purge(FIRST)).resolves.toEqual({ outcome: 'done' });
    expect([stored.facts, disconnectNow()?.factsPurged]).toEqual([85, 0]);
  });

  it.each([
    ['that is not there', {}, { ...FIRST, connectionId: 'c9' }],
    ['that nobody disconnects', { status: 'connected' as const }, FIRST],
    ['whose disconnect is another', {}, { ...FIRST, requestedAt: instant(MINUTE) }],
  ])('deletes nothing of a connection %s', async (_which, change, task) => {
    const { purge, stored } = purging({}, change);
    await purge(task);
    expect([stored.facts, stored.items]).toEqual([95, 25]);
  });
});

describe('the last pass of a purge', () => {
  it('deletes what came since, and leaves the receipt', async () => {
    const { purge, stored, clock, connections } = purging({ factsPurged: 1_000 });
    clock.advance(11 * MINUTE);
    await expect(purge(LAST)).resolves.toEqual({ outcome: 'done' });
    expect([stored.facts, stored.items]).toEqual([0, 0]);
    expect(connections.get('c1')).toMatchObject({
      status: 'disconnected',
      reason: null,
      consentedBy: null,
      disconnect: { factsPurged: 1_095, endedAt: instant(11 * MINUTE), revokedAtZoom: true },
    });
  });

  it('lets the Zoom account be connected anew', async () => {
    const { purge, connections } = purging();
    await purge(LAST);
    await expect(connections.findByAccount('account-1')).resolves.toBeUndefined();
  });

  it('says what to do in Zoom when Zoom has not taken the grant back', async () => {
    const { purge, connections } = purging({ revokedAtZoom: false });
    await purge(LAST);
    expect(connections.get('c1').reason).toMatch(
      /has to remove the app there: Zoom App Marketplace, Manage, Added Apps/,
    );
  });

  it('goes on when somebody wants the facts deleted after all', async () => {
    const { purge, stored, connections } = purging({ keepFacts: true });
    const keeping = stored.deleteState.bind(stored);
    stored.deleteState = () => {
      stored.deleteState = keeping;
      connections.change('c1', { disconnect: disconnectRecord({ keepFacts: false }) });
      return keeping();
    };
    await expect(purge(LAST)).resolves.toEqual({ outcome: 'again' });
    await expect(purge(LAST)).resolves.toEqual({ outcome: 'done' });
    expect([stored.facts, connections.get('c1').disconnect?.factsPurged]).toEqual([0, 95]);
  });

  it('tells the audit log what was done, also when it was killed before it could', async () => {
    const { purge, audit } = purging({ cause: 'admin' });
    await purge({ ...LAST, pass: 'first' });
    expect(audit.entries).toEqual([]);
    await purge(LAST);
    const [told] = audit.entries.splice(0);
    await purge(LAST);
    expect(told).toEqual({
      action: 'disconnected',
      connectionId: 'c1',
      zoomAccountId: 'account-1',
      actor: null,
      details: { cause: 'admin', keepFacts: false, revokedAtZoom: true, factsPurged: 95 },
    });
    expect(audit.entries).toEqual([told]);
  });

  it('leaves one receipt when it is repeated', async () => {
    const { purge, clock, connections } = purging();
    await purge(LAST);
    const receipt = connections.get('c1');
    clock.advance(MINUTE);
    await purge(LAST);
    expect(connections.get('c1')).toEqual(receipt);
    expect(receipt.disconnect?.endedAt).toBe(new Date(NOW).toISOString());
  });
});
