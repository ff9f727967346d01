import { describe, expect, it } from '@jest/globals';
import type { AuditFact } from '../../lambdas/core/audit/audit-fact';
import type { Fact } from '../../lambdas/core/facts/fact';
import { STORED_KINDS } from '../../lambdas/contract/fact';
import { BROKEN_SORT_KEY } from '../e2e/support/example';
import { schemaProblems } from '../e2e/support/schemas';
import { itemsOf, stacks } from '../e2e/support/stack';
import { allStreamRecords } from '../e2e/support/stream';

type Stored = Fact | AuditFact;

const isFact = ({ sk }: { readonly sk?: unknown }) => sk !== BROKEN_SORT_KEY;
const kindsOf = (facts: readonly Stored[]) => [...new Set(facts.map(({ kind }) => kind))].sort();

describe('the published schemas', () => {
  it('allow every item that the end-to-end tests have left', async () => {
    const all = await Promise.all(stacks.map((stack) => itemsOf('FactsTableName', stack)));
    const items = all.flat().filter(isFact) as unknown as Stored[];

    expect(kindsOf(items)).toEqual([...STORED_KINDS].sort());
    expect(items.flatMap(schemaProblems)).toEqual([]);
  });

  it('allow both images of every record on the stream', async () => {
    const records = (await Promise.all(stacks.map(allStreamRecords))).flat();
    const [before, after] = (['before', 'after'] as const).map((image) =>
      records.flatMap((record) => record[image] ?? []).filter(isFact),
    );

    expect(kindsOf(after ?? [])).toEqual([...STORED_KINDS].sort());
    expect(kindsOf(before ?? [])).toContain('user');
    expect([...(before ?? []), ...(after ?? [])].flatMap(schemaProblems)).toEqual([]);
  });
});
