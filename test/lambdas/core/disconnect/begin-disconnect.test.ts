import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import {
  type DisconnectRequest,
  beginDisconnect,
  continueDisconnect,
} from '../../../../lambdas/core/disconnect/begin-disconnect';
import { NotFoundError } from '../../../../lambdas/core/errors';
import { FakeClock, MINUTE, instant } from '../../../support/clock';
import {
  InMemoryConnectionStore,
  connectedRecord,
  connectionRecord,
  disconnectRecord,
} from '../../../support/connections';
import { RecordingDisconnectStarter } from '../../../support/disconnect';

const ASKED: DisconnectRequest = { cause: 'operator', keepFacts: false };

function lifecycle(...records: readonly ConnectionRecord[]) {
  const ports = {
    connections: new InMemoryConnectionStore(...records),
    disconnects: new RecordingDisconnectStarter(),
    clock: new FakeClock(),
  };
  return {
    ...ports,
    begin: (request: Partial<DisconnectRequest> = {}) => beginDisconnect(ports, 'c1', { ...ASKED, ...request }),
  };
}

describe('a disconnect', () => {
  it.each(['backfilling', 'connected', 'degraded', 'reconnect_needed', 'paused'] as const)(
    'stops a connection that is %s, and starts the workflow',
    async (status) => {
      const { begin, connections, disconnects } = lifecycle(connectedRecord({ status }));
      await begin({ cause: 'admin', keepFacts: true });
      expect(connections.get('c1')).toMatchObject({
        status: 'disconnecting',
        disconnect: {
          cause: 'admin',
          keepFacts: true,
          requestedAt: instant(),
          attempt: 1,
          executionArn: 'arn:execution:c1-1',
          revokedAtZoom: null,
          factsPurged: 0,
          endedAt: null,
        },
      });
      expect(disconnects.started).toEqual([{ connectionId: 'c1', requestedAt: instant(), attempt: 1 }]);
    },
  );

  it.each(['pending', 'refused'] as const)('deletes a connection that is %s', async (status) => {
    const { begin, connections, disconnects } = lifecycle(connectionRecord({ status }));
    await expect(begin()).resolves.toMatchObject({ status: 'disconnected', disconnect: { endedAt: instant() } });
    expect([connections.records.size, disconnects.started]).toEqual([0, []]);
  });

  it('has the workflow delete what an interrupted consent may have left of one that is pending', async () => {
    const { begin, disconnects } = lifecycle(connectionRecord({ spareSecrets: ['left'] }));
    await expect(begin()).resolves.toMatchObject({ status: 'disconnecting' });
    expect(disconnects.started).toHaveLength(1);
  });

  it('deletes it also when it was interrupted before', async () => {
    const { begin, connections } = lifecycle(
      connectionRecord({ status: 'disconnected', disconnect: disconnectRecord({ endedAt: instant() }) }),
    );
    await begin();
    expect(connections.records.size).toBe(0);
  });

  it('fails for a connection that is not there', async () => {
    await expect(lifecycle().begin()).rejects.toThrow(NotFoundError);
  });

  it('leaves a connection alone that is part of another one', async () => {
    const merged = connectionRecord({ status: 'disconnected', mergedInto: 'c2' });
    const { begin, connections } = lifecycle(merged);
    await begin();
    expect(connections.get('c1')).toEqual(merged);
  });
});

describe('a disconnect that is asked for again', () => {
  it('leaves the workflow that runs alone', async () => {
    const { begin, clock, connections, disconnects } = lifecycle(connectedRecord());
    const begun = await begin();
    clock.advance(MINUTE);
    await begin();
    expect([connections.get('c1'), disconnects.started.length]).toEqual([begun, 1]);
  });

  it('starts the workflow when that failed before', async () => {
    const { begin, connections, disconnects } = lifecycle(connectedRecord());
    disconnects.before = () => {
      throw new Error('no answer');
    };
    await expect(begin()).rejects.toThrow('no answer');
    disconnects.before = () => undefined;
    await begin();
    expect([disconnects.started.length, connections.get('c1').disconnect?.executionArn]).toEqual([
      1,
      'arn:execution:c1-1',
    ]);
  });

  it('starts the next attempt after those that broke off', async () => {
    const { begin, connections, disconnects } = lifecycle(connectedRecord());
    await begin();
    disconnects.over.add(1).add(2);
    await begin();
    expect(disconnects.started.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(connections.get('c1').disconnect).toMatchObject({
      attempt: 3,
      executionArn: 'arn:execution:c1-3',
      requestedAt: instant(),
    });
  });

  it('leaves one alone that has ended', async () => {
    const ended = connectedRecord({ status: 'disconnected', disconnect: disconnectRecord({ endedAt: instant() }) });
    const { begin, connections } = lifecycle(ended);
    await begin();
    expect(connections.get('c1')).toEqual(ended);
  });

  it('deletes the facts that were kept, with what is known of the grant', async () => {
    const disconnect = disconnectRecord({ keepFacts: true, revokedAtZoom: false, endedAt: instant() });
    const { begin, clock, connections } = lifecycle(connectedRecord({ status: 'disconnected', disconnect }));
    clock.advance(MINUTE);
    await begin();
    expect(connections.get('c1')).toMatchObject({
      status: 'disconnecting',
      disconnect: { keepFacts: false, requestedAt: instant(MINUTE), revokedAtZoom: false, endedAt: null },
    });
  });

  it('deletes the facts after all while it is under way', async () => {
    const { begin, connections } = lifecycle(connectedRecord());
    await begin({ keepFacts: true });
    await begin({ keepFacts: false });
    expect(connections.get('c1').disconnect?.keepFacts).toBe(false);
  });

  it('brings back nothing that may be deleted already', async () => {
    const { begin, connections } = lifecycle(connectedRecord());
    await begin({ keepFacts: false });
    await begin({ keepFacts: true });
    expect(connections.get('c1').disconnect?.keepFacts).toBe(false);
  });

  it.each(['disconnecting', 'disconnected'] as const)(
    'by Zoom, which tells of what we have done ourselves, deletes no facts that are kept: %s',
    async (status) => {
      const disconnect = disconnectRecord({ keepFacts: true, attempt: 1, executionArn: 'arn:execution:c1-1' });
      const record = connectedRecord({ status, disconnect });
      const { begin, connections } = lifecycle(record);
      await begin({ cause: 'deauthorized', keepFacts: false });
      expect(connections.get('c1')).toEqual(record);
    },
  );
});

describe('going on with a disconnect', () => {
  it('leaves a connection alone that nobody disconnects', async () => {
    const { connections, disconnects } = lifecycle(connectedRecord());
    await continueDisconnect({ connections, disconnects }, connections.get('c1'));
    expect(disconnects.started).toEqual([]);
  });

  it('leaves one alone that has ended since it was read', async () => {
    const { begin, connections, disconnects } = lifecycle(connectedRecord());
    const read = await begin();
    disconnects.over.add(1);
    connections.change('c1', { status: 'disconnected' });
    await continueDisconnect({ connections, disconnects }, read);
    expect(disconnects.started.length).toBe(1);
  });
});
