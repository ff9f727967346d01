import type { Plan } from '../../contract/connection';

/** Zoom's rate-limit classes that the connector's calls fall in. */
export type RateLimitLabel = 'light' | 'medium' | 'heavy' | 'resource-intensive';

/** How much of an account's quota is the connector's. */
export interface QuotaShare {
  /** Of the calls a second, above 0, at most 1. */
  readonly perSecond: number;
  /** Of the calls a day, above 0, at most 1. */
  readonly perDay: number;
}

/** What the connector may use. */
export interface QuotaLimit {
  readonly callsPerSecond: number;
  /** Infinite where Zoom sets no daily limit. */
  readonly callsPerDay: number;
}

const PRO: Readonly<Record<RateLimitLabel, QuotaLimit>> = {
  light: { callsPerSecond: 30, callsPerDay: Infinity },
  medium: { callsPerSecond: 20, callsPerDay: Infinity },
  heavy: { callsPerSecond: 10, callsPerDay: 30_000 },
  'resource-intensive': { callsPerSecond: 10 / 60, callsPerDay: 30_000 },
};

/** Zoom's limits for a whole account and every app on it. @see https://developers.zoom.us/docs/api/rate-limits/ */
const ZOOM_LIMITS: Readonly<Record<Plan, Readonly<Record<RateLimitLabel, QuotaLimit>>>> = {
  free: {
    light: { callsPerSecond: 4, callsPerDay: 6_000 },
    medium: { callsPerSecond: 2, callsPerDay: 2_000 },
    heavy: { callsPerSecond: 1, callsPerDay: 1_000 },
    'resource-intensive': { callsPerSecond: 10 / 60, callsPerDay: 30_000 },
  },
  pro: PRO,
  business: {
    light: { callsPerSecond: 80, callsPerDay: Infinity },
    medium: { callsPerSecond: 60, callsPerDay: Infinity },
    heavy: { callsPerSecond: 40, callsPerDay: 60_000 },
    'resource-intensive': { callsPerSecond: 20 / 60, callsPerDay: 60_000 },
  },
  // Pro is the lowest plan that has the reports, so an account that has them has these limits at least
  unknown: PRO,
};

/** Those whose limits are known, the smallest first. */
const PLANS = ['free', 'pro', 'business'] as const;

/**
 * The plan that has this limit, which Zoom names with its answers (`X-RateLimit-Limit`: of a second, or of a day);
 * `undefined` when no plan has it, or more than one.
 */
function planWithLimit(label: RateLimitLabel, named: number): (typeof PLANS)[number] | undefined {
  const plans = PLANS.filter((plan) => {
    const { callsPerSecond, callsPerDay } = ZOOM_LIMITS[plan][label];
    return named === callsPerSecond || named === callsPerDay;
  });
  return plans.length === 1 ? plans[0] : undefined;
}

/**
 * The plan that an account turns out to have when Zoom names a limit (as above): any while it is not known, and then a
 * smaller one, for half of Business's calls of a day are all that Pro has. `undefined` when there is nothing new. That it
 * has grown is left to the next consent: so two labels that Zoom limits by different plans do not alternate.
 */
export function learntPlan(known: Plan, label: RateLimitLabel, named: number): Plan | undefined {
  const plan = planWithLimit(label, named);
  if (plan === undefined || known === 'unknown') return plan;
  return PLANS.indexOf(plan) < PLANS.indexOf(known) ? plan : undefined;
}

/** The connector's share of what Zoom grants an account of this plan; a whole call a day at least. */
export function quotaLimit(plan: Plan, label: RateLimitLabel, share: QuotaShare): QuotaLimit {
  const zoom = ZOOM_LIMITS[plan][label];
  return {
    callsPerSecond: zoom.callsPerSecond * share.perSecond,
    callsPerDay: Math.max(1, Math.floor(zoom.callsPerDay * share.perDay)),
  };
}
