import type { Clock } from '../../../lambdas/core/clock';
import { fraction, mix } from '../../zoom-simulator/random';

/**
 * The time that AWS takes for what a backfill asks of it, as a function in the same region sees it on an ordinary day.
 * Each takes by chance up to half as long again or half as long, as otherwise functions that ask at once would go in step
 * for ever; the chance is the same in each run.
 */
export class AwsDelays {
  private taken = 0;

  constructor(private readonly clock: Clock) {}

  /** A consistent read of a DynamoDB item. */
  read(): Promise<void> {
    return this.about(4);
  }

  /** A write of a DynamoDB item. */
  write(): Promise<void> {
    return this.about(6);
  }

  /** The facts of a page: its twelve batches, two side by side. */
  factsOfPage(): Promise<void> {
    return this.about(60);
  }

  /** A page of a query, 1 MB. */
  page(): Promise<void> {
    return this.about(100);
  }

  /** The start of an execution. */
  start(): Promise<void> {
    return this.about(50);
  }

  /** From the end of a workflow's step to the first line of the next one's function. */
  step(): Promise<void> {
    return this.about(100);
  }

  private about(milliseconds: number): Promise<void> {
    return this.clock.sleep(milliseconds * (0.5 + fraction(mix(this.taken++))));
  }
}
