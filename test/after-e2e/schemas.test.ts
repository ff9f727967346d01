import { describe, expect, it } from '@jest/globals';
import type { AuditFact } from '../../lambdas/core/audit/audit-fact';
import type { Fact } from '../../lambdas/core/facts/fact';
import { STORED_KINDS } from '../../lambdas/contract/fact';
import { BROKEN_SORT_KEY } from '../e2e/support/example';
import { schemaProblems } from '../e2e/support/schemas';
import { stacks } from '../e2e/support/stack';
import { allStreamRecords } from '../e2e/support/stream';

type Stored = Fact | AuditFact;

const isFact = ({ sk }: { readonly sk?: unknown }) => sk !== BROKEN_SORT_KEY;
const kindsOf = (facts: readonly Stored[]) => [...new Set(facts.map(({ kind }) => kind))].sort();

describe('the published schemas', () => {
  // and so every item, which is its last record's
  it('allow both images of every record that the end-to-end tests have put on the stream', async () => {
    const records = (await Promise.all(stacks.map(allStreamRecords))).flat();
    const before = records.flatMap((record) => record.before ?? []).filter(isFact);
    const after = records.flatMap((record) => record.after ?? []).filter(isFact);

    expect(kindsOf(after)).toEqual([...STORED_KINDS].sort());
    expect(kindsOf(before)).toContain('user');
    expect([...before, ...after].flatMap(schemaProblems)).toEqual([]);
  });
});
