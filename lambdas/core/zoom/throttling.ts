import { CLOCKS_APART_MS, nextUtcMidnight } from '../dates';

/** What a 429 of Zoom's carries; every part may be missing. */
export interface ThrottledAnswer {
  /** `X-RateLimit-Type`, for example `QPS` or `Daily-limit`. */
  readonly type: string | null;
  /** `Retry-After`: seconds, or an instant. */
  readonly retryAfter: string | null;
  /** The body's `message`. */
  readonly message: string | null;
}

/** Which of Zoom's two limits was hit, and when (epoch ms) calls are welcome again. */
export interface Throttling {
  readonly per: 'second' | 'day';
  readonly retryAtMs: number;
}

/** Zoom's per-second limit often comes without a `Retry-After`; a second of silence is enough by its definition. */
const PER_SECOND_PAUSE_MS = 1_500;
/** A longer wait than this cannot be meant by a limit per second. */
const LONGEST_PER_SECOND_WAIT_MS = 60_000;
/** A day's calls that are used up are not back at once, also where Zoom names a time that is past by our clock. */
const SHORTEST_DAILY_WAIT_MS = 60_000;

/** Tells Zoom's two kinds of 429 apart, at `now` (epoch ms). @see https://developers.zoom.us/docs/api/rate-limits/ */
export function parseThrottling({ type, retryAfter, message }: ThrottledAnswer, now: number): Throttling {
  const namedMs = parseRetryAfter(retryAfter, now);
  const isDaily =
    /daily/i.test(type ?? '') ||
    /daily rate limit/i.test(message ?? '') ||
    (namedMs !== undefined && namedMs - now > LONGEST_PER_SECOND_WAIT_MS);
  if (isDaily) return { per: 'day', retryAtMs: Math.max(namedMs ?? nextReset(now), now + SHORTEST_DAILY_WAIT_MS) };
  return { per: 'second', retryAtMs: Math.max(namedMs ?? 0, now + PER_SECOND_PAUSE_MS) };
}

/** When Zoom's day ends; one that has just begun by our clock may not have by Zoom's. */
function nextReset(now: number): number {
  return Math.min(nextUtcMidnight(now), nextUtcMidnight(now - CLOCKS_APART_MS) + CLOCKS_APART_MS);
}

/** `Retry-After` as epoch ms; `undefined` when absent or unreadable. */
function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return now + Math.max(0, seconds) * 1000;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}
