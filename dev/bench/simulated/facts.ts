import type { FactKind } from '../../../lambdas/contract/fact';
import { type Fact, type FactSource, isMalformed, makeFact } from '../../../lambdas/core/facts/fact';
import type { FactStore } from '../../../lambdas/core/facts/ports';
import type { Account } from './account';
import type { AwsDelays } from './delays';

/**
 * A facts table that keeps one bit for each row of the account, whether its fact is stored: enough to count what is lost
 * and what comes twice, and 12.5 MB for 100 million. Users can be read again, which are made anew.
 */
export class CountingFactStore implements FactStore {
  /** Facts that are stored. */
  facts = 0;
  /** How often a fact came that was there. */
  duplicated = 0;
  private readonly stored: Uint8Array;

  constructor(
    private readonly account: Account,
    private readonly source: FactSource,
    private readonly delays: AwsDelays,
  ) {
    this.stored = new Uint8Array(Math.ceil(account.total / 8));
  }

  async write(facts: readonly Fact[]): Promise<void> {
    await this.writeChanged(facts);
  }

  async writeChanged(facts: readonly Fact[]): Promise<number> {
    await this.delays.factsOfPage();
    const before = this.facts;
    for (const fact of facts) this.store(fact);
    return this.facts - before;
  }

  async add(fact: Fact): Promise<void> {
    await this.writeChanged([fact]);
  }

  async *read(_connectionId: string, kind: FactKind): AsyncIterable<Fact> {
    await this.delays.read();
    if (kind !== 'user') return;
    for (let ordinal = 0; ordinal < this.account.users; ordinal++) {
      if (!this.has(ordinal)) continue;
      // a fact tells nothing of when its row was asked for
      const made = makeFact(kind, this.account.userRow(ordinal, 0), this.source);
      if (!isMalformed(made)) yield made;
    }
  }

  private store({ kind, raw }: Fact): void {
    const position = kind === 'user' ? this.account.positionOfUser(raw) : this.account.positionOfReport(kind, raw);
    if (this.has(position)) {
      this.duplicated++;
      return;
    }
    this.facts++;
    this.stored[position >>> 3] = (this.stored[position >>> 3] ?? 0) | (1 << (position & 7));
  }

  private has(position: number): boolean {
    return ((this.stored[position >>> 3] ?? 0) & (1 << (position & 7))) !== 0;
  }
}
