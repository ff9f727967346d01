import type { DisconnectTask } from '../../lambdas/contract/workflow';
import type { DisconnectStarter, StoredData } from '../../lambdas/core/disconnect/ports';

/** Keeps which attempts were started, and is told which are over. */
export class RecordingDisconnectStarter implements DisconnectStarter {
  readonly started: DisconnectTask[] = [];
  readonly over = new Set<number>();
  /** Called before a start is noted: throw for a fault. */
  before: () => void = () => undefined;

  async start(task: DisconnectTask): Promise<{ executionArn: string; isOver: boolean }> {
    await Promise.resolve();
    this.before();
    if (!this.started.some(({ attempt }) => attempt === task.attempt)) this.started.push(task);
    return { executionArn: `arn:execution:${task.connectionId}-${task.attempt}`, isOver: this.over.has(task.attempt) };
  }
}

/** What is stored of a connection, in memory: so many facts and other items, deleted ten at a time. */
export class InMemoryStoredData implements StoredData {
  constructor(
    public facts = 0,
    public items = 0,
  ) {}

  async *deleteFacts(): AsyncIterable<number> {
    while (this.facts > 0) {
      const deleted = Math.min(10, this.facts);
      this.facts -= deleted;
      yield await Promise.resolve(deleted);
    }
  }

  async *deleteState(): AsyncIterable<number> {
    while (this.items > 0) {
      const deleted = Math.min(10, this.items);
      this.items -= deleted;
      yield await Promise.resolve(deleted);
    }
  }
}
