import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Session } from '../core/access/ports';
import { POLICY_TO_ZOOM } from './security';
import { ConsentProblemPage, consentProblemLeadsToZoom, type ConsentProblemPageProps } from './views/consent-outcome';
import { CONSENT_PROBLEM_STATUS } from './views/consent-problem';
import type { Viewer } from './views/layout';
import { FaultPage, ForeignFormPage, NotFoundPage, SignInNeededPage } from './views/message-pages';

export interface PageOptions {
  /** @default 200 */
  readonly status?: ContentfulStatusCode;
  /** The page has a form that leads to Zoom, which `form-action 'self'` would hold back. @default false */
  readonly leadsToZoom?: boolean;
  /** Has the browser load the page again after so many seconds. */
  readonly refreshSeconds?: number | null;
}

/** Answers with a page. */
export function sendPage(c: Context, page: JSX.Element, options: PageOptions = {}): Response {
  if (options.leadsToZoom) c.header('Content-Security-Policy', POLICY_TO_ZOOM);
  if (options.refreshSeconds) c.header('Refresh', String(options.refreshSeconds));
  return c.html(`<!doctype html>${htmlOf(page)}`, options.status ?? 200);
}

/** The text of a page or a part of one. Our components are synchronous, and so is their text. */
export function htmlOf(element: JSX.Element): string {
  return (element as { toString(): string }).toString();
}

/** Answers with what became of a consent that did not work out. */
export function sendConsentProblem(c: Context, props: ConsentProblemPageProps): Response {
  if (props.problem.kind === 'zoom-unavailable') c.header('Retry-After', '180');
  return sendPage(c, <ConsentProblemPage {...props} />, {
    status: CONSENT_PROBLEM_STATUS[props.problem.kind],
    leadsToZoom: consentProblemLeadsToZoom(props.problem, props.connectionId),
  });
}

/** Answers 401 with how to get a link. */
export function sendSignInNeeded(c: Context): Response {
  return sendPage(c, <SignInNeededPage />, { status: 401 });
}

/** What `/api` answers with when it does not have what was asked for. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
}

export const API_UNAUTHENTICATED: ApiError = {
  error: {
    code: 'unauthenticated',
    message: 'there is no session, or it has ended',
    remedy: 'open a link from `npm run -s connector -- link`, and send the cookie that it sets',
  },
};

export const API_NOT_FOUND: ApiError = {
  error: {
    code: 'not-found',
    message: 'there is no such thing, or the session does not cover it',
    remedy: 'list what there is with GET /api/connections',
  },
};

const API_FAULT: ApiError = {
  error: { code: 'internal', message: 'something went wrong on our side', remedy: 'try again in a minute' },
};

const API_FOREIGN: ApiError = {
  error: {
    code: 'foreign-origin',
    message: 'the request came from another site',
    remedy: 'send it from our own pages',
  },
};

/**
 * Answers what no route does: unknown addresses, refused forms and faults.
 *
 * @param reportFault - is told each error that nobody foresaw, before the answer is sent.
 */
export function handleTheRest(app: Hono, reportFault: (error: unknown) => void): void {
  app.notFound((c) =>
    isApi(c) ? c.json(API_NOT_FOUND, 404) : sendPage(c, <NotFoundPage viewer={null} />, { status: 404 }),
  );
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status === 403) {
      return isApi(c) ? c.json(API_FOREIGN, 403) : sendPage(c, <ForeignFormPage />, { status: 403 });
    }
    reportFault(error);
    return isApi(c) ? c.json(API_FAULT, 500) : sendPage(c, <FaultPage viewer={null} />, { status: 500 });
  });
}

/** Who the pages speak to. */
export function viewerOf(session: Session | undefined): Viewer {
  return session?.scope ?? null;
}

function isApi(c: Context): boolean {
  return c.req.path.startsWith('/api/');
}
