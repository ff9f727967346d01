import type { FactKind } from '../../contract/fact';
import type { Fact } from './fact';

/** The facts table. Every write may be repeated: an item written again as it was changes nothing. */
export interface FactStore {
  /** Writes without looking: the cheapest way to store what is almost surely new. Keys must not repeat. */
  write(facts: readonly Fact[]): Promise<void>;
  /** Writes what is not there or is there otherwise; reading costs a tenth of writing. @returns how many were written. */
  writeChanged(facts: readonly Fact[]): Promise<number>;
  /** Stores one fact, unless there is one of its key: that was read later than this, or is the same. */
  add(fact: Fact): Promise<void>;
  /** All stored facts of a connection and kind, in no order. */
  read(connectionId: string, kind: FactKind): AsyncIterable<Fact>;
}
