import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { factsOfPage } from '../../../../lambdas/core/facts/facts-of-page';
import { NOW } from '../../../support/clock';
import { SOURCE, activityRow, factOf, userRow } from '../../../support/facts';

describe('factsOfPage', () => {
  it('makes one fact of two rows that are alike in every identity field', () => {
    const { facts } = factsOfPage('user_activity', [activityRow(), activityRow()], SOURCE, NOW);
    expect(facts).toEqual([factOf('user_activity', activityRow())]);
  });

  it('names no key twice, which DynamoDB refuses in a batch', () => {
    const rows = fc.array(fc.record({ email: fc.constantFrom('a@example.com', 'b@example.com'), extra: fc.nat(3) }));
    fc.assert(
      fc.property(rows, (changes) => {
        const page = changes.map((change) => activityRow(change));
        const keys = factsOfPage('user_activity', page, SOURCE, NOW).facts.map(({ pk, sk }) => `${pk} ${sk}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('leaves out a row whose time to live is over', () => {
    const rows = [activityRow({ time: '2025-10-11T00:00:00Z' })];
    expect(factsOfPage('user_activity', rows, SOURCE, NOW)).toEqual({ facts: [], problems: [] });
  });

  it('tells of each malformed row and keeps the others', () => {
    const page = factsOfPage('user', [{}, userRow()], SOURCE, NOW);
    expect([page.facts.length, page.problems]).toEqual([
      1,
      [{ row: {}, problem: 'it has neither an id nor an address' }],
    ]);
  });
});
