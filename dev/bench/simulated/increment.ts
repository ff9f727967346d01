import type { ReportKind, RunRequest } from '../../../lambdas/contract/workflow';
import type { ConnectionChange, ConnectionRecord } from '../../../lambdas/core/connections/connection-record';
import { newConnection } from '../../../lambdas/core/connections/new-connection';
import { dispatch } from '../../../lambdas/core/runs/dispatch';
import { makeFinishRun } from '../../../lambdas/core/runs/finish-run';
import { makePlanRun } from '../../../lambdas/core/runs/plan-run';
import type { Checkpoint } from '../../../lambdas/core/runs/ports';
import { REPORTS } from '../../../lambdas/core/runs/shards';
import { makeWorker } from '../../../lambdas/core/runs/worker';
import { DEFAULT_API_URL } from '../../../lambdas/core/zoom/api-url';
import { mix } from '../../zoom-simulator/random';
import type { IncrementOptions } from '../options';
import { type MeasuredIncrement, NEW_ROWS, type SimulatedTick } from '../result';
import { Account } from './account';
import { SimulatedClock } from './clock';
import { AwsDelays } from './delays';
import { GrowingAccount, GrowingFactStore } from './growing-account';
import {
  ContendedLedger,
  NoDeadLetters,
  OneConnection,
  OneConnectionCheckpoints,
  OneRunProgress,
  OneRunSeenUsers,
} from './stores';
import { runExecution } from './workflow';
import { SimulatedZoom } from './zoom';

/** The defaults of the configuration. */
const SYNC = { backfillDays: 7, overlapMinutes: 60, sweepDays: 3 };
const SHARE = { perSecond: 0.5, perDay: 0.5 };
const RETENTION_DAYS = 365;
const EVERY_MS = 15 * 60_000;
/** A Monday morning. */
const START_MS = Date.parse('2026-10-12T08:15:00Z');
const DAY_MS = 86_400_000;
/** What a sweep reads, and the day before. */
const KNOWN_DAYS = SYNC.sweepDays + 1;
const SECOND_MS = 1000;

/** A page of a query holds 1 MB; a read unit is 4 KB. */
const PAGE_BYTES = 2 ** 20;
const UNIT_BYTES = 4096;

const TOKENS = { get: () => Promise.resolve({ kind: 'token', accessToken: 'simulated' } as const) };
const SILENT = {
  page: () => undefined,
  malformed: () => undefined,
  fault: () => undefined,
  gaveUp: () => undefined,
  reconnectNeeded: () => undefined,
  lost: () => undefined,
};

/** Delays that count what is asked of the tables. */
class CountedDelays extends AwsDelays {
  reads = 0;
  writes = 0;

  override read(): Promise<void> {
    this.reads += 1;
    return super.read();
  }

  override write(): Promise<void> {
    this.writes += 1;
    return super.write();
  }
}

/** How many of something there are at a time, and how long they last together. */
class Gauge {
  most = 0;
  totalMs = 0;
  count = 0;
  private now = 0;

  constructor(private readonly clock: SimulatedClock) {}

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.now += 1;
    this.count += 1;
    this.most = Math.max(this.most, this.now);
    const beganAt = this.clock.now();
    try {
      return await work();
    } finally {
      this.now -= 1;
      this.totalMs += this.clock.now() - beganAt;
    }
  }
}

/** Gauges of one tick. */
interface Gauges {
  readonly syncs: Gauge;
  readonly functions: Gauge;
  readonly workers: Gauge;
}

/** One connection with its Zoom account, and all that is stored of it. */
class Simulated {
  readonly connection: OneConnection;
  readonly account: GrowingAccount;
  readonly zoom: SimulatedZoom;
  readonly facts: GrowingFactStore;
  readonly ledger: ContendedLedger;
  private readonly checkpoints: OneConnectionCheckpoints;

  constructor(
    record: ConnectionRecord,
    users: Account,
    { perDay, plan, latency }: IncrementOptions,
    private readonly clock: SimulatedClock,
    private readonly delays: CountedDelays,
  ) {
    const lastRead = START_MS - DAY_MS;
    this.account = new GrowingAccount(users);
    this.account.grow(perDay * KNOWN_DAYS, lastRead - KNOWN_DAYS * DAY_MS, lastRead);
    this.connection = new OneConnection(record, delays);
    this.zoom = new SimulatedZoom(
      { account: this.account, plan, latencyMs: latency, pageSize: ({ stream }) => (stream === 'user' ? 2_000 : 300) },
      clock,
    );
    const source = {
      connectionId: record.id,
      zoomAccountId: record.zoomAccountId ?? '',
      retentionDays: RETENTION_DAYS,
    };
    this.facts = new GrowingFactStore(this.account, source, delays, perDay * (KNOWN_DAYS + 1) + NEW_ROWS);
    this.ledger = new ContendedLedger(delays);
    const at = new Date(lastRead).toISOString();
    const known = Object.fromEntries(REPORTS.map((stream) => [stream, { readTo: at, asOf: at }])) as Record<
      ReportKind,
      Checkpoint
    >;
    this.checkpoints = new OneConnectionCheckpoints(delays, known);
  }

