import { describe, expect, it } from '@jest/globals';
import { hashSecretValue } from '../../../../lambdas/core/access/secret-value';
import { makeLink } from '../../../../lambdas/core/access/sign-in';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { type AuthorizationResponse, makeCompleteConsent } from '../../../../lambdas/core/consent/complete-consent';
import {
  ATTEMPT_MS,
  type StartedConsent,
  cookieKey,
  startConsent,
} from '../../../../lambdas/core/consent/start-consent';
import { ConflictError, NotFoundError } from '../../../../lambdas/core/errors';
import type { Denied, ZoomRefusal } from '../../../../lambdas/core/zoom/ports';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { InMemoryLinkStore, InMemoryRevocations } from '../../../support/access';
import { RecordingAuditLog } from '../../../support/audit';
import { FakeClock, MINUTE, NOW, instant } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord, connectionRecord } from '../../../support/connections';
import { FakeZoomConsent, InMemoryAttemptStore } from '../../../support/consent';
import { RecordingRunStarter } from '../../../support/runs';
import { type Moment, mortalPorts } from '../../../support/mortal-ports';
import { InMemoryTokenVault, tokenSet } from '../../../support/tokens';

const GRANTED = tokenSet();
const NO_PERMISSION: Denied = { kind: 'denied', cause: 'missing_permission', reason: 'No permission.' };
const FREE_PLAN: Denied = { kind: 'denied', cause: 'free_plan', reason: 'Only available for paid account: a1.' };
const NO_SCOPE: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };

/** The consent flow over stores in memory, and browsers that go through it. */
function flow(...records: readonly ConnectionRecord[]) {
  const ports = {
    attempts: new InMemoryAttemptStore(),
    links: new InMemoryLinkStore(),
    revocations: new InMemoryRevocations(),
    connections: new InMemoryConnectionStore(...(records.length === 0 ? [connectionRecord()] : records)),
    vault: new InMemoryTokenVault(),
    zoom: new FakeZoomConsent(),
    runs: new RecordingRunStarter(),
    audit: new RecordingAuditLog(),
    clock: new FakeClock(),
  };
  const revokeFailures: string[] = [];
  const log = { revokeFailed: (connectionId: string) => revokeFailures.push(connectionId) };
  const complete = makeCompleteConsent({ ...ports, log }, { apiUrl: 'https://api.example' });

  /** Sends a browser to Zoom. @returns what Zoom would send it back with. */
  async function toZoom(connectionId = 'c1', inviteHash: string | null = null) {
    const connection = ports.connections.get(connectionId);
    const consent = await startConsent(ports, connection, { inviteHash, session: 'session-1' }, ports.clock.now());
    const state = ports.zoom.authorizations.at(-1)?.state ?? '';
    return { state, code: 'code-1', error: undefined, cookie: cookieOf(consent) } satisfies AuthorizationResponse;
  }

  return {
    ...ports,
    revokeFailures,
    complete,
    toZoom,
    /** An invite to the connection. @returns the hash of its token. */
    invite: async (connectionId = 'c1') =>
      hashSecretValue((await makeLink(ports.links, { kind: 'invite', connectionId }, 60, NOW)).token),
    /** The whole way of an admin who allows. */
    consent: async (connectionId = 'c1', inviteHash: string | null = null) =>
      complete(await toZoom(connectionId, inviteHash)),
    /** Names of the token secrets that there are. */
    secrets: () => [...ports.vault.secrets.keys()],
    connection: (id = 'c1') => ports.connections.get(id),
  };
}

/** Whether a browser that began these attempts has the cookie of one. */
function cookieOf(...consents: readonly StartedConsent[]) {
  return (key: string) => consents.find(({ cookieKey }) => cookieKey === key)?.codeVerifier;
}

const NO_COOKIE = () => undefined;

