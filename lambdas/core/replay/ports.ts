import type { ReplayTask } from '../../contract/workflow';
import type { ConnectionStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { KeyStretch } from '../facts/fact-key';

/** An item of the facts table as DynamoDB writes it in JSON: `{ "id": { "S": "…" }, … }`. */
export type Image = Readonly<Record<string, unknown>>;

/** The stored facts, in the order of their keys. */
export interface FactPages {
  /**
   * Some facts of a stretch, from its beginning or from behind a sort key on. What was stored before the call is seen.
   *
   * @returns `last`: the sort key behind which there may be more; absent at the end.
   */
  read(stretch: KeyStretch, after: string | undefined): Promise<FactPage>;
}

export interface FactPage {
  readonly images: readonly Image[];
  readonly last?: string;
}

/** Where facts are sent. */
export interface ReplayQueue {
  /** Sends each message at least once. @param messages - of at most {@link LARGEST_MESSAGE} bytes in UTF-8. */
  send(messages: readonly string[]): Promise<void>;
}

/** What a message of the queue may have, in bytes. */
export const LARGEST_MESSAGE = 1_048_576;

/** Starts executions of the workflow that replays. */
export interface ReplayStarter {
  /** Starts an execution of this name. @returns its ARN. */
  start(name: string, task: ReplayTask): Promise<string>;
}

export interface ReplayPorts {
  readonly connections: Pick<ConnectionStore, 'find' | 'list'>;
  readonly facts: FactPages;
  readonly queue: ReplayQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: { tooLarge(id: unknown): void };
}
