import type { Clock } from '../../lambdas/core/clock';

/** A Monday morning at which tests begin. */
export const NOW = Date.parse('2026-10-12T08:15:00.000Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Time that passes when somebody sleeps, and when a test says so. Those who sleep at once wake at once. */
export class FakeClock implements Clock {
  /** How long each sleep was asked to be. */
  readonly sleeps: number[] = [];

  constructor(private time = NOW) {}

  readonly now = (): number => this.time;

  readonly sleep = async (milliseconds: number): Promise<void> => {
    const until = this.time + milliseconds;
    this.sleeps.push(milliseconds);
    await Promise.resolve();
    this.time = Math.max(this.time, until);
  };

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

/** The instant so long after {@link NOW}, ISO 8601. */
export function instant(afterMs = 0): string {
  return new Date(NOW + afterMs).toISOString();
}