describe('a consent', () => {
  it('connects the connection', async () => {
    expect(await flow().consent()).toEqual({ kind: 'connected', connectionId: 'c1' });
  });

  it('is noted on the connection with who gave it', async () => {
    const { consent, connection } = flow(connectionRecord({ status: 'refused', reason: 'No permission.' }));
    await consent();
    expect(connection()).toMatchObject({
      status: 'backfilling',
      reason: null,
      zoomAccountId: 'account-1',
      connectedAt: instant(),
      consentedBy: { userId: 'user-1', email: 'owner@example.com', role: 'Owner' },
    });
  });

  it('keeps the tokens in a secret of its own generation', async () => {
    const { consent, connection, vault } = flow();
    await consent();
    const key = { connectionId: 'c1', generation: connection().generation ?? '' };
    expect(vault.history(key)).toEqual([GRANTED]);
  });

  it('exchanges the code with the verifier of the browser', async () => {
    const { toZoom, complete, zoom, attempts } = flow();
    const response = await toZoom();
    const [stateHash = ''] = [...attempts.attempts.keys()];
    await complete(response);
    expect(zoom.exchanges).toEqual([{ code: 'code-1', codeVerifier: response.cookie(cookieKey(stateHash)) }]);
  });

  it('is tried at the address that Zoom names for the account', async () => {
    const { consent, zoom } = flow();
    zoom.grant = { tokens: GRANTED, apiUrl: 'https://api-eu.zoom.us' };
    await consent();
    expect(zoom.probes[0]).toBe('https://api-eu.zoom.us me');
  });

  it('is tried at the configured address when Zoom names none', async () => {
    const { consent, zoom } = flow();
    await consent();
    expect(zoom.probes[0]).toBe('https://api.example me');
  });

  it('starts the backfill once', async () => {
    const { consent, runs, connection } = flow();
    await consent();
    const { generation } = connection();
    expect(runs.requests).toEqual([{ connectionId: 'c1', runId: `consent-${generation}`, kind: 'backfill' }]);
  });

  it('uses the invite up', async () => {
    const { consent, invite, links } = flow();
    await consent('c1', await invite());
    expect(links.links.size).toBe(0);
  });

  it('is not revoked', async () => {
    const { consent, zoom } = flow();
    await consent();
    expect(zoom.revoked).toEqual([]);
  });
});

