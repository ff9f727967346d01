import { fraction, mix } from '../../dev/zoom-simulator/random';

/** Chances that are the same whenever the seed is. */
export class Chance {
  private drawn = 0;

  constructor(private readonly seed: number) {}

  /** Whether something of this probability happens. */
  of(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** A number from 0 up to 1. */
  fraction(): number {
    return fraction(mix(this.seed, this.drawn++));
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }
}
