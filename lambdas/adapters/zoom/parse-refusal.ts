import * as z from 'zod';
import { parseThrottling } from '../../core/zoom/throttling';
import type { ZoomRefusal } from '../../core/zoom/ports';

/** An answer of Zoom's API whose body was JSON. */
export interface ZoomAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const ErrorBody = z.object({ code: z.number().optional().catch(undefined), message: z.string().catch('') });

/** Long enough for any sentence of Zoom's. */
const LONGEST_REASON = 300;

/**
 * Tells Zoom's expected refusals by the body's `code`, because its HTTP statuses cannot be relied on: an error may come
 * with 200, and a missing permission with 400.
 *
 * @param now - epoch ms.
 * @returns `undefined` for a success, and for an error that is not expected.
 * @see https://developers.zoom.us/docs/api/errors/
 */
export function parseRefusal(
  { status, headers, body }: ZoomAnswer,
  now: number,
): ZoomRefusal | { readonly kind: 'pageTokenRejected' } | undefined {
  const { code, message } = errorOf(body);
  if (status === 429 || code === 429) {
    const [type, retryAfter] = [headers.get('x-ratelimit-type'), headers.get('retry-after')];
    return { kind: 'throttled', throttling: parseThrottling({ type, retryAfter, message }, now) };
  }
  const reason = message.trim().slice(0, LONGEST_REASON) || `error ${code ?? status}`;
  if (code === 4711 || (code === 4700 && /scope/i.test(message))) {
    return { kind: 'denied', cause: 'missing_scope', reason };
  }
  if (code === 200) {
    return { kind: 'denied', cause: /paid account/i.test(message) ? 'free_plan' : 'missing_permission', reason };
  }
  if (code === 300 && /next page token/i.test(message)) return { kind: 'pageTokenRejected' };
  if (status === 401 || code === 124 || code === 4700) return { kind: 'tokenRejected' };
  if (status === 403) return { kind: 'denied', cause: 'missing_permission', reason };
  return undefined;
}

/** The error that a body reports, also under HTTP 200. */
export function errorOf(body: unknown): { readonly code: number | undefined; readonly message: string } {
  const parsed = ErrorBody.safeParse(body);
  return { code: parsed.data?.code, message: parsed.data?.message ?? '' };
}