  /** Runs a sync as its workflow does. */
  async sync(request: RunRequest, { functions, workers }: Gauges): Promise<void> {
    const { clock, delays } = this;
    const ports = {
      connections: this.connection,
      checkpoints: this.checkpoints,
      progress: new OneRunProgress(delays),
      seenUsers: new OneRunSeenUsers(delays),
      deadLetters: new NoDeadLetters(),
      facts: this.facts,
      quota: this.ledger,
      tokens: TOKENS,
      zoom: this.zoom,
      clock,
      log: SILENT,
      // a sync tries no stream, and nothing is paused here
      probeStreams: () => Promise.reject(new Error('a sync tries no stream')),
      keepAlive: () => Promise.resolve(),
    };
    const plan = makePlanRun(ports, SYNC);
    const read = makeWorker(ports, { quotaShare: SHARE, retentionDays: RETENTION_DAYS, apiUrl: DEFAULT_API_URL });
    const finish = makeFinishRun(ports);
    await runExecution(
      request,
      {
        plan: (task) => functions.during(() => plan(task)),
        read: (task, deadline) => functions.during(() => workers.during(() => read(task, deadline))),
        finish: (run) => functions.during(() => finish(run)),
      },
      { clock, delays, histories: { executions: 0, longest: 0 } },
    );
  }
}

/** All connections in the order of their ids, a page at a time. */
class Connections {
  queries = 0;
  units = 0;
  private readonly sorted: readonly Simulated[];

  constructor(
    all: Iterable<Simulated>,
    private readonly delays: CountedDelays,
  ) {
    this.sorted = [...all].sort((a, b) => (a.connection.current.id < b.connection.current.id ? -1 : 1));
  }

  async *list(from = ''): AsyncIterable<ConnectionRecord> {
    const first = this.sorted.findIndex(({ connection }) => connection.current.id >= from);
    const parts = first < 0 ? [this.sorted] : [this.sorted.slice(first), this.sorted.slice(0, first)];
    for (const part of parts) yield* this.query(part);
  }

  private async *query(part: readonly Simulated[]): AsyncIterable<ConnectionRecord> {
    for (let at = 0, isFirst = true; isFirst || at < part.length; isFirst = false) {
      await this.delays.page();
      const page: ConnectionRecord[] = [];
      let bytes = 0;
      for (; at < part.length && bytes < PAGE_BYTES; at += 1) {
        const record = part[at]?.connection.current;
        if (record === undefined) break;
        page.push(record);
        bytes += Buffer.byteLength(JSON.stringify(record));
      }
      this.queries += 1;
      this.units += Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      yield* page;
    }
  }
}

/**
 * Runs three ticks by the real core on simulated time: the real dispatcher, and for each connection the plan, the worker and
 * the last step of a sync.
 *
 * @param tell - told of each tick that is over.
 */
export async function simulateIncrement(
  options: IncrementOptions,
  tell: (tick: string) => void,
): Promise<MeasuredIncrement<SimulatedTick>> {
  const clock = new SimulatedClock(START_MS);
  const delays = new CountedDelays(clock);
  const users = new Account({ users: options.users, rows: 0, days: 0, profile: 'even', startMs: START_MS });
  const all = new Map<string, Simulated>();
  for (let number = 0; number < options.connections; number += 1) {
    const record = readADayAgo(number, options.plan);
    all.set(record.id, new Simulated(record, users, options, clock, delays));
  }
  const grow = (rows: number, duringMs: number) => {
    for (const { account } of all.values()) account.grow(rows, clock.now() - duringMs, clock.now());
  };
  const untilNext = () => clock.run(clock.sleep(EVERY_MS - (clock.now() % EVERY_MS)));

  grow(options.perDay, DAY_MS);
  const oneDayLate = await tick(all, clock, delays);
  tell('one day late');
  await untilNext();
  const nothingNew = await tick(all, clock, delays);
  tell('nothing new');
  await untilNext();
  grow(NEW_ROWS, EVERY_MS / 2);
  const thousandNewRows = await tick(all, clock, delays);
  tell('a thousand new rows');
  const lost = [...all.values()].reduce((sum, { facts }) => sum + facts.lost, 0);
  return { nothingNew, thousandNewRows, oneDayLate, lost, duplicated: 0, invented: 0 };
}

