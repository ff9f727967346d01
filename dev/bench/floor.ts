import { LIMITS, type Label } from '../zoom-simulator/limits';
import type { Plan } from '../zoom-simulator/options';

/** Pages that can only be asked for one after the other, as each names the next. */
export interface Chain {
  readonly label: Label;
  readonly rows: number;
  /** Rows that a page has at most. */
  readonly pageSize: number;
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
 * The least time in which an account can be read: what its limits allow, or its longest chain, whichever is longer.
 *
 * @param share - of the calls a second, above 0, at most 1.
 */
export function floorOf(chains: readonly Chain[], plan: Plan, share: number, latencyMs: number): Floor {
  const calls = new Map<Label, number>();
  for (const chain of chains) calls.set(chain.label, (calls.get(chain.label) ?? 0) + pagesOf(chain));
  const byLimit = [...calls].map(([label, count]) => count / (LIMITS[plan][label].calls * share));
  const byLatency = chains.map((chain) => (pagesOf(chain) * latencyMs) / 1000);
  return {
    floorSeconds: Math.max(0, ...byLimit, ...byLatency),
    callsNeeded: [...calls.values()].reduce((sum, count) => sum + count, 0),
  };
}
