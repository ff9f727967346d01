import type {
  PlanTask,
  RunPlan,
  RunRef,
  RunRequest,
  WorkerOutcome,
  WorkerTask,
} from '../../../lambdas/contract/workflow';
import type { Clock } from '../../../lambdas/core/clock';
import { DELAYS } from './delays';

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

/** The worker function's time-out. */
const FUNCTION_MS = 10 * 60_000;
/** Workers that read at once. */
const CONCURRENCY = 8;

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
  /** ChoiceStateEntered, ChoiceStateExited; likewise of the others. */
  choice: 2,
  wait: 2,
  pass: 2,
  /** MapStateEntered, MapStateStarted, MapStateSucceeded, MapStateExited. */
  map: 4,
  /** MapIterationStarted, MapIterationSucceeded. */
  iteration: 2,
} as const;

/** Interprets the state machine of `lib/constructs/run-state-machine.ts` on simulated time. Faults end it: none is expected. */
export async function runWorkflow(
  request: RunRequest,
  steps: Steps,
  clock: Clock,
  histories: Histories,
): Promise<void> {
  let events: number = EVENTS.execution;
  histories.executions++;
  const note = (more: number) => {
    events += more;
    histories.longest = Math.max(histories.longest, events);
  };
  const task = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    note(EVENTS.task);
    await clock.sleep(DELAYS.stepMs);
    return call();
  };

  const read = async (run: RunRef, worker: number): Promise<void> => {
    note(EVENTS.iteration);
    for (;;) {
      const said = await task(async () => {
        const deadline = clock.now() + FUNCTION_MS;
        const outcome = await steps.read({ run, worker }, deadline);
        if (clock.now() > deadline) throw new Error('a worker outlived its function');
        return outcome;
      });
      note(EVENTS.choice);
      switch (said.outcome) {
        case 'again':
          break;
        case 'waitUntil':
          note(EVENTS.wait);
          await clock.sleep(Date.parse(said.at) - clock.now());
          break;
        case 'done':
          note(EVENTS.pass);
          return;
      }
    }
  };

  const executionArn = `arn:aws:states:simulated:${request.runId}:${histories.executions}`;
  const { run, workers } = await task(() => steps.plan({ request, executionArn }));
  note(EVENTS.map);
  const waiting = [...workers];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await read(run, next);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  await task(() => steps.finish(run));
}