describe('an answer that belongs to no attempt', () => {
  it('fails without a state', async () => {
    expect(await flow().complete({ state: undefined, code: 'c', error: undefined, cookie: NO_COOKIE })).toEqual({
      kind: 'unknownState',
    });
  });

  it('fails with a state that nobody made', async () => {
    expect(await flow().complete({ state: 'made-up', code: 'c', error: undefined, cookie: NO_COOKIE })).toEqual({
      kind: 'unknownState',
    });
  });

  it('fails when it comes a second time', async () => {
    const { toZoom, complete } = flow();
    const response = await toZoom();
    await complete(response);
    expect(await complete(response)).toEqual({ kind: 'replayed' });
  });

  it('fails for one of two that come at once', async () => {
    const { toZoom, complete } = flow();
    const response = await toZoom();
    const outcomes = await Promise.all([complete(response), complete(response)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['connected', 'replayed']);
  });

  it('fails when the attempt has expired', async () => {
    const { toZoom, complete, clock } = flow();
    const response = await toZoom();
    clock.advance(ATTEMPT_MS);
    expect(await complete(response)).toEqual({ kind: 'expired', connectionId: 'c1' });
  });

  it.each([
    ['ahead', 5 * MINUTE],
    ['behind', -5 * MINUTE],
  ])('is taken by a function whose clock is five minutes %s', async (_, ms) => {
    const { toZoom, complete, clock } = flow();
    const response = await toZoom();
    clock.advance(ms);
    expect(await complete(response)).toMatchObject({ kind: 'connected' });
  });

  it('fails in another browser', async () => {
    const { toZoom, complete } = flow();
    expect(await complete({ ...(await toZoom()), cookie: NO_COOKIE })).toEqual({ kind: 'otherBrowser' });
  });

  it('fails with the cookie of another attempt', async () => {
    const { toZoom, complete } = flow();
    const response = await toZoom();
    expect(await complete({ ...response, cookie: () => 'x'.repeat(43) })).toEqual({ kind: 'otherBrowser' });
  });

  it('does not use the attempt up when it comes in another browser', async () => {
    const { toZoom, complete } = flow();
    const response = await toZoom();
    await complete({ ...response, cookie: NO_COOKIE });
    expect(await complete(response)).toMatchObject({ kind: 'connected' });
  });

  it.each([
    ['in another browser', { cookie: NO_COOKIE }],
    ['with no state', { state: undefined }],
  ])('never reaches Zoom %s', async (_, change) => {
    const { toZoom, complete, zoom } = flow();
    await complete({ ...(await toZoom()), ...change });
    expect(zoom.exchanges).toEqual([]);
  });
});

describe('two tabs of a browser', () => {
  it.each([
    ['first', 0],
    ['second', 1],
  ])('can both come back, the %s first', async (_, first) => {
    const { complete, connections, attempts, zoom, clock } = flow();
    const tabs: StartedConsent[] = [];
    for (let tab = 0; tab < 2; tab++) {
      const begunWith = { inviteHash: null, session: 'session-1' };
      tabs.push(await startConsent({ attempts, zoom }, connections.get('c1'), begunWith, clock.now()));
    }
    const states = zoom.authorizations.map(({ state }) => state);
    const outcomes: string[] = [];
    for (const tab of [first, 1 - first]) {
      const response = { state: states[tab], code: 'code-1', error: undefined, cookie: cookieOf(...tabs) };
      outcomes.push((await complete(response)).kind);
    }
    expect(outcomes).toEqual(['connected', 'connected']);
  });
});

describe('a consent that was not given', () => {
  it('is declined', async () => {
    const { toZoom, complete } = flow();
    expect(await complete({ ...(await toZoom()), code: undefined, error: 'access_denied' })).toEqual({
      kind: 'declined',
      connectionId: 'c1',
    });
  });

  it('leaves the connection pending', async () => {
    const { toZoom, complete, connection } = flow();
    await complete({ ...(await toZoom()), code: undefined, error: 'access_denied' });
    expect(connection()).toEqual(connectionRecord());
  });

  it('leaves the invite good', async () => {
    const { toZoom, complete, invite, links } = flow();
    await complete({ ...(await toZoom('c1', await invite())), code: undefined, error: 'access_denied' });
    expect(links.links.size).toBe(1);
  });

  it('is declined also where a code comes along', async () => {
    const { toZoom, complete, zoom } = flow();
    await complete({ ...(await toZoom()), error: 'access_denied' });
    expect(zoom.exchanges).toEqual([]);
  });

  it('is Zoom’s refusal for any other error', async () => {
    const { toZoom, complete } = flow();
    expect(await complete({ ...(await toZoom()), code: undefined, error: 'server_error' })).toEqual({
      kind: 'zoomRefused',
      connectionId: 'c1',
      error: 'server_error',
    });
  });

  it('is Zoom’s refusal when there is neither code nor error', async () => {
    const { toZoom, complete } = flow();
    expect(await complete({ ...(await toZoom()), code: undefined })).toEqual({
      kind: 'zoomRefused',
      connectionId: 'c1',
      error: 'no code',
    });
  });

  it('has a code that Zoom rejects', async () => {
    const { consent, zoom } = flow();
    zoom.grant = { kind: 'invalidGrant' };
    expect(await consent()).toEqual({ kind: 'codeRejected', connectionId: 'c1' });
  });
});

describe('a consent that is refused', () => {
  const refusing = (denied: Denied, ...records: readonly ConnectionRecord[]) => {
    const setting = flow(...records);
    Object.assign(setting.zoom.streams, { user_activity: denied, admin_operation: denied });
    return setting;
  };

  it.each([NO_PERMISSION, FREE_PLAN, NO_SCOPE])('says $cause', async (denied) => {
    expect(await refusing(denied).consent()).toEqual({
      kind: 'refused',
      connectionId: 'c1',
      refusal: { kind: 'denied', denied, roleName: 'Owner' },
      revoked: true,
    });
  });

  it('is revoked at Zoom', async () => {
    const { consent, zoom } = refusing(NO_PERMISSION);
    await consent();
    expect(zoom.revoked).toEqual([GRANTED]);
  });

  it('is noted on the account’s connection before: Zoom tells of it as of a removed app', async () => {
    const { consent, connection, zoom } = refusing(NO_PERMISSION, connectedRecord());
    const noted: (string | null)[] = [];
    zoom.beforeRevoke = () => void noted.push(connection().revokedByUsAt);
    await consent();
    expect(noted).toEqual([instant()]);
  });

  it('leaves no secret', async () => {
    const { consent, secrets } = refusing(NO_PERMISSION);
    await consent();
    expect(secrets()).toEqual([]);
  });

  it('is noted on a connection that has no grant, in Zoom’s words', async () => {
    const { consent, connection } = refusing(NO_PERMISSION);
    await consent();
    expect(connection()).toMatchObject({ status: 'refused', reason: 'Zoom answered: No permission. (role: Owner)' });
  });

  it('says that the plan is free', async () => {
    const { consent, connection } = refusing(FREE_PLAN);
    await consent();
    expect(connection().plan).toBe('free');
  });

  it('leaves the invite good', async () => {
    const { consent, invite, links } = refusing(NO_PERMISSION);
    await consent('c1', await invite());
    expect(links.links.size).toBe(1);
  });

  it('leaves a connection that works as it is', async () => {
    const { consent, connection } = refusing(NO_PERMISSION, connectedRecord());
    await consent();
    expect(connection()).toMatchObject({ status: 'connected', reason: null, generation: 'g1' });
  });

  it('starts no backfill', async () => {
    const { consent, runs } = refusing(NO_PERMISSION);
    await consent();
    expect(runs.requests).toEqual([]);
  });

  it('says so when Zoom does not take the grant back', async () => {
    const { consent, zoom } = refusing(NO_PERMISSION);
    zoom.beforeRevoke = () => {
      throw new ZoomFaultError('revocation: HTTP 500');
    };
    expect(await consent()).toMatchObject({ kind: 'refused', revoked: false });
  });

  it('has a failure to revoke reported', async () => {
    const { consent, zoom, revokeFailures } = refusing(NO_PERMISSION);
    zoom.beforeRevoke = () => {
      throw new ZoomFaultError('revocation: HTTP 500');
    };
    await consent();
    expect(revokeFailures).toEqual(['c1']);
  });

  it('is accepted when only one report lacks its scope', async () => {
    const { consent, zoom } = refusing(NO_SCOPE);
    zoom.streams.admin_operation = { kind: 'allowed' };
    expect(await consent()).toMatchObject({ kind: 'connected' });
  });
});

describe('a fault after the code was exchanged', () => {
  const faulty = () => {
    const setting = flow();
    setting.zoom.whoAmI = () => Promise.reject(new ZoomFaultError('GET /v2/users/me: HTTP 500'));
    return setting;
  };

  it('fails with the fault', async () => {
    await expect(faulty().consent()).rejects.toThrow('GET /v2/users/me: HTTP 500');
  });

  it('leaves a grant of which Zoom does not say whose it is: its end may be taken for that of another', async () => {
    const { consent, zoom, revokeFailures } = faulty();
    await consent().catch(() => undefined);
    expect([zoom.revoked, revokeFailures]).toEqual([[], ['c1']]);
  });

  it('revokes the grant, which nobody keeps', async () => {
    const { consent, zoom } = flow();
    zoom.tryStream = () => Promise.reject(new ZoomFaultError('GET /v2/report/activities: HTTP 500'));
    await consent().catch(() => undefined);
    expect(zoom.revoked).toEqual([GRANTED]);
  });

  it('leaves no secret when the connection could not be written', async () => {
    const { consent, connections, secrets } = flow();
    connections.bind = () => Promise.reject(new Error('table out of order'));
    await consent().catch(() => undefined);
    expect(secrets()).toEqual([]);
  });

  it('fails with the fault also when the grant cannot be revoked', async () => {
    const { consent, zoom } = faulty();
    zoom.beforeRevoke = () => {
      throw new Error('revocation failed');
    };
    await expect(consent()).rejects.toThrow('GET /v2/users/me: HTTP 500');
  });

  it('fails for a connection that is gone meanwhile', async () => {
    const { toZoom, complete, connections } = flow();
    const response = await toZoom();
    connections.records.clear();
    await expect(complete(response)).rejects.toThrow(NotFoundError);
  });
});

describe('a fault after the grant is bound', () => {
  it('revokes nothing when the backfill cannot be started', async () => {
    const { consent, runs, zoom } = flow();
    runs.before = () => {
      throw new Error('state machine out of order');
    };
    await consent().catch(() => undefined);
    expect(zoom.revoked).toEqual([]);
  });

  it('deletes the old secret all the same', async () => {
    const { consent, runs, vault, secrets, connection } = flow(connectedRecord());
    await vault.create({ connectionId: 'c1', generation: 'g1' }, tokenSet({ accessToken: 'old' }));
    runs.before = () => {
      throw new Error('out of order');
    };
    await consent().catch(() => undefined);
    expect(secrets()).toEqual([`c1/${connection().generation}`]);
  });

  it('keeps the connection for the schedule to begin', async () => {
    const { consent, runs, connection } = flow();
    runs.before = () => {
      throw new Error('state machine out of order');
    };
    await consent().catch(() => undefined);
    expect(connection()).toMatchObject({ status: 'backfilling', backfill: null });
  });

  it('revokes nothing when the old secret cannot be deleted', async () => {
    const { consent, vault, zoom } = flow(connectedRecord());
    vault.delete = () => Promise.reject(new Error('vault out of order'));
    await consent().catch(() => undefined);
    expect(zoom.revoked).toEqual([]);
  });
});

describe('a reconnect', () => {
  const reconnecting = async (change: Partial<ConnectionRecord> = {}) => {
    const setting = flow(connectedRecord({ status: 'reconnect_needed', reason: 'Invalid Token!', ...change }));
    await setting.vault.create({ connectionId: 'c1', generation: 'g1' }, tokenSet({ accessToken: 'old' }));
    return setting;
  };

  it('renews the connection under its id', async () => {
    const { consent } = await reconnecting();
    expect(await consent()).toEqual({ kind: 'connected', connectionId: 'c1' });
  });

  it('puts the new secret in the place of the old one', async () => {
    const { consent, secrets, connection } = await reconnecting();
    await consent();
    expect(secrets()).toEqual([`c1/${connection().generation}`]);
  });

  it('forgets what the old consent could not read', async () => {
    const { consent, connection } = await reconnecting({ lostStreams: ['user'] });
    await consent();
    expect(connection()).toMatchObject({ status: 'backfilling', lostStreams: [], capabilities: [], backfill: null });
  });

  it('refuses another Zoom account', async () => {
    const { consent, zoom } = await reconnecting();
    zoom.identity = { zoomAccountId: 'account-2', userId: null, email: null, roleName: null };
    expect(await consent()).toEqual({
      kind: 'refused',
      connectionId: 'c1',
      refusal: { kind: 'otherAccount' },
      revoked: true,
    });
  });

  it('leaves the connection as it was when it refuses another account', async () => {
    const { consent, zoom, connection } = await reconnecting();
    const before = connection();
    zoom.identity = { zoomAccountId: 'account-2', userId: null, email: null, roleName: null };
    await consent();
    expect(connection()).toEqual(before);
  });
});

describe('a consent that Zoom gives no answer to judge by', () => {
  const DAILY: ZoomRefusal = { kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW } };
  const FAULT = new ZoomFaultError('GET /v2/report/activities: HTTP 500');
  const BY_OWNER = { userId: 'user-1', email: 'owner@example.com', role: 'Owner' };
  const BY_ANOTHER = { ...BY_OWNER, userId: 'user-2' };
  const unanswered = (answer: ZoomRefusal | ZoomFaultError, record: ConnectionRecord) => {
    const setting = flow(record);
    setting.zoom.tryStream = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
    return setting;
  };

  it.each([DAILY, FAULT])('is kept when the same person gave the one in force, which it has ended', async (answer) => {
    const { consent, connection, zoom } = unanswered(answer, connectedRecord({ consentedBy: BY_OWNER }));
    expect(await consent()).toMatchObject({ kind: 'connected' });
    expect([connection().generation, zoom.revoked]).toEqual([expect.not.stringMatching(/^g1$/), []]);
  });

  it.each([DAILY, FAULT])('takes the place of nobody else’s, who may be allowed more', async (answer) => {
    const { consent, connection, zoom } = unanswered(answer, connectedRecord({ consentedBy: BY_ANOTHER }));
    await expect(consent()).rejects.toThrow(ZoomFaultError);
    expect([connection().generation, zoom.revoked]).toEqual(['g1', [GRANTED]]);
  });

  it('is kept when Zoom does not even say whether a later one has ended it, for it has ended the one in force', async () => {
    const { consent, connection, zoom } = flow(connectedRecord({ consentedBy: BY_OWNER }));
    zoom.whileTried = () => {
      zoom.whoAmI = () => Promise.reject(FAULT);
    };
    expect(await consent()).toMatchObject({ kind: 'connected' });
    expect([connection().generation, zoom.revoked]).toEqual([expect.not.stringMatching(/^g1$/), []]);
  });

  it('is kept when the account is but busy, and there is none in force', async () => {
    expect(await unanswered(DAILY, connectionRecord()).consent()).toMatchObject({ kind: 'connected' });
  });

  it('is in the audit log, with what became of the grant', async () => {
    const { consent, audit } = unanswered(FAULT, connectionRecord());
    await consent().catch(() => undefined);
    expect(audit.entries).toMatchObject([
      { action: 'consent_failed', zoomAccountId: 'account-1', actor: 'owner@example.com', details: { revoked: true } },
    ]);
  });
});

