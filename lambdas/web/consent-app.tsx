import { Hono, type Context } from 'hono';
import { CALLBACK_PATH } from '../contract/routes';
import { hashSecretValue, nameOfSecret } from '../core/access/secret-value';
import { maySee, openSession } from '../core/access/sign-in';
import type { LinkStore, Session, SessionStore } from '../core/access/ports';
import type { AuditEntry } from '../core/audit/ports';
import type { ConnectionRecord } from '../core/connections/connection-record';
import { newConnection } from '../core/connections/new-connection';
import type { ConnectionStore } from '../core/connections/ports';
import { type CompleteConsentPorts, type ConsentOutcome, makeCompleteConsent } from '../core/consent/complete-consent';
import type { ConsentAttempt, Refusal } from '../core/consent/ports';
import { cookieKey, startConsent } from '../core/consent/start-consent';
import { ConflictError, InvalidInputError, NotFoundError } from '../core/errors';
import { AppCredentialsMissingError, AppCredentialsRejectedError, ZoomFaultError } from '../core/zoom/zoom-fault';
import { handleTheRest, sendConsentProblem, sendPage, sendSignInNeeded, viewerOf } from './respond';
import { type OwnSession, csrfCheck, makeCookies, readSession, securityHeaders } from './security';
import { connectionPath } from './views/components';
import { MergedPage } from './views/consent-outcome';
import type { ConsentProblem } from './views/consent-problem';
import { NotCoveredPage, NotFoundPage } from './views/message-pages';

export interface ConsentDeps extends Omit<CompleteConsentPorts, 'log'> {
  readonly publicUrl: string;
  /** Origin of Zoom's API by configuration. */
  readonly apiUrl: string;
  readonly backfillDays: number;
  readonly connections: ConnectionStore;
  readonly links: LinkStore;
  readonly sessions: SessionStore;
  readonly log: CompleteConsentPorts['log'] & {
    outcome(outcome: string, connectionId: string | undefined): void;
    fault(error: unknown): void;
  };
}

