import type { Clock } from '../../lambdas/core/clock';
import { NOW } from './clock';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** Time that jumps to the next sleeper's end whenever nobody has anything else to do: days pass in milliseconds. */
export class SimulatedClock implements Clock {
  private sleepers: Sleeper[] = [];

  constructor(private time = NOW) {}

  readonly now = (): number => this.time;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.sleepers.push({ wakesAt: this.time + Math.max(0, milliseconds), wake });
    });

  /** Lets time pass until `work` is over. @throws Error when it waits for something that no time will bring. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    work.then(end, end);
    for (;;) {
      // everything that can go on without time does
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) return work;
      const next = this.sleepers.reduce<Sleeper | undefined>(
        (a, b) => (a && a.wakesAt <= b.wakesAt ? a : b),
        undefined,
      );
      if (next === undefined) throw new Error('the work waits, and nobody sleeps');
      this.sleepers = this.sleepers.filter((sleeper) => sleeper !== next);
      this.time = Math.max(this.time, next.wakesAt);
      next.wake();
    }
  }
}