describe('a consent of an account that has a connection of its own, for that of another account', () => {
  const others = async () => {
    const setting = flow(connectedRecord({ id: 'x', zoomAccountId: 'account-9' }), connectedRecord({ id: 'y' }));
    await setting.vault.create({ connectionId: 'y', generation: 'g1' }, tokenSet({ accessToken: 'old' }));
    const inviteHash = await setting.invite('x');
    const outcome = await setting.consent('x', inviteHash);
    return { ...setting, outcome };
  };

  it('renews its own, whose grant it may have ended, and revokes nothing', async () => {
    const { outcome, zoom, secrets, connection } = await others();
    expect(outcome).toEqual({ kind: 'otherRenewed', connectionId: 'x', renewed: 'y' });
    expect([zoom.revoked, secrets()]).toEqual([[], [`y/${connection('y').generation}`]]);
  });

  it('leaves the other as it was, with its invite', async () => {
    const { connection, links } = await others();
    expect([connection('x'), links.links.size]).toEqual([connectedRecord({ id: 'x', zoomAccountId: 'account-9' }), 1]);
  });

  it('starts the backfill of its own alone', async () => {
    const { runs } = await others();
    expect(runs.requests.map(({ connectionId }) => connectionId)).toEqual(['y']);
  });
});

describe('a consent for an account that is connected already', () => {
  const merging = async () => {
    const setting = flow(connectedRecord({ id: 'older' }), connectionRecord({ id: 'invited' }));
    await setting.vault.create({ connectionId: 'older', generation: 'g1' }, tokenSet({ accessToken: 'old' }));
    return setting;
  };

  it('renews the older connection', async () => {
    const { consent } = await merging();
    expect(await consent('invited')).toEqual({ kind: 'merged', connectionId: 'invited', into: 'older' });
  });

  it('points from the invited connection to the older one', async () => {
    const { consent, connection } = await merging();
    await consent('invited');
    expect(connection('invited')).toMatchObject({ status: 'disconnected', mergedInto: 'older', generation: null });
  });

  it('leaves one secret, of the older connection', async () => {
    const { consent, secrets, connection } = await merging();
    await consent('invited');
    expect(secrets()).toEqual([`older/${connection('older').generation}`]);
  });

  it('renews it also when the invited one is gone meanwhile, for it may have ended the grant in force', async () => {
    const { toZoom, complete, connections, zoom } = await merging();
    const response = await toZoom('invited');
    connections.records.delete('invited');
    expect(await complete(response)).toEqual({ kind: 'merged', connectionId: 'invited', into: 'older' });
    expect(zoom.revoked).toEqual([]);
  });

  it('leaves the receipt of an invited one that has ended', async () => {
    const { toZoom, complete, connections } = await merging();
    const response = await toZoom('invited');
    connections.change('invited', { status: 'disconnected', reason: 'a receipt' });
    await complete(response);
    expect(connections.get('invited')).toMatchObject({ reason: 'a receipt', mergedInto: null });
  });

  it('uses the invite up', async () => {
    const { consent, invite, links } = await merging();
    await consent('invited', await invite('invited'));
    expect(links.links.size).toBe(0);
  });

  it('starts the backfill of the older connection', async () => {
    const { consent, runs } = await merging();
    await consent('invited');
    expect(runs.requests.map(({ connectionId }) => connectionId)).toEqual(['older']);
  });
});

