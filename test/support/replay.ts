import { marshall } from '@aws-sdk/util-dynamodb';
import type { ReplayTask } from '../../lambdas/contract/workflow';
import type { FactKey, KeyStretch } from '../../lambdas/core/facts/fact-key';
import type { FactPage, FactPages, ReplayQueue, ReplayStarter } from '../../lambdas/core/replay/ports';

/** Stored items in memory, read one at a time. */
export class InMemoryFactPages implements FactPages {
  readonly items: readonly FactKey[];

  constructor(items: readonly FactKey[]) {
    this.items = [...items].sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  async read({ pk, from, to }: KeyStretch, after = ''): Promise<FactPage> {
    await Promise.resolve();
    const next = this.items.find((item) => item.pk === pk && item.sk >= from && item.sk <= to && item.sk > after);
    return next === undefined ? { images: [] } : { images: [marshall(next)], last: next.sk };
  }
}

/** Keeps what was sent. */
export class RecordingReplayQueue implements ReplayQueue {
  readonly messages: string[] = [];

  async send(messages: readonly string[]): Promise<void> {
    await Promise.resolve();
    this.messages.push(...messages);
  }
}

/** Keeps which replays were started. */
export class RecordingReplayStarter implements ReplayStarter {
  readonly started: ReplayTask[] = [];

  start(name: string, task: ReplayTask): Promise<string> {
    this.started.push(task);
    return Promise.resolve(`arn:execution:${name}`);
  }
}
