import { describe, expect, it } from '@jest/globals';
import type { ZoomEvent } from '../../../../lambdas/contract/zoom-event';
import { makeHandleZoomEvent } from '../../../../lambdas/core/webhooks/handle-zoom-event';
import { RecordingAuditLog } from '../../../support/audit';
import { FakeClock, MINUTE, instant } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord } from '../../../support/connections';
import { RecordingRunStarter } from '../../../support/runs';

const USERS_CHANGED: ZoomEvent = { kind: 'usersChanged', zoomAccountId: 'account-1', at: instant() };
const ACCOUNT_CHANGED: ZoomEvent = { ...USERS_CHANGED, kind: 'accountChanged' };

function handling(record = connectedRecord()) {
  const ports = {
    connections: new InMemoryConnectionStore(record),
    runs: new RecordingRunStarter(),
    audit: new RecordingAuditLog(),
    clock: new FakeClock(),
  };
  return {
    ...ports,
    handle: makeHandleZoomEvent(ports),
    connection: () => ports.connections.get('c1'),
    runIds: () => ports.runs.requests.map(({ runId }) => runId),
  };
}

describe('an event about users', () => {
  it('has a sync read them at once', async () => {
    const { handle, connection, runs } = handling();
    expect(await handle(USERS_CHANGED)).toEqual({ kind: 'syncStarted', connectionId: 'c1' });
    expect(connection().usersChangedAt).toBe(instant());
    expect(runs.requests).toEqual([{ connectionId: 'c1', runId: 'event-20261012T0815', kind: 'sync' }]);
  });

  it('starts one sync a minute, however many come', async () => {
    const { handle, clock, runIds } = handling();
    for (let events = 0; events < 6; events++) {
      await handle(USERS_CHANGED);
      clock.advance(MINUTE / 4);
    }
    expect(runIds()).toEqual(['event-20261012T0815', 'event-20261012T0816']);
  });

  it('is not taken for read by a sync that runs, whatever the clocks say', async () => {
    const startedAt = instant(MINUTE);
    const { handle, connection } = handling(connectedRecord({ syncRun: { runId: 'tick-1', startedAt } }));
    await handle(USERS_CHANGED);
    expect(Date.parse(connection().usersChangedAt ?? '')).toBeGreaterThan(Date.parse(startedAt));
  });

  it.each(['backfilling', 'paused', 'reconnect_needed'] as const)(
    'is noted for the next sync of a connection that is %s',
    async (status) => {
      const { handle, connection, runIds } = handling(connectedRecord({ status }));
      expect(await handle(USERS_CHANGED)).toEqual({ kind: 'noted', connectionId: 'c1' });
      expect([connection().usersChangedAt, runIds()]).toEqual([instant(), []]);
    },
  );

  it.each(['disconnecting', 'disconnected'] as const)('is of no effect when the connection is %s', async (status) => {
    const record = connectedRecord({ status });
    const { handle, connection, runIds } = handling(record);
    expect(await handle(USERS_CHANGED)).toEqual({ kind: 'noConnection' });
    expect([connection(), runIds()]).toEqual([record, []]);
  });

  it('is of no effect when the account has no connection', async () => {
    const record = connectedRecord();
    const { handle, connection, runIds } = handling(record);
    expect(await handle({ ...USERS_CHANGED, zoomAccountId: 'account-2' })).toEqual({ kind: 'noConnection' });
    expect([connection(), runIds()]).toEqual([record, []]);
  });

  it('fails when the sync cannot be started, to be handled again', async () => {
    const { handle, runs } = handling();
    runs.before = () => {
      throw new Error('out of order');
    };
    await expect(handle(USERS_CHANGED)).rejects.toThrow('out of order');
  });
});

describe('an event about the account', () => {
  it('has a sync read the operation log, and no users', async () => {
    const { handle, connection, runIds } = handling();
    expect(await handle(ACCOUNT_CHANGED)).toEqual({ kind: 'syncStarted', connectionId: 'c1' });
    expect([connection().usersChangedAt, runIds()]).toEqual([null, ['event-20261012T0815']]);
  });
});

describe('the news that the account has removed the app', () => {
  const DEAUTHORIZED: ZoomEvent = { ...USERS_CHANGED, kind: 'deauthorized' };

  it('is noted, and a sync finds out whether the grant is dead', async () => {
    const { handle, connection } = handling();
    expect(await handle(DEAUTHORIZED)).toEqual({ kind: 'syncStarted', connectionId: 'c1' });
    expect(connection()).toMatchObject({ status: 'connected', deauthorizedAt: instant() });
  });

  it('is noted on a connection that has no syncs', async () => {
    const { handle, connection } = handling(connectedRecord({ status: 'reconnect_needed' }));
    expect(await handle(DEAUTHORIZED)).toEqual({ kind: 'noted', connectionId: 'c1' });
    expect(connection().deauthorizedAt).toBe(instant());
  });

  it('is in the audit log', async () => {
    const { handle, audit } = handling();
    await handle(DEAUTHORIZED);
    expect(audit.entries).toMatchObject([{ action: 'deauthorized_by_zoom', connectionId: 'c1', actor: null }]);
  });

  it('has the grant of a paused connection tried, which no run reads with', async () => {
    const { handle, runs } = handling(connectedRecord({ status: 'paused' }));
    expect(await handle(DEAUTHORIZED)).toEqual({ kind: 'syncStarted', connectionId: 'c1' });
    expect(runs.requests).toEqual([
      { connectionId: 'c1', runId: 'event-keep-alive-20261012T0815', kind: 'sync', keepAlive: true },
    ]);
  });

  it.each([-5 * MINUTE, 0, 5 * MINUTE])(
    'is our own doing when we had a grant taken back %d ms before',
    async (before) => {
      const record = connectedRecord({ revokedByUsAt: instant(-before) });
      const { handle, connection, audit } = handling(record);
      expect(await handle(DEAUTHORIZED)).toEqual({ kind: 'ownDoing', connectionId: 'c1' });
      expect([connection(), audit.entries]).toEqual([record, []]);
    },
  );

  it('is believed when we had a grant taken back at another time', async () => {
    const { handle, connection } = handling(connectedRecord({ revokedByUsAt: instant(-6 * MINUTE) }));
    await handle(DEAUTHORIZED);
    expect(connection().deauthorizedAt).toBe(instant());
  });

  it('is believed of an app that was removed just after the consent, by a clock of Zoom’s that is 5 minutes behind', async () => {
    const { handle, connection } = handling(connectedRecord({ connectedAt: instant(5 * MINUTE) }));
    await handle(DEAUTHORIZED);
    expect(connection().deauthorizedAt).toBe(instant());
  });

  it('is of no effect when a consent has been given since', async () => {
    const record = connectedRecord({ connectedAt: instant(6 * MINUTE) });
    const { handle, connection, audit } = handling(record);
    expect(await handle(DEAUTHORIZED)).toEqual({ kind: 'outdated', connectionId: 'c1' });
    expect([connection(), audit.entries]).toEqual([record, []]);
  });
});
