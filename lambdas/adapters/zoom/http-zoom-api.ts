import * as z from 'zod';
import type { ReportKind, Shard, UserStatus } from '../../contract/workflow';
import type { ZoomProbes } from '../../core/consent/ports';
import type { Json } from '../../core/facts/stable-form';
import { utcDate } from '../../core/dates';
import type { PageAnswer, ZoomAccess, ZoomLists } from '../../core/zoom/ports';
import { ZoomFaultError } from '../../core/zoom/zoom-fault';
import { type ZoomAnswer, errorOf, parseRefusal } from './parse-refusal';

/** The largest pages that Zoom gives; its default is 30. */
const USERS_PAGE_SIZE = 2000;
const REPORT_PAGE_SIZE = 300;

/** A page of 2,000 users may take Zoom some seconds. */
const LIST_TIMEOUT_MS = 30_000;
/** A browser is waiting for the answer to a probe. */
const PROBE_TIMEOUT_MS = 6_000;

const REPORT_PATHS: Readonly<Record<ReportKind, string>> = {
  user_activity: '/v2/report/activities',
  admin_operation: '/v2/report/operationlogs',
};

/** Whatever JSON has in it: one row that is none must not cost the others of its page. */
const Row = z.custom<Json>();
const Envelope = z.object({
  next_page_token: z.string().nullish(),
  total_records: z.number().int().nonnegative().nullish(),
});
const BODIES = {
  user: Envelope.extend({ users: z.array(Row) }).transform(({ users, ...rest }) => ({ ...rest, rows: users })),
  user_activity: Envelope.extend({ activity_logs: z.array(Row) }).transform(({ activity_logs, ...rest }) => ({
    ...rest,
    rows: activity_logs,
  })),
  admin_operation: Envelope.extend({ operation_logs: z.array(Row) }).transform(({ operation_logs, ...rest }) => ({
    ...rest,
    rows: operation_logs,
  })),
};

const Me = z.object({
  account_id: z.string().min(1),
  id: z.string().min(1).optional(),
  email: z.string().optional(),
  role_name: z.string().optional(),
});

/** Zoom's REST API, as far as the connector reads it. @see https://developers.zoom.us/docs/api/ */
export function makeHttpZoomApi(now: () => number): ZoomLists & ZoomProbes {
  return {
    async fetchPage(access, shard, pageToken): Promise<PageAnswer> {
      const url = listUrl(access, shard);
      if (pageToken !== null) url.searchParams.set('next_page_token', pageToken);
      const answer = await get(url, access, LIST_TIMEOUT_MS);
      const refusal = parseRefusal(answer, now());
      if (refusal !== undefined) return refusal;
      const { rows, next_page_token, total_records } = parseSuccess(answer, BODIES[shard.stream], url);
      return {
        kind: 'page',
        rows,
        nextPageToken: next_page_token || null, // the last page has an empty one, or none
        totalRecords: total_records ?? null,
        rateLimit: parseCount(answer.headers.get('x-ratelimit-limit')),
      };
    },

    async whoAmI(access) {
      const url = new URL('/v2/users/me', access.apiUrl);
      const answer = await get(url, access, PROBE_TIMEOUT_MS);
      const refusal = expectNoPage(parseRefusal(answer, now()));
      if (refusal !== undefined) return refusal;
      const { account_id, id, email, role_name } = parseSuccess(answer, Me, url);
      return {
        zoomAccountId: account_id,
        userId: id ?? null,
        email: email?.toLowerCase() ?? null,
        roleName: role_name ?? null,
      };
    },

    async tryStream(access, stream) {
      const today = utcDate(now());
      const url = stream === 'user' ? usersUrl(access, 'active', 1) : reportUrl(access, stream, today, today, 1);
      const answer = await get(url, access, PROBE_TIMEOUT_MS);
      const refusal = expectNoPage(parseRefusal(answer, now()));
      if (refusal !== undefined) return refusal;
      parseSuccess(answer, BODIES[stream], url);
      return { kind: 'allowed' };
    },
  };
}

function listUrl(access: ZoomAccess, shard: Shard): URL {
  if (shard.stream !== 'user') return reportUrl(access, shard.stream, shard.from, shard.to, REPORT_PAGE_SIZE);
  return usersUrl(access, shard.status, USERS_PAGE_SIZE);
}

function usersUrl(access: ZoomAccess, status: UserStatus, pageSize: number): URL {
  const url = new URL('/v2/users', access.apiUrl);
  url.searchParams.set('status', status);
  url.searchParams.set('page_size', String(pageSize));
  return url;
}

function reportUrl(access: ZoomAccess, report: ReportKind, from: string, to: string, pageSize: number): URL {
  const url = new URL(REPORT_PATHS[report], access.apiUrl);
  url.searchParams.set('from', from);
  url.searchParams.set('to', to);
  url.searchParams.set('page_size', String(pageSize));
  return url;
}

/** Follows no redirect: that could carry the token to another host. */
async function get(url: URL, { accessToken }: ZoomAccess, timeoutMs: number): Promise<ZoomAnswer> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parseJson(text, response, url) };
  } catch (error) {
    if (error instanceof ZoomFaultError) throw error;
    throw new ZoomFaultError(`GET ${url.pathname}: no answer (${(error as Error).name})`, { cause: error });
  }
}

function parseJson(text: string, response: Response, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a 429 or 401 says enough by its status; anything else that is not JSON comes from something in between
    if (response.status === 429 || response.status === 401) return undefined;
    throw new ZoomFaultError(`GET ${url.pathname}: ${describe(response.status, response.headers)}, not JSON`);
  }
}

function parseSuccess<Output>(answer: ZoomAnswer, body: z.ZodType<Output>, url: URL): Output {
  const { code } = errorOf(answer.body);
  const parsed = body.safeParse(answer.body);
  if (answer.status === 200 && code === undefined && parsed.success) return parsed.data;
  const what = code === undefined ? 'not the documented form' : `error ${code}`;
  throw new ZoomFaultError(`GET ${url.pathname}: ${describe(answer.status, answer.headers)}, ${what}`);
}

/** A whole number above 0; `null` when there is none. */
function parseCount(header: string | null): number | null {
  return header !== null && /^[1-9]\d*$/.test(header) ? Number(header) : null;
}

/** `x-zm-trackingid` is what Zoom's support asks for. */
function describe(status: number, headers: Headers): string {
  const trackingId = headers.get('x-zm-trackingid');
  return `HTTP ${status}${trackingId === null ? '' : ` (${trackingId.slice(0, 100)})`}`;
}

/** A call without a page token cannot be refused for one. */
function expectNoPage(refusal: ReturnType<typeof parseRefusal>) {
  if (refusal?.kind === 'pageTokenRejected') throw new ZoomFaultError('Zoom refuses a page token that was not sent');
  return refusal;
}
