import type { DisconnectTask } from '../../lambdas/contract/workflow';
import type { DisconnectStarter } from '../../lambdas/core/disconnect/ports';

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
