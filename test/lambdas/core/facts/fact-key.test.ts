import { describe, expect, it } from '@jest/globals';
import { FACT_BUCKETS } from '../../../../lambdas/contract/fact';
import { factKey, partitionKeys } from '../../../../lambdas/core/facts/fact-key';
import { activityRow, factOf } from '../../../support/facts';

describe('partitionKeys', () => {
  it('names every partition that a fact can be in', () => {
    const used = new Set(Array.from({ length: 5000 }, (_, n) => activityFact(n).pk));
    expect([...used].sort()).toEqual(partitionKeys('c1'));
  });

  it('names no partition of another connection', () => {
    expect(partitionKeys('c1').filter((key) => partitionKeys('c11').includes(key))).toEqual([]);
  });
});

describe('factKey', () => {
  it('spreads facts so that no partition takes more than twice its part', () => {
    const facts = Array.from({ length: 20_000 }, (_, n) => activityFact(n));
    const counts = Map.groupBy(facts, ({ pk }) => pk);
    const fullest = Math.max(...[...counts.values()].map(({ length }) => length));
    expect(fullest).toBeLessThan((2 * facts.length) / FACT_BUCKETS);
  });

  it('sorts what happened by kind, then time', () => {
    const keys = ['2026-10-12T06:41:08Z', '2026-10-12T06:41:07Z'].map(
      (time) => factKey('c1', 'user_activity', 'ff'.repeat(16), time).sk,
    );
    expect([...keys].sort()).toEqual([keys[1], keys[0]]);
  });

  it('keeps the time out of the key of what lasts, so that Zoom may correct it', () => {
    expect(factKey('c1', 'user', 'ab'.repeat(16), undefined).sk).toBe(`user#${'ab'.repeat(16)}`);
  });
});

function activityFact(n: number) {
  return factOf('user_activity', activityRow({ email: `user-${n}@example.com` }));
}
