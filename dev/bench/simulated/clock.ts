import type { Clock } from '../../../lambdas/core/clock';

interface Sleeper {
  readonly wakesAt: number;
  /** Breaks ties: those who sleep until the same instant wake in the order in which they fell asleep. */
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that jumps to the next sleeper's end whenever nobody has anything else to do: days pass in seconds. Sleepers are
 * kept in a heap, since millions of sleeps are slept.
 */
export class SimulatedClock implements Clock {
  private readonly heap: Sleeper[] = [];
  private asleep = 0;

  /** @param time - where it begins, epoch ms. */
  constructor(private time: number) {}

  readonly now = (): number => this.time;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.push({ wakesAt: this.time + Math.max(0, milliseconds), order: this.asleep++, wake });
    });

  /** Lets time pass until `work` is over. @throws Error when it waits for something that no time will bring. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    await this.runUntil(work, Infinity);
    return work;
  }

  /**
   * Lets time pass until `work` is over, or it is `untilMs` (epoch ms).
   *
   * @returns whether it was over by then.
   * @throws what the work throws, and an Error when it waits for something that no time will bring.
   */
  async runUntil(work: Promise<unknown>, untilMs: number): Promise<boolean> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    work.then(end, end);
    for (;;) {
      // everything that can go on without time does
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) {
        await work;
        return true;
      }
      const next = this.pop();
      if (next === undefined) throw new Error('the work waits, and nobody sleeps');
      if (next.wakesAt > untilMs) return false;
      this.time = next.wakesAt;
      next.wake();
    }
  }

  private push(sleeper: Sleeper): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(sleeper);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || wakesBefore(parent, sleeper)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = sleeper;
  }

  private pop(): Sleeper | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && wakesBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || wakesBefore(last, child)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }
}

function wakesBefore(a: Sleeper, b: Sleeper): boolean {
  return a.wakesAt < b.wakesAt || (a.wakesAt === b.wakesAt && a.order < b.order);
}
