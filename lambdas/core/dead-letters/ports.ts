import type { DeadLetterStage } from '../../contract/operator';
import type { DeadLetter } from './dead-letter';

/** Dead letters, until they expire. */
export interface DeadLetterStore {
  /**
   * Writes letters, in place of those that have their ids.
   *
   * @returns how many are new: of what no letter stood for before.
   */
  put(letters: readonly DeadLetter[]): Promise<number>;
  find(id: string): Promise<DeadLetter | undefined>;
  /** The letters of a connection and stage, by id. */
  list<Stage extends DeadLetterStage>(
    connectionId: string,
    stage: Stage,
  ): AsyncIterable<Extract<DeadLetter, { stage: Stage }>>;
  delete(letters: readonly DeadLetter[]): Promise<void>;
}
