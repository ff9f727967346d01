import type { RunRequest } from '../../contract/workflow';
import {
  awaitsFirstBackfill,
  type ConnectionRecord,
  hasIdleGrant,
  isSyncRunning,
} from '../connections/connection-record';
import type { ConnectionViews } from '../connections/connection-views';
import { type BeginDisconnectPorts, beginDisconnect, continueDisconnect } from '../disconnect/begin-disconnect';
import { isDeauthorized } from '../disconnect/deauthorized';
import { type FreshnessSeen, type FreshnessWatchPorts, makeFreshnessWatch } from './freshness-watch';
import { resumedBackfill } from './pause';
import { type RunStarter, firstBackfill, scheduledSync, weeklyKeepAlive } from './run-starter';
import { makeStartPace } from './start-pace';

export interface DispatchPorts extends BeginDisconnectPorts, FreshnessWatchPorts {
  readonly views: Pick<ConnectionViews, 'of'>;
  readonly runs: RunStarter;
  readonly log: {
    failed(connectionId: string, error: unknown): void;
    /** @param why - in plain words. */
    overdue(connectionId: string, why: string): void;
  };
}

/** What a tick came to. */
export interface Dispatched {
  /** Runs that were started; one of its name that was there already counts, too. */
  readonly started: number;
  /** Connections whose last sync still runs: it reads what this tick's would have read, or the next does. */
  readonly skipped: number;
  /** Disconnects that were begun or seen to. */
  readonly disconnects: number;
  readonly failed: number;
  /** Connections with a backfill that takes long. */
  readonly overdue: number;
  readonly freshness: FreshnessSeen;
  /** Whether the time ran out before all connections were seen to. */
  readonly isCutShort: boolean;
}

/**
 * So many a second: 10,000 connections take 400 s, and 18,000 fill the part of a 15-minute tick that keeps the pace. Each sync
 * has three functions of about a second, so 75 run at a time; Step Functions takes 150 starts a second in its smallest regions.
 */
export const STARTS_PER_SECOND = 25;
/** Connections that are seen to side by side. A start takes some 50 ms, so that without a pace 200 a second are started. */
const SIDE_BY_SIDE = 10;
/** The part of the time in which starts keep the pace. What is left then is started as fast as it goes. */
const PACED_SHARE = 0.8;
/** Nothing is begun so shortly before the end: what is under way gets to its own, and is told of. */
const CLOSING_MS = 5_000;

/**
 * Starts what each connection is due at a tick of the schedule: a sync once its backfill has ended and unless the last one
 * still runs, the backfill that its consent, or somebody who resumed it, should have started and did not, or once a week a
 * run that keeps an idle grant alive. Disconnects what has removed the app, takes a disconnect up again that broke off,
 * and tells of backfills that take long and of what has fallen behind. One connection that fails does not keep others.
 *
 * Starts are spread evenly over the beginning of the tick. A tick that comes before the last one has ended does no harm:
 * a run of the same minute is there already, and a sync that runs is not started again.
 *
 * @param endsAt - when it has to be over, epoch ms. Who was not seen to by then is at the next tick, and reads since the
 * same checkpoint.
 */
export async function dispatch(ports: DispatchPorts, endsAt: number): Promise<Dispatched> {
  const { connections, views, runs, clock, log } = ports;
  const tickAt = clock.now();
  const pace = makeStartPace(clock, STARTS_PER_SECOND, tickAt + (endsAt - tickAt) * PACED_SHARE);
  const counts = { started: 0, skipped: 0, disconnects: 0, failed: 0, overdue: 0 };
  const freshness = makeFreshnessWatch(ports);
  let isCutShort = false;

  async function startWhatIsDue(connection: ConnectionRecord): Promise<void> {
    for (const due of dueRuns(connection, tickAt)) {
      if (due.kind === 'sync' && isSyncRunning(connection, clock.now())) {
        counts.skipped++;
        continue;
      }
      await pace();
      await runs.start(due);
      counts.started++;
    }
  }

  async function seeTo(connection: ConnectionRecord): Promise<void> {
    const { id, status } = connection;
    if (isDeauthorized(connection, tickAt)) {
      await pace();
      await beginDisconnect(ports, id, { cause: 'deauthorized', keepFacts: false });
      counts.disconnects++;
      return;
    }
    if (status === 'disconnecting') {
      await pace();
      await continueDisconnect(ports, connection);
      counts.disconnects++;
    }
    await startWhatIsDue(connection);
    const why = isBackfilling(connection) ? (await views.of(connection)).backfill?.overdue : undefined;
    if (why == null) return;
    log.overdue(id, why);
    counts.overdue++;
  }

  // several take from one queue, which reads the next page when the last is used up
  const queue = connections.list(beginningAt(tickAt))[Symbol.asyncIterator]();
  async function takeTurns(): Promise<void> {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      if (clock.now() >= endsAt - CLOSING_MS) {
        isCutShort = true;
        return;
      }
      const connection = next.value;
      // by itself: what cannot be started is what falls behind
      await freshness.look(connection, clock.now()).catch((error: unknown) => log.failed(connection.id, error));
      try {
        await seeTo(connection);
      } catch (error) {
        log.failed(connection.id, error);
        counts.failed++;
      }
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, takeTurns));
  return { ...counts, freshness: freshness.seen(), isCutShort };
}

const HOUR_MS = 60 * 60 * 1000;
const GOLDEN_RATIO = 0.618034;

/**
 * The id at which a tick at `now` (epoch ms) begins: another one each hour. A connection keeps its place in the tick for
 * an hour, and where the time never suffices for all, it is not the same ones who go short: ids are random, so evenly
 * spread, and by golden-ratio steps each gets its turn within about 2 ÷ (the share that is seen to) hours. Nothing has to
 * be noted for that, so a dispatch that is killed is no exception.
 */
export function beginningAt(now: number): string {
  const share = (Math.floor(now / HOUR_MS) * GOLDEN_RATIO) % 1;
  return Math.floor(share * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

function isBackfilling({ status, backfill }: ConnectionRecord): boolean {
  return status === 'backfilling' || backfill?.state === 'running';
}

/** The runs that a connection is due at `now` (epoch ms). */
export function dueRuns(connection: ConnectionRecord, now: number): RunRequest[] {
  const { id, status } = connection;
  if (awaitsFirstBackfill(connection)) return [firstBackfill(connection)];
  if (hasIdleGrant(connection)) return [weeklyKeepAlive(id, now)];
  const resumed = resumedBackfill(connection);
  return [
    ...(resumed === undefined ? [] : [resumed]),
    ...(status === 'connected' || status === 'degraded' ? [scheduledSync(id, now)] : []),
  ];
}
