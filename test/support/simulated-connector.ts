import { SimulatedClock } from '../../dev/bench/simulated/clock';
import { AwsDelays } from '../../dev/bench/simulated/delays';
import { type Histories, type Steps, runExecution } from '../../dev/bench/simulated/workflow';
import type { RunPlan, RunRef, RunRequest } from '../../lambdas/contract/workflow';
import { makeConnectionViews } from '../../lambdas/core/connections/connection-views';
import { isReadable } from '../../lambdas/core/connections/connection-record';
import type { QuotaShare } from '../../lambdas/core/quota/limits';
import { dispatch } from '../../lambdas/core/runs/dispatch';
import { makeFinishRun } from '../../lambdas/core/runs/finish-run';
import { pause, resume } from '../../lambdas/core/runs/pause';
import { makePlanRun } from '../../lambdas/core/runs/plan-run';
import { makeProbeStreams } from '../../lambdas/core/runs/probe-streams';
import { type BrokenEnd, noteBrokenRun } from '../../lambdas/core/runs/run-broken';
import { type RunStarter, executionName, firstBackfill } from '../../lambdas/core/runs/run-starter';
import { makeWorker } from '../../lambdas/core/runs/worker';
import type { AccessTokens } from '../../lambdas/core/tokens/access-tokens';
import { makeHandleZoomEvent } from '../../lambdas/core/webhooks/handle-zoom-event';
import { RecordingAuditLog } from './audit';
import { Chance } from './chance';
import { MINUTE, SECOND } from './clock';
import { InMemoryConnectionStore, connectionRecord } from './connections';
import { InMemoryDeadLetterStore } from './dead-letters';
import { RecordingDisconnectStarter } from './disconnect';
import { InMemoryFactStore, SOURCE } from './facts';
import { LivingAccount } from './living-account';
import { Killed, type Moment, mortalPorts } from './mortal-ports';
import { InMemoryQuotaLedger } from './quota';
import { InMemoryCheckpointStore, InMemoryProgressStore, InMemorySeenUsers } from './runs';
import { TroubledZoom, type TroubledZoomProps } from './troubled-zoom';

export const OVERLAP_MINUTES = 60;
export const SWEEP_DAYS = 3;
export const BACKFILL_DAYS = 4;
const CONNECTION = SOURCE.connectionId;
/** Of a Pro account's. */
const PRO_CALLS_A_DAY = 30_000;
const API_URL = 'https://api.zoom.us';
const NOBODY = () => undefined;
const SILENT = {
  page: NOBODY,
  malformed: NOBODY,
  fault: NOBODY,
  gaveUp: NOBODY,
  reconnectNeeded: NOBODY,
  lost: NOBODY,
};
/** The dispatching function's time-out. */
const TICK_LIFE_MS = 10 * MINUTE;
const MORTAL = [
  'connections',
  'checkpoints',
  'progress',
  'seenUsers',
  'deadLetters',
  'facts',
  'quota',
  'zoom',
  'runs',
] as const;
const MOMENTS: readonly [Moment, ...Moment[]] = ['before', 'amid', 'after'];
/** A function that dies does so within its first so many calls of ports, if it makes as many. */
const LATEST_DEATH = 40;
/** Of the calls of ports that take their time, this share takes long. */
const SLOW_SHARE = 0.02;

export interface SimulatedConnectorProps extends Pick<
  TroubledZoomProps,
  'pageSize' | 'hidesTotals' | 'showsSnapshots'
> {
  readonly seed: number;
  /** When consent is given, epoch ms. */
  readonly startMs: number;
  /** So far is Zoom's clock ahead of ours. */
  readonly skewMs: number;
  readonly everyMinutes: number;
  /** Probability that a function is killed on its way. */
  readonly killed: number;
  /** Whether stores take time to answer. */
  readonly isSlow: boolean;
  /** Calls for reports that it may make in a day. */
  readonly callsADay: number;
}

/** What whoever holds the connector to its laws is told of. */
export interface Watcher {
  planned(plan: RunPlan, execution: Execution): void;
  finishing(run: RunRef): void;
  finished(run: RunRef): Promise<void>;
}

export interface Execution {
  readonly request: RunRequest;
  isOver: boolean;
  readonly ended: () => void;
}

/** The real core on simulated time: its functions and its workflow, stores in memory, and a Zoom account that lives. */
export class SimulatedConnector {
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly account: LivingAccount;
  readonly zoom: TroubledZoom;
  readonly connections: InMemoryConnectionStore;
  readonly checkpoints = new InMemoryCheckpointStore();
  readonly progress = new InMemoryProgressStore();
  readonly seenUsers = new InMemorySeenUsers();
  readonly deadLetters = new InMemoryDeadLetterStore();
  readonly facts = new InMemoryFactStore();
  readonly quota = new InMemoryQuotaLedger();
  readonly executions = new Map<string, Execution>();
  readonly histories: Histories = { executions: 0, longest: 0 };
  /** Whether no function can be invoked. */
  isDown = false;
  /** Whether nothing goes wrong on our side any more. */
  isCalm = false;
  watcher: Watcher = { planned: NOBODY, finishing: NOBODY, finished: () => Promise.resolve() };
  private readonly running = new Set<Promise<void>>();
  private consents = 1;

