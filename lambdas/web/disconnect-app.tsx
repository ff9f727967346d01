import { Hono, type Context } from 'hono';
import type { SessionStore } from '../core/access/ports';
import { mayEnd, maySee } from '../core/access/sign-in';
import type { AuditLog } from '../core/audit/ports';
import { type BeginDisconnectPorts, beginDisconnect } from '../core/disconnect/begin-disconnect';
import { handleTheRest, sendPage, sendSignInNeeded, viewerOf } from './respond';
import { csrfCheck, makeCookies, readSession, securityHeaders } from './security';
import { connectionPath } from './views/components';
import { canDisconnect, NothingToDisconnectPage, NotYoursToEndPage } from './views/disconnect-page';
import { NotFoundPage } from './views/message-pages';

export interface DisconnectDeps extends BeginDisconnectPorts {
  readonly publicUrl: string;
  readonly sessions: Pick<SessionStore, 'find'>;
  readonly audit: AuditLog;
  readonly log: {
    begun(connectionId: string): void;
    fault(error: unknown): void;
  };
}

/** Takes the form that disconnects a connection: an operator's, or the invited admin's for their own. */
export function makeDisconnectApp(deps: DisconnectDeps): Hono {
  const { publicUrl, connections, sessions, clock, audit, log } = deps;
  const cookies = makeCookies(publicUrl);
  const session = (c: Context) => readSession(c, { cookies, sessions }, clock.now());

  const app = new Hono();
  app.use(securityHeaders(publicUrl), csrfCheck(publicUrl));
  handleTheRest(app, (error) => log.fault(error));

  app.post('/connections/:id/disconnect', async (c) => {
    const own = await session(c);
    if (own === undefined) return sendSignInNeeded(c);
    const viewer = viewerOf(own);
    const id = c.req.param('id');
    const connection = maySee(own.scope, id) ? await connections.find(id) : undefined;
    if (connection === undefined) return sendPage(c, <NotFoundPage viewer={viewer} />, { status: 404 });
    // an invite that nobody has taken is for the operator to withdraw
    if (!canDisconnect(connection)) return sendPage(c, <NothingToDisconnectPage viewer={viewer} />, { status: 409 });
    if (!mayEnd(own.scope, id)) return sendPage(c, <NotYoursToEndPage viewer={viewer} />, { status: 403 });
    const { keepFacts } = await c.req.parseBody();
    const cause = own.scope.kind === 'all' ? 'operator' : 'admin';
    const request = { cause, keepFacts: keepFacts === 'yes' } as const;
    await beginDisconnect(deps, id, request);
    const { zoomAccountId } = connection;
    await audit.record({
      action: 'disconnect_requested',
      connectionId: id,
      zoomAccountId,
      actor: null,
      details: { ...request, session: own.name },
    });
    log.begun(id);
    return c.redirect(connectionPath(id), 303);
  });

  return app;
}
