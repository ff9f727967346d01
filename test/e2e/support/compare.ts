import type { Fact } from '../../../lambdas/core/facts/fact';
import { type Json, canonicalJson } from '../../../lambdas/core/facts/stable-form';
import type { TruthRow } from './zoom-account';

/** Rows of Zoom's as comparable text: lists in no order, without what a pending user's row makes up per call. */
export function distinctRows(rows: readonly TruthRow[]): string[] {
  return [...new Set(rows.map(comparable))].sort();
}

/** The rows that stored facts of a kind state. */
export function rowsOf(facts: readonly Fact[], kind: Fact['kind']): string[] {
  return distinctRows(facts.filter((fact) => fact.kind === kind && fact.state !== 'gone').map(({ raw }) => raw));
}

function comparable(row: TruthRow): string {
  const entries = Object.entries(row)
    .filter(([name]) => !(row['status'] === 'pending' && name === 'created_at'))
    .map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((item) => canonicalJson(item as Json)).sort() : value,
    ]);
  return canonicalJson(Object.fromEntries(entries) as Json);
}
