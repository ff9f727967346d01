import { DAY_MS, dayOf } from './days';
import type { Plan } from './options';

/** Zoom's rate-limit classes, named as its answers name them. */
export const LABELS = ['Light', 'Medium', 'Heavy', 'Resource-intensive'] as const;

/** One of Zoom's rate-limit classes. */
export type Label = (typeof LABELS)[number];

/** What a plan allows for a label. */
export interface Limit {
  /** Calls within any window of `windowMs`. */
  readonly calls: number;
  readonly windowMs: number;
  /** Calls on one UTC day; absent when there is no daily cap. */
  readonly perDay?: number;
  /** Labels with the same name share the daily cap. */
  readonly dailyPool: string;
}

const limit = (label: Label, calls: number, perDay?: number, dailyPool: string = label): Limit => ({
  calls,
  windowMs: label === 'Resource-intensive' ? 60_000 : 1000,
  perDay,
  dailyPool,
});

const paid = (
  light: number,
  medium: number,
  heavy: number,
  intensive: number,
  perDay: number,
): Record<Label, Limit> => ({
  Light: limit('Light', light),
  Medium: limit('Medium', medium),
  Heavy: limit('Heavy', heavy, perDay, 'reports'),
  'Resource-intensive': limit('Resource-intensive', intensive, perDay, 'reports'),
});

/** Zoom's table of limits for a whole account, all its apps together. */
export const LIMITS: Readonly<Record<Plan, Readonly<Record<Label, Limit>>>> = {
  free: {
    Light: limit('Light', 4, 6000),
    Medium: limit('Medium', 2, 2000),
    Heavy: limit('Heavy', 1, 1000),
    'Resource-intensive': limit('Resource-intensive', 10, 30_000),
  },
  pro: paid(30, 20, 10, 10, 30_000),
  business: paid(80, 60, 40, 20, 60_000),
};

/** The two ways in which Zoom refuses a call, as its `X-RateLimit-Type` header names them. */
export type LimitType = 'QPS' | 'Daily-limit';

/** What the limiter says about one call. */
export interface Verdict {
  /** Why the call is refused; absent when it is admitted. */
  readonly refused?: LimitType;
  readonly label: Label;
  /** The limit that is nearest to the caller's mind: the daily one where there is one. */
  readonly type: LimitType;
  readonly limit: number;
  readonly remaining: number;
}

/** Counts the calls of every account by label. A refused call counts against nothing. */
export class RateLimits {
  private readonly windows = new Map<string, number[]>();
  private readonly days = new Map<string, number>();

  /**
   * Admits or refuses a call.
   *
   * @param nowMs - when it arrived; never earlier than the call before.
   */
  admit(accountId: string, plan: Plan, label: Label, nowMs: number): Verdict {
    const { calls, windowMs, perDay, dailyPool } = LIMITS[plan][label];
    const windowKey = `${accountId} ${label}`;
    const dayKey = `${accountId} ${dailyPool} ${dayOf(nowMs)}`;
    const recent = (this.windows.get(windowKey) ?? []).filter((at) => at > nowMs - windowMs);
    this.windows.set(windowKey, recent);
    const today = this.days.get(dayKey) ?? 0;
    if (perDay !== undefined && today >= perDay) {
      return { refused: 'Daily-limit', label, type: 'Daily-limit', limit: perDay, remaining: 0 };
    }
    if (recent.length >= calls) return { refused: 'QPS', label, type: 'QPS', limit: calls, remaining: 0 };
    recent.push(nowMs);
    this.days.set(dayKey, today + 1);
    return perDay === undefined
      ? { label, type: 'QPS', limit: calls, remaining: calls - recent.length }
      : { label, type: 'Daily-limit', limit: perDay, remaining: perDay - today - 1 };
  }

  /** Forgets all calls. */
  reset(): void {
    this.windows.clear();
    this.days.clear();
  }
}

/** The next UTC midnight, when daily limits start anew. */
export function nextMidnight(nowMs: number): number {
  return (dayOf(nowMs) + 1) * DAY_MS;
}