describe('two consents for one account at once', () => {
  const both = async () => {
    const setting = flow(connectionRecord({ id: 'a' }), connectionRecord({ id: 'b' }));
    const responses = [await setting.toZoom('a'), await setting.toZoom('b')];
    const outcomes = await Promise.all(responses.map((response) => setting.complete(response)));
    return { ...setting, outcomes };
  };

  it('end in one connection and one that points to it', async () => {
    const { outcomes } = await both();
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['connected', 'merged']);
  });

  it('leave one secret', async () => {
    const { secrets } = await both();
    expect(secrets()).toHaveLength(1);
  });

  it('leave the secret that the connection names', async () => {
    const { secrets, connections } = await both();
    const bound = [...connections.records.values()].find(({ zoomAccountId }) => zoomAccountId !== null);
    expect(secrets()).toEqual([`${bound?.id}/${bound?.generation}`]);
  });
});

describe('a consent of somebody who consents again while it is judged', () => {
  const EARLIER = tokenSet({ accessToken: 'earlier' });
  const LATER = tokenSet({ accessToken: 'later' });
  /** Zoom ends the earlier grant when the later one is given, which is bound first. */
  const overtaken = async () => {
    const setting = flow(connectionRecord({ id: 'a' }), connectionRecord({ id: 'b' }));
    const { zoom, complete, toZoom } = setting;
    const later = await toZoom('b');
    zoom.grant = { tokens: EARLIER, apiUrl: null };
    zoom.whileTried = async () => {
      zoom.whileTried = () => undefined;
      zoom.ended.add('earlier');
      zoom.grant = { tokens: LATER, apiUrl: null };
      await complete(later);
    };
    const outcome = await complete(await toZoom('a', await setting.invite('a')));
    return { ...setting, outcome };
  };

  it('leaves the later token set in its place', async () => {
    const { vault, secrets, connection } = await overtaken();
    const { generation } = connection('b');
    expect(secrets()).toEqual([`b/${generation}`]);
    expect(vault.history({ connectionId: 'b', generation: generation ?? '' })).toEqual([LATER]);
  });

  it('points to the connection that has it', async () => {
    const { outcome, connection, links } = await overtaken();
    expect(outcome).toEqual({ kind: 'merged', connectionId: 'a', into: 'b' });
    expect([connection('a').mergedInto, links.links.size]).toEqual(['b', 0]);
  });

  it('revokes nothing: the grant that works is of the same person', async () => {
    const { zoom } = await overtaken();
    expect(zoom.revoked).toEqual([]);
  });
});

