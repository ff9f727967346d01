import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { FactKind } from '../../../../lambdas/contract/fact';
import { factsOfPage } from '../../../../lambdas/core/facts/facts-of-page';
import type { Json } from '../../../../lambdas/core/facts/stable-form';
import { NOW } from '../../../support/clock';
import { SOURCE, activityRow, factOf, userRow } from '../../../support/facts';

function factsOf(kind: FactKind, rows: readonly Json[], pause = () => Promise.resolve()) {
  return factsOfPage(kind, rows, SOURCE, NOW, pause);
}

describe('factsOfPage', () => {
  it('makes one fact of two rows that are alike in every identity field', async () => {
    const { facts } = await factsOf('user_activity', [activityRow(), activityRow()]);
    expect(facts).toEqual([factOf('user_activity', activityRow())]);
  });

  it('names no key twice, which DynamoDB refuses in a batch', async () => {
    const rows = fc.array(fc.record({ email: fc.constantFrom('a@example.com', 'b@example.com'), extra: fc.nat(3) }));
    await fc.assert(
      fc.asyncProperty(rows, async (changes) => {
        const page = changes.map((change) => activityRow(change));
        const keys = (await factsOf('user_activity', page)).facts.map(({ pk, sk }) => `${pk} ${sk}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('leaves out a row whose time to live is over', async () => {
    const rows = [activityRow({ time: '2025-10-11T00:00:00Z' })];
    expect(await factsOf('user_activity', rows)).toEqual({ facts: [], problems: [] });
  });

  it('tells of each malformed row and keeps the others', async () => {
    const page = await factsOf('user', [{}, userRow()]);
    expect([page.facts.length, page.problems]).toEqual([
      1,
      [{ row: {}, problem: 'it has neither an id nor an address' }],
    ]);
  });

  it.each<[string, Json]>([
    ['null', null],
    ['a text', 'text'],
    ['a list', []],
  ])('tells of %s among the rows and keeps the others', async (_, row) => {
    const page = await factsOf('user', [row, userRow()]);
    expect([page.facts.length, page.problems]).toEqual([1, [{ row, problem: 'it is no JSON object' }]]);
  });

  it('pauses within a page of 2,000 users, and loses none of them', async () => {
    let pauses = 0;
    const rows = Array.from({ length: 2000 }, (_, index) => userRow({ id: `user-${index}` }));
    const { facts } = await factsOf('user', rows, () => Promise.resolve(void pauses++));
    expect([facts.length, pauses]).toEqual([2000, 7]);
  });
});
