import type { DeadLetterStage } from '../../lambdas/contract/operator';
import type { Shard } from '../../lambdas/contract/workflow';
import { type DeadLetter, type ReadLetter, readLetter } from '../../lambdas/core/dead-letters/dead-letter';
import type { DeadLetterStore } from '../../lambdas/core/dead-letters/ports';
import { plannedShard } from '../../lambdas/core/runs/shard-progress';
import { NOW } from './clock';

/** The letter of a shard that Zoom failed to give, but for what `change` says. */
export function gapOf(shard: Shard, change: Partial<ReadLetter> = {}): ReadLetter {
  return { ...readLetter('c1', { ...plannedShard(shard, 0), problem: 'HTTP 500' }, NOW), ...change };
}

/** Dead letters in memory. */
export class InMemoryDeadLetterStore implements DeadLetterStore {
  readonly letters = new Map<string, DeadLetter>();

  constructor(...letters: readonly DeadLetter[]) {
    for (const letter of letters) this.letters.set(letter.id, letter);
  }

  /** The ids of all letters. */
  get ids(): string[] {
    return [...this.letters.keys()].sort();
  }

  put(letters: readonly DeadLetter[]): Promise<number> {
    const before = this.letters.size;
    for (const letter of letters) this.letters.set(letter.id, letter);
    return Promise.resolve(this.letters.size - before);
  }

  find(id: string): Promise<DeadLetter | undefined> {
    return Promise.resolve(this.letters.get(id));
  }

  async *list<Stage extends DeadLetterStage>(connectionId: string, stage: Stage) {
    const own = [...this.letters.values()].filter(
      (letter) => letter.connectionId === connectionId && letter.stage === stage,
    );
    yield* await Promise.resolve(own as Extract<DeadLetter, { stage: Stage }>[]);
  }

  delete(letters: readonly DeadLetter[]): Promise<void> {
    for (const { id } of letters) this.letters.delete(id);
    return Promise.resolve();
  }
}
