import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../lambdas/core/access/ports';
import { nameOfSecret } from '../../../lambdas/core/access/secret-value';
import { openSession } from '../../../lambdas/core/access/sign-in';
import type { ConnectionRecord } from '../../../lambdas/core/connections/connection-record';
import { makeDisconnectApp } from '../../../lambdas/web/disconnect-app';
import { InMemorySessionStore } from '../../support/access';
import { RecordingAuditLog } from '../../support/audit';
import { FakeClock } from '../../support/clock';
import { InMemoryConnectionStore, connectedRecord, connectionRecord } from '../../support/connections';
import { RecordingDisconnectStarter } from '../../support/disconnect';

const PUBLIC_URL = 'https://connector.example';
const INVITED: Scope = { kind: 'connection', connectionId: 'c1' };
const OWN: Scope = { ...INVITED, hasConsented: true };
const ALL: Scope = { kind: 'all' };

function site(...records: readonly ConnectionRecord[]) {
  const connections = new InMemoryConnectionStore(...(records.length === 0 ? [connectedRecord()] : records));
  const disconnects = new RecordingDisconnectStarter();
  const sessions = new InMemorySessionStore();
  const clock = new FakeClock();
  const audit = new RecordingAuditLog();
  const faults: unknown[] = [];
  const log = { begun: () => undefined, fault: (error: unknown) => faults.push(error) };
  const app = makeDisconnectApp({ publicUrl: PUBLIC_URL, connections, disconnects, sessions, audit, clock, log });

  /** Posts the form as a browser with a session of this scope does. */
  async function post(scope: Scope | null, fields: Record<string, string> = {}, origin = PUBLIC_URL, id = 'c1') {
    const session = scope === null ? undefined : await openSession(sessions, scope, clock.now());
    return app.request(`/connections/${id}/disconnect`, {
      method: 'POST',
      headers: { Origin: origin, ...(session && { Cookie: `__Host-session=${session.id}` }) },
      body: new URLSearchParams(fields),
    });
  }
  /** What the audit log calls the one session that there is. */
  const sessionName = () => nameOfSecret([...sessions.sessions.keys()][0] ?? '');
  return { post, connections, disconnects, audit, faults, sessionName };
}

describe('the form that disconnects', () => {
  it.each([
    ['an operator', ALL, 'operator'],
    ['the admin who consented', OWN, 'admin'],
  ] as const)('begins it for %s, and leads back to the connection', async (_who, scope, cause) => {
    const { post, connections, disconnects, audit, sessionName } = site();
    const answer = await post(scope);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/connections/c1']);
    expect(connections.get('c1')).toMatchObject({ status: 'disconnecting', disconnect: { cause, keepFacts: false } });
    expect(disconnects.started).toHaveLength(1);
    expect(audit.entries).toMatchObject([
      { action: 'disconnect_requested', connectionId: 'c1', details: { cause, session: sessionName() } },
    ]);
  });

  it('keeps the facts when that is ticked', async () => {
    const { post, connections } = site();
    await post(ALL, { keepFacts: 'yes' });
    expect(connections.get('c1').disconnect?.keepFacts).toBe(true);
  });

  it.each([
    ['comes from another site', 403, ALL, 'https://elsewhere.example', 'c1'],
    ['comes without a session', 401, null, PUBLIC_URL, 'c1'],
    ['comes from whoever has but an invite', 403, INVITED, PUBLIC_URL, 'c1'],
    ['comes from an admin of another connection', 404, { ...OWN, connectionId: 'c2' }, PUBLIC_URL, 'c1'],
    ['is about a connection that is not there', 404, ALL, PUBLIC_URL, 'c9'],
  ] as const)('does nothing when it %s', async (_why, status, scope, origin, id) => {
    const { post, connections, disconnects } = site();
    const answer = await post(scope, {}, origin, id);
    expect([answer.status, connections.get('c1').status, disconnects.started]).toEqual([status, 'connected', []]);
  });

  it.each([
    connectionRecord(),
    connectionRecord({ status: 'refused' }),
    connectedRecord({ status: 'disconnecting' }),
    connectedRecord({ status: 'disconnected' }),
  ])('says that there is nothing to disconnect of a connection that is $status', async (record) => {
    const { post, connections, disconnects } = site(record);
    const answer = await post(ALL);
    expect([answer.status, connections.get('c1'), disconnects.started]).toEqual([409, record, []]);
  });

  it('says that it went wrong when the workflow cannot be started', async () => {
    const { post, disconnects, faults } = site();
    disconnects.before = () => {
      throw new Error('no answer');
    };
    const answer = await post(ALL);
    expect([answer.status, faults.length]).toEqual([500, 1]);
  });
});
