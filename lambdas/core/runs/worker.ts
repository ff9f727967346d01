import {
  BACKFILL_WORKERS,
  type RunRef,
  type Shard,
  type WorkerOutcome,
  type WorkerTask,
} from '../../contract/workflow';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionRecord } from '../connections/connection-record';
import { nextUtcMidnight } from '../dates';
import { AccountQuota } from '../quota/account-quota';
import { STREAM_LABELS } from '../zoom/ports';
import { ConnectorError } from '../errors';
import type { ShardProgress } from './ports';
import { type ChainContext, type ChainEnd, PAGE_MS, ShardChain, pacerOf } from './shard-chain';
import { failed, isFinished } from './shard-progress';
import { Agenda } from './agenda';
import { areUsersTaken, isOfUsersToRead } from './users-due';
import type { WorkerPorts, WorkerSettings } from './worker-ports';

/** Chains that a worker reads side by side; more shards than that wait for one to end. */
const CHAINS = 8;
/** A wait up to this is slept; the workflow takes a longer one over, for nothing, and none that is shorter. */
const LONGEST_SLEEP_MS = 30_000;
/** Turns in a row that came no page further, an hour in all, after which a shard is given up. */
const MAX_ATTEMPTS = 8;
/** Waits between them: half a minute, twice as long each time. */
const LONGEST_REST_MS = 30 * 60_000;
/** Faults in a row that a chain outlasts within a turn, after 1, 2 and 4 seconds; in one that follows a failed turn, one only. */
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
    const beganAt = clock.now();
    // a run goes on in another execution at midnight, and no worker is to keep the others waiting
    const turnEnd = Math.min(deadline, nextUtcMidnight(beganAt) + PAGE_MS);
    const all = await ports.progress.list(run);
    const own = all.filter((progress) => progress.worker === worker && !isFinished(progress));
    const resting = own.filter(({ retryAt }) => retryAt !== null && Date.parse(retryAt) > beganAt);
    const connection = await ports.connections.find(run.connectionId);
    const quota = connection && quotaOf(connection, run, all);
    if (connection === undefined || quota === undefined) return { outcome: 'done' };
    const leavesUsers = run.kind === 'backfill' && (await areUsersTaken(ports.progress, connection, run.kind, beganAt));
    const left = own.filter((progress) => leavesUsers && isOfUsersToRead(progress));
    const open = own.filter((progress) => !resting.includes(progress) && !left.includes(progress));

    const workers = new Set(all.map((progress) => progress.worker)).size;
    const mostChains = Math.ceil((await quota.mostChains('heavy')) / workers);
    const agenda = new Agenda(open, (label) => (label === 'heavy' ? mostChains : Infinity));
    const ends: ChainEnd[] = [
      ...resting.map(({ retryAt }) => ({ kind: 'failing' as const, untilMs: Date.parse(retryAt ?? '') })),
      ...left.map(() => ({ kind: 'parked' as const, untilMs: beganAt + LONGEST_SLEEP_MS })),
    ];
    const lane = async () => {
      for (;;) {
        const next = agenda.next();
        if (next === undefined) return;
        const end = await readShard(next, { run, quota, deadline: turnEnd, gotOn: () => agenda.gotOn(next) });
        agenda.ended(next, end);
        ends.push(end);
      }
    };
    await settleAll(Array.from({ length: Math.min(CHAINS, open.length) }, lane));
    const outcome = outcomeOf(ends, beganAt);
    await noteAlive(run, outcome);
    return outcome;
  };

  /** Notes of a sync that goes on that it does, and until when it rests: so nobody takes it for one that was abandoned. */
  async function noteAlive({ connectionId, runId, kind }: RunRef, outcome: WorkerOutcome): Promise<void> {
    if (kind !== 'sync' || outcome.outcome === 'done') return;
    const aliveAt = 'at' in outcome ? outcome.at : new Date(clock.now()).toISOString();
    await changeConnection(ports.connections, connectionId, ({ syncRun }) =>
      syncRun?.runId === runId ? { syncRun: { ...syncRun, aliveAt } } : undefined,
    );
  }

  /** Reads a shard; faults are outlasted, then noted on it and left to a later turn: they cost no other shard. */
  async function readShard(saved: ShardProgress, context: ChainContext): Promise<ChainEnd> {
    const { run, quota } = context;
    const { shard } = saved;
    const pacer = pacerOf(quota, saved);
    const outlasted = saved.attempts === 0 ? MAX_FAULTS_IN_A_ROW : 1;
    let progress = saved;
    for (let faults = 1; ; faults++) {
      const chain = new ShardChain(ports, settings, context, progress);
      try {
        return await pacer.during(() => chain.read());
      } catch (error) {
        // Zoom's, the app's credentials', a table's, another function's that should have refreshed the token, or our own
        ports.log.fault(run, shard, error);
        if (faults > outlasted) return noteFailedTurn(run, shard, error);
        await clock.sleep(1000 * 2 ** (faults - 1));
        const reached = (await ports.progress.find(run, shard.id)) ?? saved;
        if (reached.pages > progress.pages) faults = 0; // not in a row
        progress = reached;
      }
    }
  }

  /** @throws what the progress cannot be noted for: then the workflow tries the turn again. */
  async function noteFailedTurn(run: RunRef, shard: Shard, fault: unknown): Promise<ChainEnd> {
    const progress = await ports.progress.find(run, shard.id);
    if (progress === undefined) return { kind: 'finished' };
    const attempts = progress.attempts + 1;
    const problem = inWords(fault);
    const tried = { ...progress, attempts, problem };
    if (attempts < MAX_ATTEMPTS) {
      const untilMs = clock.now() + Math.min(LONGEST_REST_MS, LONGEST_SLEEP_MS * 2 ** (attempts - 1));
      await ports.progress.save(run, { ...tried, retryAt: new Date(untilMs).toISOString() });
      return { kind: 'failing', untilMs };
    }
    ports.log.gaveUp(run, shard);
    await ports.progress.save(run, failed(tried, problem));
    return { kind: 'finished' };
  }

  /** The account's quota, for all chains of the worker; `undefined` when it never had a grant. */
  function quotaOf(connection: ConnectionRecord, run: RunRef, all: readonly ShardProgress[]): AccountQuota | undefined {
    const { zoomAccountId } = connection;
    if (zoomAccountId === null) return undefined;
    const chainsAtMost = CHAINS * new Set(all.map((progress) => progress.worker)).size;
    const beside = chainsBeside(run, connection);
    const labels = all.filter((progress) => !isFinished(progress)).map(({ shard }) => STREAM_LABELS[shard.stream]);
    return new AccountQuota(ports.quota, clock, {
      zoomAccountId,
      plan: connection.plan ?? 'unknown',
      share: settings.quotaShare,
      openChains: (label) => beside + Math.min(chainsAtMost, labels.filter((own) => own === label).length),
      longestSleepMs: LONGEST_SLEEP_MS,
    });
  }

  function outcomeOf(ends: readonly ChainEnd[], beganAt: number): WorkerOutcome {
    const now = clock.now();
    if (ends.some(({ kind }) => kind === 'outOfTime')) {
      if (now < nextUtcMidnight(beganAt)) return { outcome: 'again' };
      return { outcome: 'nextDay', at: new Date(now).toISOString() };
    }
    const waits = ends.flatMap((end) => ('untilMs' in end ? [end.untilMs] : []));
    if (waits.length === 0) return { outcome: 'done' };
    const untilMs = Math.max(Math.min(...waits), now + LONGEST_SLEEP_MS);
    const isAnotherDay = untilMs >= nextUtcMidnight(beganAt);
    return { outcome: isAnotherDay ? 'nextDay' : 'waitUntil', at: new Date(untilMs).toISOString() };
  }
}

/** Chains that the account's other run may have under way: what is kept back for them is not there for this one. */
function chainsBeside({ kind }: RunRef, { backfill, syncRun }: ConnectionRecord): number {
  if (kind === 'sync') return backfill?.state === 'running' ? CHAINS * BACKFILL_WORKERS : 0;
  return syncRun === null ? 0 : CHAINS;
}

/** A fault in words that name no value of a row; those of others' errors might. */
function inWords(fault: unknown): string {
  if (fault instanceof ConnectorError) return fault.message;
  return `the connector failed (${fault instanceof Error ? fault.name : typeof fault})`;
}

/** Waits for all, and then fails as the first that failed: what the others read is stored by then. */
async function settleAll(running: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(running);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}
