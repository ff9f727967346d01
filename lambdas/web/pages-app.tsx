import { Hono, type Context } from 'hono';
import type { Connection } from '../contract/connection';
import type { LinkStore, Session, SessionStore } from '../core/access/ports';
import { hashSecretValue, nameOfSecret } from '../core/access/secret-value';
import { mayEnd, maySee, signIn } from '../core/access/sign-in';
import type { AuditLog } from '../core/audit/ports';
import { isEnded } from '../core/connections/connection-record';
import type { ConnectionViews } from '../core/connections/connection-views';
import {
  API_NOT_FOUND,
  API_UNAUTHENTICATED,
  handleTheRest,
  sendConsentProblem,
  sendPage,
  sendSignInNeeded,
  viewerOf,
} from './respond';
import { csrfCheck, makeCookies, readSession, securityHeaders } from './security';
import { connectionPath } from './views/components';
import { ConnectionPage } from './views/connection-page';
import { ConnectorsPage } from './views/connectors-page';
import { canDisconnect, DisconnectPage, NothingToDisconnectPage, NotYoursToEndPage } from './views/disconnect-page';
import { InvitePage } from './views/invite-page';
import { DeadSignInLinkPage, NotCoveredPage, NotFoundPage, SignedOutPage, SignInPage } from './views/message-pages';
import { CataloguePage, NewZoomPage } from './views/new-connection-pages';
import { STYLESHEET, STYLESHEET_HASH, STYLESHEET_PATH } from './views/style/stylesheet';
import { consentOffer } from './views/words';

export interface PagesDeps {
  /** Where browsers reach the pages: an origin, `https://connector.example.com`. */
  readonly publicUrl: string;
  /** How many days of activity a first backfill reads. */
  readonly backfillDays: number;
  readonly connections: Pick<ConnectionViews, 'find' | 'list'>;
  readonly sessions: SessionStore;
  readonly links: LinkStore;
  readonly audit: AuditLog;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Is told each error that nobody foresaw; the browser gets a page that does not name it. */
  readonly reportFault: (error: unknown) => void;
}

