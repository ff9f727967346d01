import { nextUtcMidnight } from '../../lambdas/core/dates';
import type { QuotaShare } from '../../lambdas/core/quota/limits';
import { LIMITS, type Label } from '../zoom-simulator/limits';
import type { Plan } from '../zoom-simulator/options';

/** Pages that can only be asked for one after the other, as each names the next. */
export interface Chain {
  readonly label: Label;
  readonly rows: number;
  /** Rows that a page has at most. */
  readonly pageSize: number;
}

/** What bounds a reader. */
export interface Conditions {
  readonly plan: Plan;
  readonly share: QuotaShare;
  /** What Zoom takes for a page. */
  readonly latencyMs: number;
  /** When the first call may be made, epoch ms: each UTC date has calls of its own. */
  readonly startMs: number;
}

export interface Floor {
  /** Nobody can be faster. */
  readonly floorSeconds: number;
  /** Calls to Zoom that reading every row once takes. */
  readonly callsNeeded: number;
}

/** Calls that reading a chain takes: even an empty one has to be asked for. */
export function pagesOf({ rows, pageSize }: Pick<Chain, 'rows' | 'pageSize'>): number {
  return Math.max(1, Math.ceil(rows / pageSize));
}

/**
 * The least time in which an account can be read: what its limits allow, a second and a UTC day, or its longest chain,
 * whichever is longer.
 */
export function floorOf(chains: readonly Chain[], conditions: Conditions): Floor {
  const calls = new Map<Label, number>();
  for (const chain of chains) calls.set(chain.label, (calls.get(chain.label) ?? 0) + pagesOf(chain));
  const byLimit = [...calls].map(([label, count]) => secondsFor(count, label, conditions));
  const byLatency = chains.map((chain) => (pagesOf(chain) * conditions.latencyMs) / 1000);
  return {
    floorSeconds: Math.max(0, ...byLimit, ...byLatency),
    callsNeeded: [...calls.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** The seconds after which so many calls can have been made: those of each date as early as may be. */
function secondsFor(calls: number, label: Label, { plan, share, startMs }: Conditions): number {
  const { calls: limit, perDay = Infinity } = LIMITS[plan][label];
  const callsPerSecond = limit * share.perSecond;
  const callsPerDay = Math.floor(perDay * share.perDay);
  let left = calls;
  for (let now = startMs; ; now = nextUtcMidnight(now)) {
    const secondsLeft = (nextUtcMidnight(now) - now) / 1000;
    const today = Math.min(callsPerDay, Math.floor(callsPerSecond * secondsLeft));
    if (left <= today) return (now - startMs) / 1000 + left / callsPerSecond;
    left -= today;
  }
}
