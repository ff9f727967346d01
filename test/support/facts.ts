import { isDeepStrictEqual } from 'node:util';
import type { FactKind } from '../../lambdas/contract/fact';
import { type Fact, type FactSource, isMalformed, makeFact } from '../../lambdas/core/facts/fact';
import type { FactStore } from '../../lambdas/core/facts/ports';
import type { ZoomRow } from '../../lambdas/core/facts/stable-form';

export const SOURCE: FactSource = { connectionId: 'c1', zoomAccountId: 'account-1', retentionDays: 365 };

/** A sign-in, but for what `change` says. */
export function activityRow(change: ZoomRow = {}): ZoomRow {
  return {
    email: 'Mira.Holt@example.com',
    time: '2026-10-12T06:41:07Z',
    type: 'Sign in',
    ip_address: '203.0.113.24',
    client_type: 'Browser',
    version: '-',
    ...change,
  };
}

/** An admin's change of a setting, but for what `change` says. */
export function operationRow(change: ZoomRow = {}): ZoomRow {
  return {
    time: '2026-10-12T07:15:30Z',
    operator: 'Admin@example.com',
    category_type: 'Account',
    action: 'Update',
    operation_detail: 'Security  - Sign in with Two-Factor Authentication: from On to Off',
    ...change,
  };
}

/** An active user, but for what `change` says. */
export function userRow(change: ZoomRow = {}): ZoomRow {
  return {
    id: 'u-Mira_1',
    email: 'mira.holt@example.com',
    first_name: 'Mira',
    type: 2,
    status: 'active',
    role_id: '2',
    group_ids: ['g-sales', 'g-all'],
    user_created_at: '2024-02-11T09:10:11Z',
    ...change,
  };
}

/** Somebody who was invited and has not come yet, but for what `change` says. */
export function pendingRow(change: ZoomRow = {}): ZoomRow {
  return { email: 'New.Hire@example.com', type: 1, status: 'pending', role_id: '2', verified: 0, ...change };
}

/** The fact of a row that is known to be well formed. */
export function factOf(kind: FactKind, row: ZoomRow, source: FactSource = SOURCE): Fact {
  const made = makeFact(kind, row, source);
  if (isMalformed(made)) throw new Error(made.problem);
  return made;
}

/** A record of the table's stream: the new image, and of a change the old one. */
export interface StreamRecord {
  readonly event: 'INSERT' | 'MODIFY';
  readonly fact: Fact;
  readonly old?: Fact;
}

/** Facts in memory, and the stream that they would bring: nothing for a write that changes nothing. */
export class InMemoryFactStore implements FactStore {
  readonly items = new Map<string, Fact>();
  readonly stream: StreamRecord[] = [];
  /** How often somebody looked before writing. */
  lookups = 0;

  constructor(...facts: readonly Fact[]) {
    for (const fact of facts) this.items.set(keyOf(fact), fact);
  }

  /** The stored facts of a kind. */
  ofKind(kind: FactKind): readonly Fact[] {
    return [...this.items.values()].filter((fact) => fact.kind === kind);
  }

  async write(facts: readonly Fact[]): Promise<void> {
    await Promise.resolve();
    if (new Set(facts.map(keyOf)).size !== facts.length) throw new Error('a batch holds a key twice');
    for (const fact of facts) {
      const known = this.items.get(keyOf(fact));
      this.items.set(keyOf(fact), fact);
      if (known === undefined) this.stream.push({ event: 'INSERT', fact });
      else if (!isDeepStrictEqual(known, fact)) this.stream.push({ event: 'MODIFY', fact, old: known });
    }
  }

  async writeChanged(facts: readonly Fact[]): Promise<number> {
    this.lookups++;
    // as the real one, it looks first: who writes meanwhile is not seen
    const changed = facts.filter((fact) => {
      const known = this.items.get(keyOf(fact));
      return known === undefined || !isDeepStrictEqual(known, fact);
    });
    await this.write(changed);
    return changed.length;
  }

  async add(fact: Fact): Promise<void> {
    if (!this.items.has(keyOf(fact))) await this.write([fact]);
  }

  async *read(connectionId: string, kind: FactKind): AsyncIterable<Fact> {
    yield* await Promise.resolve(this.ofKind(kind).filter((fact) => fact.connectionId === connectionId));
  }
}

/** The key of a fact's item, in one string. */
export function keyOf({ pk, sk }: Fact): string {
  return `${pk} ${sk}`;
}