describe('an attempt whose connection was ended meanwhile', () => {
  it.each(['disconnecting', 'disconnected'] as const)('fails when that is %s', async (status) => {
    const { toZoom, complete, connections } = flow();
    const response = await toZoom();
    connections.change('c1', { status });
    await expect(complete(response)).rejects.toThrow(ConflictError);
  });

  it('does not bring a merged connection back with another account', async () => {
    const { toZoom, complete, connections, connection } = flow();
    const response = await toZoom();
    connections.change('c1', { status: 'disconnected', mergedInto: 'older' });
    await complete(response).catch(() => undefined);
    expect(connection()).toMatchObject({ status: 'disconnected', mergedInto: 'older', zoomAccountId: null });
  });

  it('does not note a refusal on a merged connection', async () => {
    const { toZoom, complete, connections, connection, zoom } = flow();
    Object.assign(zoom.streams, { user_activity: NO_PERMISSION, admin_operation: NO_PERMISSION });
    const response = await toZoom();
    connections.change('c1', { status: 'disconnected', mergedInto: 'older' });
    await complete(response);
    expect(connection().status).toBe('disconnected');
  });

  it('revokes the grant', async () => {
    const { toZoom, complete, connections, zoom } = flow();
    const response = await toZoom();
    connections.change('c1', { status: 'disconnected' });
    await complete(response).catch(() => undefined);
    expect(zoom.revoked).toEqual([GRANTED]);
  });
});

