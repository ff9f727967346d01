import type { RunRef, Shard, WorkerOutcome, WorkerTask } from '../../contract/workflow';
import { type RateLimitLabel, quotaLimit } from '../quota/limits';
import { Pacer } from '../quota/pacer';
import { STREAM_LABELS } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { ShardProgress } from './ports';
import { type ChainEnd, ShardChain } from './shard-chain';
import { isFinished } from './shard-progress';
import type { WorkerPorts, WorkerSettings } from './worker-ports';

/** Chains that a worker reads side by side; more shards than that wait for one to end. */
const CHAINS = 8;
/** A wait up to this is slept; the workflow takes a longer one over, for nothing, and none that is shorter. */
const LONGEST_SLEEP_MS = 30_000;
/** Turns in a row that came no page further, after which a shard is given up. */
const MAX_ATTEMPTS = 6;
/** Faults in a row that a chain outlasts within a turn, after 1, 2 and 4 seconds. */
const MAX_FAULTS_IN_A_ROW = 3;

/**
 * Reads the shards of one worker side by side, as far as time and quota allow. Expected conditions come back as values,
 * and a shard that fails keeps no other from being read.
 *
 * @param deadline - epoch ms at which the function is ended.
 */
export function makeWorker(ports: WorkerPorts, settings: WorkerSettings) {
  const { clock } = ports;

  return async function work({ run, worker }: WorkerTask, deadline: number): Promise<WorkerOutcome> {
    const all = await ports.progress.list(run);
    const open = all.filter((progress) => progress.worker === worker && !isFinished(progress));
    const pacerOf = await makePacers(run);
    if (pacerOf === undefined) return { outcome: 'done' };

    const ends: ChainEnd[] = [];
    const lane = async () => {
      for (let next = open.shift(); next !== undefined; next = open.shift()) {
        ends.push(await readShard(run, next, pacerOf(next), deadline));
      }
    };
    await settleAll(Array.from({ length: Math.min(CHAINS, open.length) }, lane));
    return outcomeOf(ends);
  };

  /** Reads a shard; faults of Zoom's are outlasted, then noted on it and left to a later turn. */
  async function readShard(run: RunRef, saved: ShardProgress, pacer: Pacer, deadline: number): Promise<ChainEnd> {
    const { shard } = saved;
    let progress = saved;
    for (let faults = 1; ; faults++) {
      const chain = new ShardChain(ports, settings, { run, pacer, deadline }, progress);
      try {
        return await pacer.during(() => chain.read());
      } catch (error) {
        if (!(error instanceof ZoomFaultError)) throw error;
        ports.log.fault(run, shard, error);
        if (faults > MAX_FAULTS_IN_A_ROW) return noteFailedTurn(run, shard);
        await clock.sleep(1000 * 2 ** (faults - 1));
        progress = (await ports.progress.find(run, shard.id)) ?? saved;
      }
    }
  }

  async function noteFailedTurn(run: RunRef, shard: Shard): Promise<ChainEnd> {
    const progress = await ports.progress.find(run, shard.id);
    if (progress === undefined) return { kind: 'finished' };
    const attempts = progress.attempts + 1;
    const isOver = attempts >= MAX_ATTEMPTS;
    const untilMs = clock.now() + LONGEST_SLEEP_MS * 2 ** (attempts - 1);
    if (isOver) ports.log.gaveUp(run, shard);
    await ports.progress.save(run, { ...progress, attempts, state: isOver ? 'failed' : progress.state });
    return isOver ? { kind: 'finished' } : { kind: 'parked', untilMs };
  }

  /** A pacer for each label, shared by the worker's chains; `undefined` when the connection is gone. */
  async function makePacers(run: RunRef): Promise<((progress: ShardProgress) => Pacer) | undefined> {
    const connection = await ports.connections.find(run.connectionId);
    const zoomAccountId = connection?.zoomAccountId;
    if (connection === undefined || zoomAccountId == null) return undefined;
    const pacers = new Map<RateLimitLabel, Pacer>();
    return ({ shard }) => {
      const label = STREAM_LABELS[shard.stream];
      const known = pacers.get(label);
      if (known !== undefined) return known;
      const limit = quotaLimit(connection.plan ?? 'unknown', label, settings.quotaShare);
      const isUrgent = run.kind === 'sync';
      const pacer = new Pacer(
        (count, earliestMs) =>
          ports.quota.reserve({ zoomAccountId, label }, limit, { count, urgent: isUrgent, earliestMs }, clock.now()),
        clock,
        { callsPerSecond: limit.callsPerSecond, longestSleepMs: LONGEST_SLEEP_MS },
      );
      pacers.set(label, pacer);
      return pacer;
    };
  }

  function outcomeOf(ends: readonly ChainEnd[]): WorkerOutcome {
    if (ends.some(({ kind }) => kind === 'outOfTime')) return { outcome: 'again' };
    const waits = ends.flatMap((end) => (end.kind === 'parked' ? [end.untilMs] : []));
    if (waits.length === 0) return { outcome: 'done' };
    const untilMs = Math.max(Math.min(...waits), clock.now() + LONGEST_SLEEP_MS);
    return { outcome: 'waitUntil', at: new Date(untilMs).toISOString() };
  }
}

/** Waits for all, and then fails as the first that failed: what the others read is stored by then. */
async function settleAll(running: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(running);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}
