import type { Label } from './limits';

/** What happened since the start or the last reset. */
export interface StatsReport {
  /** Calls that arrived at the API, by account, then label. */
  readonly callsByLabel: Record<string, Record<string, number>>;
  /** The same by account, then the host that they were sent to. */
  readonly callsByHost: Record<string, Record<string, number>>;
  /** Calls by endpoint, OAuth included. */
  readonly callsByEndpoint: Record<string, number>;
  /** Answers 429 by account, then type; those that a fault made included. */
  readonly tooManyRequests: Record<string, Record<string, number>>;
  /** Arrival in epoch milliseconds of every call that was within the limits, by account, then label. */
  readonly admittedAtMs: Record<string, Record<string, readonly number[]>>;
  /** The most calls that were within the limits in any one second, by account, then label. */
  readonly busiestSecond: Record<string, Record<string, number>>;
  readonly refreshes: number;
  readonly tokensIssued: number;
  readonly revocations: number;
}

class Table<T> {
  readonly rows: Record<string, Record<string, T>> = {};

  update(row: string, column: string, change: (value: T | undefined) => T): void {
    const columns = (this.rows[row] ??= {});
    columns[column] = change(columns[column]);
  }
}

const increment = (value = 0): number => value + 1;

/** Counts what clients did, so that tests can prove how they behaved. */
export class Stats {
  refreshes = 0;
  tokensIssued = 0;
  revocations = 0;
  private readonly calls = new Table<number>();
  private readonly hosts = new Table<number>();
  private readonly refused = new Table<number>();
  private readonly admitted = new Table<number[]>();
  private readonly endpoints: Record<string, number> = {};

  /** Counts a call to an endpoint. */
  arrived(endpoint: string): void {
    this.endpoints[endpoint] = increment(this.endpoints[endpoint]);
  }

  /** Counts a call of an account. */
  called(accountId: string, label: Label, host: string): void {
    this.calls.update(accountId, label, increment);
    this.hosts.update(accountId, host, increment);
  }

  /** Notes the arrival of a call that is within the limits. */
  admittedAt(accountId: string, label: Label, atMs: number): void {
    this.admitted.update(accountId, label, (times = []) => {
      times.push(atMs);
      return times;
    });
  }

  /** Counts an answer 429. */
  refusedAs(accountId: string, type: string): void {
    this.refused.update(accountId, type, increment);
  }

  /** What happened so far. */
  report(): StatsReport {
    return {
      callsByLabel: this.calls.rows,
      callsByHost: this.hosts.rows,
      callsByEndpoint: this.endpoints,
      tooManyRequests: this.refused.rows,
      admittedAtMs: this.admitted.rows,
      busiestSecond: Object.fromEntries(
        Object.entries(this.admitted.rows).map(([account, labels]) => [
          account,
          Object.fromEntries(Object.entries(labels).map(([label, times]) => [label, busiestSecond(times)])),
        ]),
      ),
      refreshes: this.refreshes,
      tokensIssued: this.tokensIssued,
      revocations: this.revocations,
    };
  }
}

/**
 * Counts the most calls in any window of one second.
 *
 * @param times - epoch milliseconds, ascending.
 */
export function busiestSecond(times: readonly number[]): number {
  let [first, most] = [0, 0];
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
