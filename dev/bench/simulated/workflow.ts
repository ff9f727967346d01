import {
  BACKFILL_WORKERS,
  type PlanTask,
  type RunPlan,
  type RunRef,
  type RunRequest,
  type WorkerOutcome,
  type WorkerTask,
} from '../../../lambdas/contract/workflow';
import type { Clock } from '../../../lambdas/core/clock';
import type { AwsDelays } from './delays';

/** The functions that a workflow calls. */
export interface Steps {
  plan(task: PlanTask): Promise<RunPlan>;
  /** @param deadline - epoch ms at which the function is ended. */
  read(task: WorkerTask, deadline: number): Promise<WorkerOutcome>;
  finish(run: RunRef): Promise<unknown>;
}

/** What the executions of a run have written. */
export interface Histories {
  executions: number;
  /** Events of the longest history; Step Functions ends an execution at 25,000. */
  longest: number;
}

/** What a workflow runs in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly delays: Pick<AwsDelays, 'step'>;
  /** Where it notes what it writes. */
  readonly histories: Histories;
  /**
   * How long a step that has failed so often in a row waits for its next try, ms; `undefined` when it has no more.
   *
   * @default none is expected to fail: the first that does ends the run
   */
  readonly retryAfterMs?: (failures: number) => number | undefined;
}

/** The worker function's time-out. */
const FUNCTION_MS = 10 * 60_000;

/**
 * What Step Functions writes into an execution's history.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
const EVENTS = {
  /** ExecutionStarted, ExecutionSucceeded. */
  execution: 2,
  /** TaskStateEntered, TaskScheduled, TaskStarted, TaskSucceeded, TaskStateExited. */
  task: 5,
  /** TaskScheduled, TaskStarted, TaskFailed. */
  failedTry: 3,
  /** ChoiceStateEntered, ChoiceStateExited; likewise of the others. */
  choice: 2,
  wait: 2,
  pass: 2,
  /** MapStateEntered, MapStateStarted, MapStateSucceeded, MapStateExited. */
  map: 4,
  /** MapIterationStarted, MapIterationSucceeded. */
  iteration: 2,
} as const;

/**
 * Interprets the state machine of `lib/constructs/run-state-machine.ts` on simulated time: execution after execution, for
 * a run that waits for another day is gone on with by the next.
 */
export async function runWorkflow(request: RunRequest, steps: Steps, around: Surroundings): Promise<void> {
  for (let part = request.part ?? 1; ; part++) {
    const end = await runExecution({ ...request, part }, steps, around);
    if (end === 'finished') return;
  }
}

/**
 * One execution.
 *
 * @returns whether the run is at its end, or the next execution goes on with it.
 * @throws what a step throws whose tries are used up; of a worker that is caught, and its shards stay unread.
 */
export async function runExecution(
  request: RunRequest,
  steps: Steps,
  { clock, delays, histories, retryAfterMs }: Surroundings,
): Promise<'finished' | 'goesOn'> {
  let events: number = EVENTS.execution;
  histories.executions++;
  const note = (more: number) => {
    events += more;
    histories.longest = Math.max(histories.longest, events);
  };
  const task = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    note(EVENTS.task);
    for (let failures = 1; ; failures++) {
      await delays.step();
      try {
        return await call();
      } catch (error) {
        const waitMs = retryAfterMs?.(failures);
        if (waitMs === undefined) throw error;
        note(EVENTS.failedTry);
        await clock.sleep(waitMs);
      }
    }
  };
  const waitUntil = async (at: string) => {
    note(EVENTS.wait);
    await clock.sleep(Date.parse(at) - clock.now());
  };

  const turn = async (run: RunRef, worker: number): Promise<WorkerOutcome> => {
    const deadline = clock.now() + FUNCTION_MS;
    const outcome = await steps.read({ run, worker }, deadline);
    if (clock.now() > deadline) throw new Error('a worker outlived its function');
    return outcome;
  };
  /** @returns when the worker goes on, if that is another day. */
  const read = async (run: RunRef, worker: number): Promise<string | undefined> => {
    note(EVENTS.iteration);
    for (;;) {
      let said: WorkerOutcome;
      try {
        said = await task(() => turn(run, worker));
      } catch (error) {
        if (retryAfterMs === undefined) throw error;
        note(EVENTS.pass);
        return undefined;
      }
      note(EVENTS.choice);
      switch (said.outcome) {
        case 'again':
          break;
        case 'waitUntil':
          await waitUntil(said.at);
          break;
        case 'nextDay':
          note(EVENTS.pass);
          return said.at;
        case 'done':
          note(EVENTS.pass);
          return undefined;
      }
    }
  };

  const executionArn = `arn:aws:states:simulated:${request.runId}:${request.part}`;
  const { run, workers } = await task(() => steps.plan({ request, executionArn }));
  note(EVENTS.map);
  const waiting = [...workers];
  const goOnAt: string[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const at = await read(run, next);
      if (at !== undefined) goOnAt.push(at);
    }
  };
  await Promise.all(Array.from({ length: BACKFILL_WORKERS }, lane));
  note(EVENTS.choice);
  const [first] = goOnAt.sort();
  if (first !== undefined) {
    await waitUntil(first);
    await task(() => Promise.resolve());
    return 'goesOn';
  }
  await task(() => steps.finish(run));
  return 'finished';
}
