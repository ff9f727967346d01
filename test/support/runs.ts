import type { RunRef, RunRequest, Shard } from '../../lambdas/contract/workflow';
import type {
  Checkpoint,
  CheckpointStore,
  ProgressStore,
  SeenIds,
  SeenUsers,
  ShardProgress,
} from '../../lambdas/core/runs/ports';
import { type RunStarter, type RunStopper, executionName } from '../../lambdas/core/runs/run-starter';
import { plannedShard } from '../../lambdas/core/runs/shard-progress';

type RunName = { readonly connectionId: string; readonly runId: string };

export const BACKFILL: RunRef = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill', generation: 'g1' };
export const SYNC: RunRef = { connectionId: 'c1', runId: 'tick-1', kind: 'sync', generation: 'g1' };

/** Progress of a shard that was read to its end, but for what `change` says. */
export function doneShard(shard: Shard, change: Partial<ShardProgress> = {}): ShardProgress {
  return { ...plannedShard(shard, 0), state: 'done', pages: 1, calls: 1, ...change };
}

const runName = ({ connectionId, runId }: RunName) => `${connectionId} ${runId}`;

/** Progress in memory. */
export class InMemoryProgressStore implements ProgressStore {
  private readonly runs = new Map<string, Map<string, ShardProgress>>();
  /** The part of its run that saved a shard last. */
  private readonly savedBy = new Map<string, number>();

  /** Notes what a run has come to. */
  put(run: RunName, ...shards: readonly ShardProgress[]): this {
    for (const progress of shards) this.shardsOf(run).set(progress.shard.id, progress);
    return this;
  }

  plan(run: RunRef, shards: readonly ShardProgress[]): Promise<void> {
    const known = this.shardsOf(run);
    for (const progress of shards) if (!known.has(progress.shard.id)) known.set(progress.shard.id, progress);
    return Promise.resolve();
  }

  find(run: RunRef, shardId: string): Promise<ShardProgress | undefined> {
    return Promise.resolve(this.shardsOf(run).get(shardId));
  }

  save(run: RunRef, progress: ShardProgress): Promise<void> {
    const { part = 1 } = run;
    const name = `${runName(run)} ${progress.shard.id}`;
    if ((this.savedBy.get(name) ?? 1) > part) return Promise.resolve();
    this.savedBy.set(name, part);
    this.put(run, progress);
    return Promise.resolve();
  }

  list(run: RunName): Promise<readonly ShardProgress[]> {
    return Promise.resolve([...this.shardsOf(run).values()]);
  }

  private shardsOf(run: RunName): Map<string, ShardProgress> {
    const shards = this.runs.get(runName(run)) ?? new Map<string, ShardProgress>();
    this.runs.set(runName(run), shards);
    return shards;
  }
}

/** The users that runs saw, in memory. */
export class InMemorySeenUsers implements SeenUsers {
  private readonly pages = new Map<string, Map<string, readonly string[]>>();

  async add(run: RunRef, page: string, factIds: readonly string[]): Promise<void> {
    await Promise.resolve();
    const pages = this.pages.get(runName(run)) ?? new Map<string, readonly string[]>();
    this.pages.set(runName(run), pages.set(page, factIds));
  }

  async read(run: RunRef): Promise<SeenIds> {
    await Promise.resolve();
    return new Set([...(this.pages.get(runName(run))?.values() ?? [])].flat());
  }
}

/** Checkpoints in memory. */
export class InMemoryCheckpointStore implements CheckpointStore {
  readonly checkpoints = new Map<string, Checkpoint>();

  find(connectionId: string, stream: string): Promise<Checkpoint | undefined> {
    return Promise.resolve(this.checkpoints.get(`${connectionId} ${stream}`));
  }

  save(connectionId: string, stream: string, checkpoint: Checkpoint): Promise<void> {
    this.checkpoints.set(`${connectionId} ${stream}`, checkpoint);
    return Promise.resolve();
  }
}

/** Keeps what was started; a name that was started already is left alone. */
export class RecordingRunStarter implements RunStarter {
  readonly started = new Map<string, RunRequest>();
  /** Each start that was asked for, also one that failed. */
  readonly calls: RunRequest[] = [];
  /** Called before a start is noted: throw for a fault. */
  before: (request: RunRequest) => void = () => undefined;

  get requests(): readonly RunRequest[] {
    return [...this.started.values()];
  }

  async start(request: RunRequest): Promise<string> {
    await Promise.resolve();
    this.calls.push(request);
    this.before(request);
    const name = executionName(request);
    if (!this.started.has(name)) this.started.set(name, request);
    return `arn:execution:${name}`;
  }
}

/** Keeps what was stopped. */
export class RecordingRunStopper implements RunStopper {
  readonly stopped: string[] = [];
  /** Called before a stop is noted: throw for a fault. */
  before: () => void = () => undefined;

  async stop(executionArn: string): Promise<void> {
    await Promise.resolve();
    this.before();
    this.stopped.push(executionArn);
  }

  stopAll(connectionId: string): Promise<void> {
    return this.stop(`all of ${connectionId}`);
  }
}