describe('an attempt whose beginning was taken back', () => {
  it.each([null, 'c1'])('fails when sessions of %s were revoked since', async (connectionId) => {
    const { toZoom, complete, revocations, clock, zoom } = flow();
    const response = await toZoom();
    clock.advance(MINUTE);
    await revocations.revoke(connectionId, clock.now());
    await expect(complete(response)).rejects.toThrow(ConflictError);
    expect(zoom.exchanges).toEqual([]);
  });

  it('goes on when that was before', async () => {
    const { toZoom, complete, revocations, clock } = flow();
    await revocations.revoke('c1', clock.now());
    clock.advance(MINUTE);
    expect(await complete(await toZoom())).toMatchObject({ kind: 'connected' });
  });
});

describe('the secrets of a consent that is interrupted', () => {
  /** The consent function dies at one of the calls that it makes of the stores. */
  const unknownAfter = async (nth: number, when: Moment) => {
    const setting = flow(connectedRecord());
    await setting.vault.create({ connectionId: 'c1', generation: 'g1' }, tokenSet({ accessToken: 'old' }));
    const response = await setting.toZoom();
    const ports = { ...setting, log: { revokeFailed: () => undefined } };
    const mortal = mortalPorts(ports, ['connections', 'vault'], { nth, when });
    await makeCompleteConsent(mortal, { apiUrl: 'https://api.example' })(response).catch(() => undefined);
    const { generation, spareSecrets } = setting.connection();
    const known = [generation, ...spareSecrets].map((name) => `c1/${name}`);
    return setting.secrets().filter((secret) => !known.includes(secret));
  };

  /** A consent that nothing befalls makes no more calls. */
  const CALLS = Array.from({ length: 10 }, (_, index) => index + 1);

  it.each(['before', 'after'] as const)('are all known to the connection, %s whichever call it was', async (when) => {
    const unknown = await Promise.all(CALLS.map((nth) => unknownAfter(nth, when)));
    expect(unknown).toEqual(CALLS.map(() => []));
  });

  it('are gone after the next consent, but for its own', async () => {
    const { connections, vault, consent, secrets, connection } = flow(connectedRecord({ spareSecrets: ['left'] }));
    for (const generation of ['g1', 'left']) await vault.create({ connectionId: 'c1', generation }, tokenSet());
    await consent();
    expect(secrets()).toEqual([`c1/${connection().generation}`]);
    expect(connections.get('c1').spareSecrets).toEqual([]);
  });
});