  constructor(private readonly props: SimulatedConnectorProps) {
    const { seed, startMs, skewMs } = props;
    this.clock = new SimulatedClock(startMs);
    this.chance = new Chance(seed);
    this.account = new LivingAccount(this.clock, skewMs);
    this.zoom = new TroubledZoom({ ...props, account: this.account, clock: this.clock, chance: this.chance });
    this.connections = new InMemoryConnectionStore(
      connectionRecord({
        status: 'backfilling',
        zoomAccountId: SOURCE.zoomAccountId,
        plan: 'pro',
        connectedAt: new Date(startMs).toISOString(),
        firstConnectedAt: new Date(startMs).toISOString(),
        generation: 'g1',
      }),
    );
  }

  get connection() {
    return this.connections.get(CONNECTION);
  }

  /** Consent has been given. */
  begin(): void {
    void this.runs.start(firstBackfill(this.connection));
  }

  /** A tick of the schedule. */
  async tick(): Promise<void> {
    if (this.isDown) return;
    const { everyMinutes } = this.props;
    const { quotaShare, clock } = this;
    const ticking = this.invoke((ports) =>
      dispatch(
        {
          ...ports,
          disconnects: new RecordingDisconnectStarter(),
          views: makeConnectionViews({ ...ports, quotaShare, everyMinutes, now: clock.now }),
          everyMinutes,
          log: {
            failed: (_id, error) => {
              throw error;
            },
            overdue: NOBODY,
          },
        },
        clock.now() + TICK_LIFE_MS,
      ),
    );
    await ticking.catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
  }

  /** Whether runs may read. */
  get isRead(): boolean {
    return isReadable(this.connection);
  }

  async pause(): Promise<void> {
    await pause(this.pausePorts(), this.connection);
  }

  async resume(): Promise<void> {
    await resume(this.pausePorts(), this.connection);
  }

  /** Zoom accepts the grant no longer. */
  endGrant(): void {
    this.connections.change(CONNECTION, { status: 'reconnect_needed', reason: 'Zoom no longer accepts the grant.' });
  }

  /** Consent is given anew: what that leaves of the connection, and the backfill that it starts. */
  async consentAgain(): Promise<void> {
    const generation = `g${++this.consents}`;
    this.connections.change(CONNECTION, {
      status: 'backfilling',
      reason: null,
      connectedAt: new Date(this.clock.now()).toISOString(),
      generation,
      backfill: null,
      syncRun: null,
      capabilities: [],
      lostStreams: [],
      deauthorizedAt: null,
    });
    await this.runs.start(firstBackfill(this.connection));
  }

  private pausePorts() {
    const stopAll = () => Promise.resolve(this.breakOff('ABORTED'));
    return { ...this.stores(), clock: this.clock, runs: this.runs, executions: { stopAll } };
  }

  /** Zoom tells that users have changed. */
  async usersChanged(): Promise<void> {
    if (this.isDown) return;
    const ports = { connections: this.connections, runs: this.runs, audit: new RecordingAuditLog(), clock: this.clock };
    const at = new Date(this.clock.now()).toISOString();
    await makeHandleZoomEvent(ports)({ kind: 'usersChanged', zoomAccountId: SOURCE.zoomAccountId, at });
  }

  /** Starts an execution, as whoever may does; of a name that was there already it is left alone. */
  readonly runs: RunStarter = {
    start: (request) => {
      const name = executionName(request);
      if (!this.executions.has(name)) this.execute(name, request);
      return Promise.resolve(`arn:execution:${name}`);
    },
  };

  /** Ends the executions that run, from without; what their functions are doing goes on. */
  breakOff(end: BrokenEnd): void {
    for (const execution of this.executions.values()) if (!execution.isOver) this.end(execution, end);
  }

