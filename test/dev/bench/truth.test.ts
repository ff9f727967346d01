import { describe, expect, it } from '@jest/globals';
import { datesRead } from '../../../dev/bench/measured-zoom';
import { compare, factOf } from '../../../dev/bench/truth';
import { factId } from '../../../lambdas/core/facts/fact';
import { KINDS } from '../../../lambdas/core/facts/kinds';
import { activityRow, operationRow, userRow } from './support';

const truth = new Set(['a', 'b', 'c']);

describe('holding a stream against the truth', () => {
  it('finds nothing wrong with each fact once', () => {
    expect(compare(truth, ['c', 'a', 'b'])).toEqual({ facts: 3, lost: 0, duplicated: 0, invented: 0 });
  });

  it('counts facts that never came', () => {
    expect(compare(truth, ['a'])).toMatchObject({ facts: 1, lost: 2 });
  });

  it('counts every record beyond the first of a fact', () => {
    expect(compare(truth, ['a', 'b', 'a', 'c', 'a'])).toMatchObject({ facts: 3, duplicated: 2, lost: 0 });
  });

  it('counts facts that Zoom never stated', () => {
    expect(compare(truth, ['a', 'b', 'c', 'd'])).toMatchObject({ invented: 1, lost: 0 });
  });
});

describe('what makes two rows the same fact', () => {
  it.each([
    ['user_activity' as const, activityRow],
    ['admin_operation' as const, operationRow],
    ['user' as const, userRow],
  ])('is for %s what the connector hashes', (kind, row) => {
    for (const field of Object.keys(row)) {
      const changed = { ...row, [field]: 'other' };
      const isOtherFact = factOf(kind, changed) !== factOf(kind, row);
      const idOf = (of: typeof row) => factId('account', kind, KINDS[kind].identity(of));
      expect([field, isOtherFact]).toEqual([field, idOf(changed) !== idOf(row)]);
    }
  });

  it('is the address, in any case, of a user without an id', () => {
    expect(factOf('user', { email: 'Ana@example.com', status: 'pending' })).toBe(
      factOf('user', { email: 'ana@example.com', status: 'pending' }),
    );
  });
});

describe('the dates of a backfill', () => {
  it('are whole UTC dates up to the one it begins on', () => {
    expect(datesRead(Date.parse('2026-03-01T23:59:59Z'), 2)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });
});