/** The pages, and the same as JSON: everything a browser reads. Consent and disconnecting are other functions'. */
export function makePagesApp(deps: PagesDeps): Hono {
  const { publicUrl, backfillDays, connections, sessions, links, now } = deps;
  const cookies = makeCookies(publicUrl);
  const session = (c: Context) => readSession(c, { cookies, sessions }, now());

  const app = new Hono();
  app.use(securityHeaders(publicUrl), csrfCheck(publicUrl));
  handleTheRest(app, deps.reportFault);

  app.get(STYLESHEET_PATH, (c) => {
    // another hash comes from a page of the version before: what it gets must not be kept under that name
    const current = c.req.query('v') === STYLESHEET_HASH;
    return c.body(STYLESHEET, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });

  app.get('/', async (c) => {
    const { scope } = (await session(c)) ?? {};
    if (scope === undefined) return sendSignInNeeded(c);
    if (scope.kind === 'connection') return c.redirect(connectionPath(scope.connectionId), 303);
    const list = await connections.list();
    return sendPage(c, <ConnectorsPage connections={list} backfillDays={backfillDays} now={now()} />, {
      refreshSeconds: list.some(isMoving) ? 15 : null,
    });
  });

  app.get('/connections/new', async (c) => newConnection(c, await session(c), () => sendPage(c, <CataloguePage />)));

  app.get('/connections/new/zoom', async (c) =>
    newConnection(c, await session(c), () =>
      sendPage(c, <NewZoomPage backfillDays={backfillDays} />, { leadsToZoom: true }),
    ),
  );

  app.get('/connections/:id', async (c) => {
    const found = await session(c);
    if (found === undefined) return sendSignInNeeded(c);
    const viewer = viewerOf(found);
    const connection = await visible(found, c.req.param('id'));
    if (connection === undefined) return sendPage(c, <NotFoundPage viewer={viewer} />, { status: 404 });
    const refreshSeconds = secondsToRefresh(connection, now());
    return sendPage(c, <ConnectionPage {...{ connection, viewer, backfillDays, refreshSeconds }} now={now()} />, {
      leadsToZoom: consentOffer(connection) !== null,
      refreshSeconds,
    });
  });

  app.get('/connections/:id/disconnect', async (c) => {
    const found = await session(c);
    if (found === undefined) return sendSignInNeeded(c);
    const viewer = viewerOf(found);
    const connection = await visible(found, c.req.param('id'));
    if (connection === undefined) return sendPage(c, <NotFoundPage viewer={viewer} />, { status: 404 });
    if (!canDisconnect(connection)) return sendPage(c, <NothingToDisconnectPage viewer={viewer} />, { status: 409 });
    if (!mayEnd(found.scope, connection.id)) return sendPage(c, <NotYoursToEndPage viewer={viewer} />, { status: 403 });
    return sendPage(c, <DisconnectPage {...{ connection, viewer }} />);
  });

  // looking uses nothing up: link scanners come by GET and HEAD
  app.get('/invite/:token', async (c) => {
    const token = c.req.param('token');
    const link = await links.find(hashSecretValue(token), now());
    const connection = link?.kind === 'invite' ? await connections.find(link.connectionId) : undefined;
    if (link === undefined || connection === undefined || isEnded(connection)) {
      return sendConsentProblem(c, {
        problem: { kind: 'invalid-invite' },
        viewer: viewerOf(await session(c)),
        connectionId: null,
        backfillDays,
      });
    }
    const expiresAt = new Date(link.expiresAt).toISOString();
    return sendPage(c, <InvitePage {...{ token, connection, expiresAt, backfillDays }} now={now()} />, {
      leadsToZoom: true,
    });
  });

  app.get('/session/:token', async (c) => {
    const token = c.req.param('token');
    const link = await links.find(hashSecretValue(token), now());
    if (link?.kind !== 'sign-in') return deadSignInLink(c);
    return sendPage(c, <SignInPage token={token} expiresAt={new Date(link.expiresAt).toISOString()} now={now()} />);
  });

  app.post('/session/:token', async (c) => {
    const token = c.req.param('token');
    const opened = await signIn({ links, sessions }, token, now());
    if (opened === undefined) return deadSignInLink(c);
    const before = cookies.sessionId(c);
    if (before !== undefined) await sessions.delete(hashSecretValue(before));
    cookies.setSession(c, opened, now());
    await deps.audit.record({
      action: 'signed_in',
      connectionId: null,
      zoomAccountId: null,
      actor: null,
      details: { link: nameOfSecret(hashSecretValue(token)), session: opened.name },
    });
    return c.redirect('/', 303);
  });

  app.post('/sign-out', async (c) => {
    const id = cookies.sessionId(c);
    const ended = await session(c);
    if (id !== undefined) await sessions.delete(hashSecretValue(id));
    if (ended !== undefined) {
      await deps.audit.record({
        action: 'signed_out',
        connectionId: ended.scope.kind === 'all' ? null : ended.scope.connectionId,
        zoomAccountId: null,
        actor: null,
        details: { session: ended.name },
      });
    }
    cookies.clearSession(c);
    return sendPage(c, <SignedOutPage />);
  });

  app.get('/api/connections', async (c) => {
    const found = await session(c);
    if (found === undefined) return c.json(API_UNAUTHENTICATED, 401);
    if (found.scope.kind === 'all') return c.json({ connections: await connections.list() });
    const own = await connections.find(found.scope.connectionId);
    return c.json({ connections: own === undefined ? [] : [own] });
  });

  app.get('/api/connections/:id', async (c) => {
    const found = await session(c);
    if (found === undefined) return c.json(API_UNAUTHENTICATED, 401);
    const connection = await visible(found, c.req.param('id'));
    return connection === undefined ? c.json(API_NOT_FOUND, 404) : c.json(connection);
  });

  return app;

  async function visible({ scope }: Session, id: string): Promise<Connection | undefined> {
    return maySee(scope, id) ? connections.find(id) : undefined;
  }

  async function deadSignInLink(c: Context): Promise<Response> {
    return sendPage(c, <DeadSignInLinkPage viewer={viewerOf(await session(c))} />, { status: 404 });
  }
}

/** Adding a connection is for those who see all of them. */
function newConnection(c: Context, session: Session | undefined, page: () => Response): Response {
  if (session === undefined) return sendSignInNeeded(c);
  if (session.scope.kind === 'all') return page();
  return sendPage(c, <NotCoveredPage viewer={viewerOf(session)} />, { status: 403 });
}

/** Whether it looks different soon without anybody doing anything. */
function isMoving({ status, backfill }: Connection): boolean {
  const isReading = backfill?.state === 'running' || backfill?.state === 'waiting';
  return status === 'backfilling' || status === 'disconnecting' || isReading;
}

/** How soon something is likely to have moved; `null` when nothing is on its way. */
function secondsToRefresh(connection: Connection, now: number): number | null {
  if (!isMoving(connection)) return null;
  const { backfill } = connection;
  const waitSeconds = backfill?.waitingUntil ? (Date.parse(backfill.waitingUntil) - now) / 1000 : 0;
  return waitSeconds > 120 ? 60 : 5;
}