describe('the audit log', () => {
  it('tells who consented, in which role, for which account', async () => {
    const { consent, audit } = flow();
    await consent();
    expect(audit.entries).toEqual([
      {
        action: 'consent_given',
        connectionId: 'c1',
        zoomAccountId: 'account-1',
        actor: 'owner@example.com',
        details: { role: 'Owner', link: null, session: 'session-1', renewed: false, invitedAs: 'c1' },
      },
    ]);
  });

  it('tells by which invite, under the name that its making was told with', async () => {
    const { consent, invite, audit } = flow();
    const inviteHash = await invite();
    await consent('c1', inviteHash);
    expect(audit.entries[0]?.details['link']).toBe(inviteHash.slice(0, 12));
  });

  it('tells of a renewed connection, and for which one the consent was asked', async () => {
    const { consent, audit } = flow(connectedRecord(), connectionRecord({ id: 'c2' }));
    await consent('c2');
    expect(audit.entries).toMatchObject([
      { action: 'consent_given', connectionId: 'c1', details: { renewed: true, invitedAs: 'c2' } },
    ]);
  });

  it('tells who was refused, and why', async () => {
    const { consent, zoom, audit } = flow();
    zoom.streams = { ...zoom.streams, user_activity: NO_PERMISSION };
    await consent();
    expect(audit.entries).toMatchObject([
      {
        action: 'consent_refused',
        connectionId: 'c1',
        zoomAccountId: 'account-1',
        actor: 'owner@example.com',
        details: { role: 'Owner', why: 'missing_permission', revoked: true },
      },
    ]);
  });

  it('tells of a consent of another account', async () => {
    const { consent, audit } = flow(connectedRecord({ zoomAccountId: 'account-9' }));
    await consent();
    expect(audit.entries).toMatchObject([{ action: 'consent_refused', details: { why: 'other_account' } }]);
  });

  it('tells of a consent that was declined', async () => {
    const { complete, toZoom, audit } = flow();
    await complete({ ...(await toZoom()), code: undefined, error: 'access_denied' });
    expect(audit.entries).toMatchObject([{ action: 'consent_declined', connectionId: 'c1', actor: null }]);
  });

  it('holds no token, code, state or verifier', async () => {
    const { complete, toZoom, audit } = flow();
    const answer = await toZoom();
    await complete(answer);
    const told = JSON.stringify(audit.entries);
    const secrets = [GRANTED.accessToken, GRANTED.refreshToken, answer.code, answer.state];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });
});

describe('a consent for a connection that is paused', () => {
  it('keeps it paused, with the new grant, and starts nothing', async () => {
    const { consent, connections, vault, runs } = flow(connectedRecord({ status: 'paused' }));
    await consent();
    const { status, generation, backfill } = connections.get('c1');
    expect([status, backfill, runs.requests]).toEqual(['paused', null, []]);
    expect([generation, [...vault.secrets.keys()]]).toEqual([expect.not.stringMatching(/^g1$/), [`c1/${generation}`]]);
  });
});

describe('a consent for an account that is being disconnected', () => {
  it('is refused and its grant revoked, and the connection that was invited can try again', async () => {
    const records = [connectedRecord({ status: 'disconnecting' }), connectionRecord({ id: 'c2', name: 'Again' })];
    const { consent, connections, vault, zoom, runs } = flow(...records);
    await expect(consent('c2')).resolves.toMatchObject({
      kind: 'refused',
      refusal: { kind: 'beingDisconnected' },
      revoked: true,
    });
    expect([zoom.revoked.length, vault.secrets.size, runs.requests]).toEqual([1, 0, []]);
    expect(connections.get('c1').status).toBe('disconnecting');
    expect(connections.get('c2')).toMatchObject({
      status: 'refused',
      reason: 'The Zoom account is being disconnected; try again when that has ended.',
    });
  });
});