  /** Waits until no execution runs. */
  async rest(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private execute(name: string, request: RunRequest): void {
    let ended: () => void = NOBODY;
    const execution: Execution = { request, isOver: false, ended: () => ended() };
    this.executions.set(name, execution);
    this.track(new Promise((resolve) => (ended = resolve)));
    this.interpret(execution).catch(() => this.end(execution, 'FAILED'));
  }

  private async interpret(execution: Execution): Promise<void> {
    const { clock, histories } = this;
    const { request } = execution;
    // up to 2, 4, 8, 16 and 32 s, as FAULT_RETRY has it
    const retryAfterMs = (failures: number) =>
      failures <= 5 ? this.chance.fraction() * 2 ** failures * SECOND : undefined;
    const around = { clock, histories, retryAfterMs, delays: new AwsDelays(clock) };
    const end = await runExecution({ part: 1, ...request }, this.steps(execution), around);
    if (end === 'goesOn') await this.runs.start({ ...request, part: (request.part ?? 1) + 1 });
    execution.isOver = true;
    execution.ended();
  }

  /** Notes, as a rule on the bus does, that an execution did not come to its end. */
  private end(execution: Execution, end: BrokenEnd): void {
    if (execution.isOver) return;
    execution.isOver = true;
    execution.ended();
    const note = async () => {
      do await this.clock.sleep(2 * SECOND);
      while (this.isDown);
      await noteBrokenRun({ connections: this.connections, clock: this.clock }, execution.request, end);
    };
    this.track(note());
  }

  private track(work: Promise<void>): void {
    this.running.add(work);
    void work.then(() => this.running.delete(work));
  }

  private steps(execution: Execution): Steps {
    const step = async <Result>(call: (ports: Ports) => Promise<Result>): Promise<Result> => {
      if (execution.isOver) return new Promise(() => undefined);
      return this.invoke(call);
    };
    return {
      plan: async (task) => {
        const plan = await step((ports) => planOf(ports, this.quotaShare)(task));
        this.watcher.planned(plan, execution);
        return plan;
      },
      read: (task, deadline) => step((ports) => workerOf(ports, this.quotaShare)(task, deadline)),
      finish: (run) =>
        step(async (ports) => {
          this.watcher.finishing(run);
          const summary = await makeFinishRun(ports)(run);
          await this.watcher.finished(run);
          return summary;
        }),
    };
  }

  /** Runs a function, which may be killed on its way. */
  private async invoke<Result>(call: (ports: Ports) => Promise<Result>): Promise<Result> {
    if (this.isDown) throw new Error('no function can be invoked');
    const { zoom, clock, runs } = this;
    const life = { isOver: false };
    const ports = { ...this.stores(life), zoom, clock, runs, tokens: TOKENS, log: SILENT };
    if (this.isCalm || !this.chance.of(this.props.killed)) return call(ports);
    let kill: () => void = NOBODY;
    const killed = new Promise<never>((_resolve, reject) => {
      kill = () => {
        life.isOver = true;
        reject(new Killed());
      };
    });
    killed.catch(NOBODY);
    const death = { nth: 1 + this.chance.below(LATEST_DEATH), when: this.chance.pick(MOMENTS) };
    const work = call(mortalPorts(ports, MORTAL, death, kill));
    work.catch(NOBODY);
    return Promise.race([work, killed]);
  }

  private get quotaShare() {
    return { perSecond: 0.5, perDay: this.props.callsADay / PRO_CALLS_A_DAY };
  }

  /** @param life - of the function that has them: what it still waits for when it is killed never happens. */
  private stores(life = { isOver: false }) {
    const { connections, checkpoints, progress, seenUsers, deadLetters, facts, quota } = this;
    const stores = { connections, checkpoints, progress, seenUsers, deadLetters, facts, quota };
    if (!this.props.isSlow || this.isCalm) return stores;
    const slow = Object.entries(stores).map(([name, store]) => [name, this.slowed(store, life)]);
    return Object.fromEntries(slow) as typeof stores;
  }

  /** A store whose answers take time, and now and then long. */
  private slowed<Store extends object>(store: Store, life: { readonly isOver: boolean }): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        const isPlain = Object.prototype.toString.call(member) !== '[object AsyncGeneratorFunction]';
        if (typeof member !== 'function' || !isPlain) return member;
        return async (...args: unknown[]): Promise<unknown> => {
          const { clock, chance } = this;
          await clock.sleep(chance.of(SLOW_SHARE) ? chance.below(20 * SECOND) : chance.below(10));
          if (life.isOver) return new Promise(() => undefined);
          return Reflect.apply(member, target, args);
        };
      },
    });
  }
}

type Ports = Pick<
  SimulatedConnector,
  | 'connections'
  | 'checkpoints'
  | 'progress'
  | 'seenUsers'
  | 'deadLetters'
  | 'facts'
  | 'quota'
  | 'zoom'
  | 'clock'
  | 'runs'
> & { readonly tokens: AccessTokens; readonly log: typeof SILENT };

const TOKENS: AccessTokens = { get: () => Promise.resolve({ kind: 'token', accessToken: 'access' }) };

function planOf(ports: Ports, quotaShare: QuotaShare) {
  const probeStreams = makeProbeStreams(ports, { quotaShare, apiUrl: API_URL });
  // nobody pauses it here
  const keepAlive = () => Promise.resolve();
  return makePlanRun(
    { ...ports, probeStreams, keepAlive },
    { backfillDays: BACKFILL_DAYS, overlapMinutes: OVERLAP_MINUTES, sweepDays: SWEEP_DAYS },
  );
}

function workerOf(ports: Ports, quotaShare: QuotaShare) {
  return makeWorker(ports, { quotaShare, retentionDays: SOURCE.retentionDays, apiUrl: API_URL });
}
