import { describe, expect, it } from '@jest/globals';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { AwsDelays } from '../../../../dev/bench/simulated/delays';
import { type Histories, type Steps, runExecution, runWorkflow } from '../../../../dev/bench/simulated/workflow';
import type { WorkerOutcome } from '../../../../lambdas/contract/workflow';
import { HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import { BACKFILL } from '../../../support/runs';

const REQUEST = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill' } as const;
const DONE: WorkerOutcome = { outcome: 'done' };
const AGAIN: WorkerOutcome = { outcome: 'again' };

/** What an execution without workers writes: itself, two tasks, an empty Map and a choice. */
const FRAME = 2 + 2 * 5 + 4 + 2;
/** An iteration, its end, and a turn of its worker: a task and a choice. */
const ITERATION = 2 + 2;
const TURN = 5 + 2;
/** A try of a task that failed. */
const FAILED_TRY = 3;

/** Runs a workflow whose workers say what is scripted, and then that they are done. */
async function run(workers: readonly number[], said: readonly WorkerOutcome[] = []) {
  const clock = new SimulatedClock(NOW);
  const histories: Histories = { executions: 0, longest: 0 };
  const script = [...said];
  const reads: { worker: number; at: number }[] = [];
  const parts: (number | undefined)[] = [];
  let finished = 0;
  const steps: Steps = {
    plan: ({ request }) => {
      parts.push(request.part);
      return Promise.resolve({ run: BACKFILL, workers });
    },
    read: ({ worker }) => {
      reads.push({ worker, at: clock.now() });
      return Promise.resolve(script.shift() ?? DONE);
    },
    finish: () => Promise.resolve(finished++),
  };
  await clock.run(runWorkflow(REQUEST, steps, { clock, delays: new AwsDelays(clock), histories }));
  return { histories, reads, parts, finished };
}

describe('the interpreted workflow', () => {
  it('calls each worker', async () => {
    const { reads } = await run([0, 1, 2]);
    expect(reads.map(({ worker }) => worker).sort()).toEqual([0, 1, 2]);
  });

  it('calls a worker again that says so', async () => {
    const { reads } = await run([0], [AGAIN, AGAIN]);
    expect(reads).toHaveLength(3);
  });

  it('waits as long as a worker says', async () => {
    const { reads } = await run([0], [{ outcome: 'waitUntil', at: instant(5 * MINUTE) }]);
    expect(reads.at(-1)?.at).toBeGreaterThanOrEqual(NOW + 5 * MINUTE);
  });

  it('finishes the run once, when all workers are done', async () => {
    const { finished } = await run([0, 1], [AGAIN]);
    expect(finished).toBe(1);
  });

  it('goes on in another execution, with the same workers, when a worker says that it is for another day', async () => {
    const { reads, finished, parts } = await run([0, 1], [{ outcome: 'nextDay', at: instant(HOUR) }, DONE]);
    expect(reads).toHaveLength(4);
    expect(reads.slice(2).every(({ at }) => at >= NOW + HOUR)).toBe(true);
    expect({ parts, finished }).toEqual({ parts: [1, 2], finished: 1 });
  });

  it('counts the events of each execution apart', async () => {
    const { histories } = await run([0], [AGAIN, { outcome: 'nextDay', at: instant(HOUR) }, AGAIN, AGAIN]);
    expect(histories).toEqual({ executions: 2, longest: FRAME + ITERATION + 3 * TURN });
  });

  it('counts the wait for another day, which comes in place of the finish', async () => {
    const { histories } = await run([0], [{ outcome: 'nextDay', at: instant(HOUR) }]);
    expect(histories.longest).toBe(FRAME + ITERATION + TURN + 2);
  });

  it('counts the events of an execution that has nothing to do', async () => {
    const { histories } = await run([]);
    expect(histories).toEqual({ executions: 1, longest: FRAME });
  });

  it('counts the events of a worker that is called again and waits', async () => {
    const { histories } = await run([0], [AGAIN, { outcome: 'waitUntil', at: instant(MINUTE) }]);
    expect(histories.longest).toBe(FRAME + ITERATION + 3 * TURN + 2);
  });

  it('fails when a worker outlives its function', async () => {
    const clock = new SimulatedClock(NOW);
    const steps: Steps = {
      plan: () => Promise.resolve({ run: BACKFILL, workers: [0] }),
      read: async (_task, deadline) => {
        await clock.sleep(deadline - clock.now() + 1);
        return DONE;
      },
      finish: () => Promise.resolve(),
    };
    const running = clock.run(
      runWorkflow(REQUEST, steps, { clock, delays: new AwsDelays(clock), histories: { executions: 0, longest: 0 } }),
    );
    await expect(running).rejects.toThrow('outlived');
  });

  describe('whose steps fail now and then', () => {
    /** Runs an execution with steps of which some fail: those are tried again after a second, twice. */
    function execute(change: Partial<Steps>) {
      const clock = new SimulatedClock(NOW);
      const histories: Histories = { executions: 0, longest: 0 };
      const steps: Steps = {
        plan: () => Promise.resolve({ run: BACKFILL, workers: [0] }),
        read: () => Promise.resolve(DONE),
        finish: () => Promise.resolve(),
        ...change,
      };
      const retryAfterMs = (failures: number) => (failures <= 2 ? SECOND : undefined);
      const around = { clock, delays: new AwsDelays(clock), histories, retryAfterMs };
      return clock.run(runExecution(REQUEST, steps, around)).then((end) => ({ end, histories }));
    }
    const failing = (times: number, then: () => unknown = () => undefined) => {
      let left = times;
      return () => (left-- > 0 ? Promise.reject(new Error('broken')) : Promise.resolve(then() as never));
    };

    it('has them tried again', async () => {
      const { end, histories } = await execute({ finish: failing(2) });
      expect({ end, events: histories.longest }).toEqual({
        end: 'finished',
        events: FRAME + ITERATION + TURN + 2 * FAILED_TRY,
      });
    });

    it('fails when a step does for good', async () => {
      await expect(execute({ finish: failing(3) })).rejects.toThrow('broken');
    });

    it('comes to its end without a worker that fails for good', async () => {
      let finished = 0;
      const { end } = await execute({ read: failing(3), finish: () => Promise.resolve(finished++) });
      expect({ end, finished }).toEqual({ end: 'finished', finished: 1 });
    });
  });
});
