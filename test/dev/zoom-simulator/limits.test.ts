import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LABELS, LIMITS, nextMidnight, RateLimits } from '../../../dev/zoom-simulator/limits';
import type { Plan } from '../../../dev/zoom-simulator/options';
import { busiestSecond } from '../../../dev/zoom-simulator/stats';
import { START } from './support';

const PLANS: readonly Plan[] = ['free', 'pro', 'business'];
const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });

/** Arrival times of the calls that were admitted, in milliseconds since the start. */
function admitted(plan: Plan, label: (typeof LABELS)[number], gapsMs: readonly number[]): number[] {
  const limits = new RateLimits();
  let now = START;
  return gapsMs.flatMap((gap) => {
    now += gap;
    return limits.admit('acme', plan, label, now).refused === undefined ? [now] : [];
  });
}

/** Spends a daily budget without touching the limit per second. */
function spendDay(limits: RateLimits, label: (typeof LABELS)[number], calls: number): void {
  for (let call = 0; call < calls; call += 1) limits.admit('acme', 'free', label, START + call * 1000);
}

describe('the rate limiter', () => {
  it.each(PLANS.flatMap((plan) => LABELS.map((label) => [plan, label] as const)))(
    'never admits more than the limit in any window (%s, %s)',
    (plan, label) => {
      const { calls, windowMs } = LIMITS[plan][label];
      fc.assert(
        fc.property(gaps, (gapsMs) => {
          const times = admitted(plan, label, gapsMs);
          const most = times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length);
          expect(Math.max(...most)).toBeLessThanOrEqual(calls);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('admits every call of a client that keeps to the limit', () => {
    const times = admitted('pro', 'Heavy', Array<number>(200).fill(100));
    expect(times).toHaveLength(200);
  });

  it('counts accounts apart', () => {
    const limits = new RateLimits();
    limits.admit('acme', 'free', 'Heavy', START);
    expect(limits.admit('other', 'free', 'Heavy', START).refused).toBeUndefined();
  });

  it('counts a refused call against nothing', () => {
    const limits = new RateLimits();
    limits.admit('acme', 'free', 'Heavy', START);
    limits.admit('acme', 'free', 'Heavy', START + 500);
    expect(limits.admit('acme', 'free', 'Heavy', START + 1000).refused).toBeUndefined();
  });

  it('refuses for the day when the daily budget is spent', () => {
    const limits = new RateLimits();
    spendDay(limits, 'Heavy', 1000);
    expect(limits.admit('acme', 'free', 'Heavy', START + 2_000_000).refused).toBe('Daily-limit');
  });

  it('starts a new daily budget at midnight UTC', () => {
    const limits = new RateLimits();
    spendDay(limits, 'Heavy', 1000);
    expect(limits.admit('acme', 'free', 'Heavy', nextMidnight(START)).refused).toBeUndefined();
  });

  it.each([
    ['pro', 30_000],
    ['business', 60_000],
  ] as const)('lets heavy and resource-intensive calls share one daily budget (%s)', (plan, perDay) => {
    const limits = new RateLimits();
    let now = Math.floor(START / 86_400_000) * 86_400_000;
    for (let call = 0; call < perDay; call += 1) limits.admit('acme', plan, 'Heavy', (now += 120));
    expect(limits.admit('acme', plan, 'Resource-intensive', now).refused).toBe('Daily-limit');
  });

  it('has no daily budget for light and medium calls of a paid plan', () => {
    expect([LIMITS.pro.Light.perDay, LIMITS.pro.Medium.perDay, LIMITS.business.Light.perDay]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the busiest second', () => {
  it('is what counting every window gives', () => {
    fc.assert(
      fc.property(gaps, (gapsMs) => {
        let now = 0;
        const times = gapsMs.map((gap) => (now += gap));
        const counts = times.map((from) => times.filter((at) => at >= from && at < from + 1000).length);
        expect(busiestSecond(times)).toBe(Math.max(...counts));
      }),
    );
  });
});