/** Leads a browser to Zoom's consent page, and takes what Zoom sends it back with. */
export function makeConsentApp(deps: ConsentDeps): Hono {
  const { publicUrl, connections, links, sessions, clock, log } = deps;
  const cookies = makeCookies(publicUrl);
  const completeConsent = makeCompleteConsent(deps, { apiUrl: deps.apiUrl });
  const session = (c: Context) => readSession(c, { cookies, sessions }, clock.now());

  const app = new Hono();
  app.use(securityHeaders(publicUrl), csrfCheck(publicUrl));
  handleTheRest(app, (error) => log.fault(error));

  app.post('/invite/:token', async (c) => {
    const inviteHash = hashSecretValue(c.req.param('token'));
    const link = await links.find(inviteHash, clock.now());
    const connection = link?.kind === 'invite' ? await connections.find(link.connectionId) : undefined;
    if (connection === undefined) return problem(c, { kind: 'invalid-invite' }, await session(c), undefined);
    const own = await session(c);
    if (own !== undefined && maySee(own.scope, connection.id)) {
      return toZoom(c, connection, { inviteHash, session: own.name }, own);
    }
    const scope = { kind: 'connection', connectionId: connection.id } as const;
    const opened = await openSession(sessions, scope, clock.now());
    cookies.setSession(c, opened, clock.now());
    await note('invite_opened', connection, { link: nameOfSecret(inviteHash), session: opened.name });
    return toZoom(c, connection, { inviteHash, session: opened.name }, own);
  });

  app.post('/connections', async (c) => {
    const own = await session(c);
    if (own === undefined) return sendSignInNeeded(c);
    if (own.scope.kind !== 'all') return sendPage(c, <NotCoveredPage viewer={viewerOf(own)} />, { status: 403 });
    const { name } = await c.req.parseBody();
    const given = typeof name === 'string' ? name : '';
    try {
      const connection = newConnection(given, clock.now());
      await connections.create(connection);
      await note('connection_created', connection, { name: connection.name, session: own.name });
      return await toZoom(c, connection, { inviteHash: null, session: own.name }, own);
    } catch (error) {
      if (error instanceof InvalidInputError) return problem(c, { kind: 'bad-name', name: given }, own, undefined);
      throw error;
    }
  });

  app.post('/connections/:id/consent', async (c) => {
    const own = await session(c);
    if (own === undefined) return sendSignInNeeded(c);
    const id = c.req.param('id');
    const connection = maySee(own.scope, id) ? await connections.find(id) : undefined;
    if (connection === undefined) return sendPage(c, <NotFoundPage viewer={viewerOf(own)} />, { status: 404 });
    return toZoom(c, connection, { inviteHash: null, session: own.name }, own);
  });

  app.get(CALLBACK_PATH, async (c) => {
    const own = await session(c);
    const state = c.req.query('state');
    try {
      const outcome = await completeConsent({
        state,
        code: c.req.query('code'),
        error: c.req.query('error'),
        cookie: (key) => cookies.consent(c, key),
      });
      log.outcome(outcome.kind, 'connectionId' in outcome ? outcome.connectionId : undefined);
      // somebody else's answer must not end this browser's own attempt
      if (state !== undefined && outcome.kind !== 'otherBrowser') {
        cookies.clearConsent(c, cookieKey(hashSecretValue(state)));
      }
      return await sendOutcome(c, outcome, own);
    } catch (error) {
      return sendFault(c, error, own, undefined);
    }
  });

  return app;

  async function toZoom(
    c: Context,
    connection: ConnectionRecord,
    begunWith: Pick<ConsentAttempt, 'inviteHash' | 'session'>,
    own: Session | undefined,
  ): Promise<Response> {
    try {
      const consent = await startConsent(deps, connection, begunWith, clock.now());
      cookies.setConsent(c, consent.cookieKey, consent.codeVerifier);
      return c.redirect(consent.authorizeUrl, 303);
    } catch (error) {
      return sendFault(c, error, own, connection.id);
    }
  }

  function note(
    action: AuditEntry['action'],
    { id, zoomAccountId }: ConnectionRecord,
    details: AuditEntry['details'],
  ): Promise<void> {
    return deps.audit.record({ action, connectionId: id, zoomAccountId, actor: null, details });
  }

  /** Whoever has consented may do more than who has but an invite, and so gets another session. */
  async function renewSession(c: Context, connectionId: string, own: OwnSession | undefined): Promise<void> {
    if (own?.scope.kind === 'all') return;
    const before = cookies.sessionId(c);
    if (before !== undefined) await sessions.delete(hashSecretValue(before));
    const scope = { kind: 'connection', connectionId, hasConsented: true } as const;
    cookies.setSession(c, await openSession(sessions, scope, clock.now()), clock.now());
  }

  async function sendOutcome(c: Context, outcome: ConsentOutcome, own: OwnSession | undefined): Promise<Response> {
    switch (outcome.kind) {
      case 'connected':
        await renewSession(c, outcome.connectionId, own);
        return c.redirect(connectionPath(outcome.connectionId), 303);
      case 'merged': {
        const renewed = await connections.find(outcome.into);
        const name = renewed?.name ?? outcome.into;
        return sendPage(c, <MergedPage viewer={viewerOf(own)} renewed={{ id: outcome.into, name }} />);
      }
      case 'otherRenewed':
        return problem(c, { kind: 'other-account', left: 'renewed' }, own, outcome.connectionId);
      case 'declined':
        return problem(c, { kind: 'declined' }, own, outcome.connectionId);
      case 'refused':
        return problem(c, problemOf(outcome.refusal, outcome.revoked), own, outcome.connectionId);
      case 'codeRejected':
        return problem(c, { kind: 'code-rejected' }, own, outcome.connectionId);
      case 'zoomRefused':
        return problem(c, { kind: 'zoom-refused', zoomSays: outcome.error.slice(0, 100) }, own, outcome.connectionId);
      case 'expired':
        return problem(c, { kind: 'expired' }, own, outcome.connectionId);
      case 'replayed':
        return problem(c, { kind: 'replayed' }, own, undefined);
      case 'unknownState':
        return problem(c, { kind: 'unknown-attempt' }, own, undefined);
      case 'otherBrowser':
        return problem(c, { kind: 'other-browser' }, own, undefined);
    }
  }

  /** Faults that an admin or operator can do something about get a page of their own. */
  function sendFault(c: Context, error: unknown, own: Session | undefined, connectionId: string | undefined): Response {
    log.fault(error);
    if (error instanceof AppCredentialsMissingError) {
      return problem(c, { kind: 'app-credentials-missing' }, own, connectionId);
    }
    if (error instanceof AppCredentialsRejectedError) {
      return problem(c, { kind: 'app-credentials-rejected' }, own, connectionId);
    }
    if (error instanceof ZoomFaultError) return problem(c, { kind: 'zoom-unavailable' }, own, connectionId);
    if (error instanceof ConflictError || error instanceof NotFoundError) {
      return problem(c, { kind: 'connection-changed' }, own, connectionId);
    }
    throw error;
  }

  function problem(
    c: Context,
    what: ConsentProblem,
    own: Session | undefined,
    connectionId: string | undefined,
  ): Response {
    const isTheirs = own !== undefined && connectionId !== undefined && maySee(own.scope, connectionId);
    return sendConsentProblem(c, {
      problem: what,
      viewer: viewerOf(own),
      connectionId: isTheirs ? connectionId : null,
      backfillDays: deps.backfillDays,
    });
  }
}

function problemOf(refusal: Refusal, withdrawn: boolean): ConsentProblem {
  if (refusal.kind === 'otherAccount') return { kind: 'other-account', left: withdrawn ? 'withdrawn' : 'there' };
  if (refusal.kind === 'beingDisconnected') return { kind: 'being-disconnected', withdrawn };
  const { denied, roleName } = refusal;
  const zoomSays = denied.reason;
  switch (denied.cause) {
    case 'free_plan':
      return { kind: 'free-plan', zoomSays, withdrawn };
    case 'missing_permission':
      return { kind: 'wrong-role', zoomSays, role: roleName, withdrawn };
    case 'missing_scope':
      return { kind: 'missing-scope', zoomSays, withdrawn };
  }
}