async function tick(
  all: ReadonlyMap<string, Simulated>,
  clock: SimulatedClock,
  delays: CountedDelays,
): Promise<SimulatedTick> {
  const each = [...all.values()];
  const sum = (of: (one: Simulated) => number) => each.reduce((total, one) => total + of(one), 0);
  const totals = () => ({
    calls: sum(({ zoom }) => zoom.calls),
    tableReads: delays.reads + sum(({ facts }) => facts.lookups),
    tableWrites: delays.writes + sum(({ facts }) => facts.writes),
    streamRecords: sum(({ facts }) => facts.records),
    ledgerWrites: sum(({ ledger }) => ledger.writes),
  });
  const before = totals();
  const callsBefore = each.map(({ zoom }) => zoom.calls);
  const gauges = { syncs: new Gauge(clock), functions: new Gauge(clock), workers: new Gauge(clock) };
  const connections = new Connections(each, delays);
  const beganAt = clock.now();
  const startedAt: number[] = [];
  const running: Promise<void>[] = [];
  const runs = {
    start: async (request: RunRequest) => {
      startedAt.push(clock.now());
      await delays.start();
      const one = all.get(request.connectionId);
      if (one === undefined) throw new Error(`there is no connection ${request.connectionId}`);
      running.push(gauges.syncs.during(() => one.sync(request, gauges)));
      return '';
    },
  };
  const unused = () => Promise.reject(new Error('a tick of syncs does nothing of the kind'));
  const ports = {
    connections: { list: (from?: string) => connections.list(from), ...changesOf(all) },
    progress: { list: () => Promise.resolve([]) },
    everyMinutes: EVERY_MS / 60_000,
    disconnects: { start: unused },
    views: { of: unused },
    runs,
    clock,
    log: {
      failed: (_id: string, error: unknown) => {
        throw error;
      },
      overdue: () => undefined,
    },
  };
  let dispatchMs = 0;
  const whole = async () => {
    const { started } = await dispatch(ports, beganAt + EVERY_MS);
    dispatchMs = clock.now() - beganAt;
    if (started !== each.length) throw new Error(`the dispatcher started ${started} of ${each.length} syncs`);
    await Promise.all(running);
  };
  await clock.run(whole());
  const after = totals();
  return {
    calls: after.calls - before.calls,
    callsMost: each.reduce((most, { zoom }, index) => Math.max(most, zoom.calls - (callsBefore[index] ?? 0)), 0),
    lambdaSeconds: (gauges.functions.totalMs + dispatchMs) / SECOND_MS,
    workerInvocations: gauges.workers.count,
    tableReads: after.tableReads - before.tableReads + connections.queries,
    tableWrites: after.tableWrites - before.tableWrites,
    streamRecords: after.streamRecords - before.streamRecords,
    seconds: (clock.now() - beganAt) / SECOND_MS,
    ledgerWrites: after.ledgerWrites - before.ledgerWrites,
    dispatchSeconds: dispatchMs / SECOND_MS,
    dispatchQueries: connections.queries,
    dispatchReadUnits: connections.units,
    startsPerSecondMost: mostWithin(startedAt, SECOND_MS),
    syncsAtATimeMost: gauges.syncs.most,
    functionsAtATimeMost: gauges.functions.most,
  };
}

/** What the dispatcher asks of the store of connections besides their list. */
function changesOf(all: ReadonlyMap<string, Simulated>) {
  const unused = () => Promise.reject(new Error('a tick of syncs makes and ends no connection'));
  return {
    find: (id: string) => all.get(id)?.connection.find(id) ?? Promise.resolve(undefined),
    update: (read: ConnectionRecord, change: ConnectionChange) =>
      all.get(read.id)?.connection.update(read, change) ?? unused(),
    create: unused,
    findByAccount: unused,
    bind: unused,
    release: unused,
    delete: unused,
  };
}

/** The most instants that fall into any stretch of so many ms. @param instants - ascending. */
function mostWithin(instants: readonly number[], lengthMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, instant] of instants.entries()) {
    while (instant - (instants[first] ?? instant) >= lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** A connection whose last sync, which was a sweep, was a day ago. */
function readADayAgo(number: number, plan: ConnectionRecord['plan']): ConnectionRecord {
  const at = new Date(START_MS - DAY_MS).toISOString();
  const hex = (salt: number) => (mix(1, number, salt) >>> 0).toString(16).padStart(8, '0');
  return {
    ...newConnection(`Simulated ${number}`, START_MS - 8 * DAY_MS),
    id: `${hex(1)}${hex(2)}`,
    status: 'connected',
    zoomAccountId: `account-${number}`,
    plan,
    connectedAt: at,
    generation: 'g1',
    firstReadAt: at,
    sweptAt: at,
    lastSync: { at, result: 'ok', newFacts: 0 },
    capabilities: (['user', ...REPORTS] as const).map((stream) => ({
      stream,
      state: 'available',
      reason: null,
      remedy: null,
    })),
  };
}
