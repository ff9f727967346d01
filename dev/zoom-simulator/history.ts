import { DAY_MS, type Day, dayOf, formatInstant } from './days';
import { fraction, mix } from './random';

/** How the rows of one report come about. */
export interface HistoryProps<Row> {
  readonly seed: number;
  /** Rows on each whole day. */
  readonly perDay: number;
  /** First day that has rows. */
  readonly firstDay: Day;
  /** The last day with generated rows is the one of this instant, and has them up to it. */
  readonly startedAtMs: number;
  /** Makes one row; must depend on its arguments alone. */
  readonly make: (hash: (salt: number) => number, time: string) => Row;
}

/**
 * The rows of one report, newest first.
 *
 * Generated rows are made when asked for and never kept, so a hundred million of them need no memory. Rows that were
 * added since the start are kept and merged in by time.
 */
export class History<Row extends { time: string }> {
  /** Added rows by day, each list newest first. */
  private readonly added = new Map<Day, Row[]>();
  private readonly lastDay: Day;
  private readonly lastDayCount: number;

  constructor(private readonly props: HistoryProps<Row>) {
    this.lastDay = dayOf(props.startedAtMs);
    this.lastDayCount = this.countUpTo(this.lastDay, props.perDay, props.startedAtMs);
  }

  /** How many rows there are from one day to another, both whole. */
  total(from: Day, to: Day): number {
    let total = 0;
    for (let day = from; day <= to; day += 1) total += this.totalOn(day);
    return total;
  }

  /**
   * Takes a slice of the rows from one day to another, both whole, newest first.
   *
   * @param offset - how many of the newest rows to skip.
   * @param limit - how many rows to return at most.
   */
  slice(from: Day, to: Day, offset: number, limit: number): Row[] {
    const rows: Row[] = [];
    let skip = offset;
    for (let day = to; day >= from && rows.length < limit; day -= 1) {
      const total = this.totalOn(day);
      if (skip < total) rows.push(...this.sliceOfDay(day, skip, Math.min(total, skip + limit - rows.length)));
      skip = Math.max(0, skip - total);
    }
    return rows;
  }

  /** All rows from one day to another, both whole, newest first, made one after the other. */
  *rows(from: Day, to: Day): Generator<Row> {
    const total = this.total(from, to);
    for (let offset = 0; offset < total; offset += 1000) yield* this.slice(from, to, offset, 1000);
  }

  /** The newest row there is, `undefined` in an empty history. */
  newest(): Row | undefined {
    const latestDay = Math.max(this.lastDay, ...this.added.keys());
    return this.slice(Math.min(this.props.firstDay, ...this.added.keys()), latestDay, 0, 1)[0];
  }

  /** Adds a row at its own time, which may lie before rows that were served already. */
  add(row: Row): void {
    const day = dayOf(Date.parse(row.time));
    const rows = this.added.get(day) ?? [];
    const position = rows.findIndex(({ time }) => time <= row.time);
    rows.splice(position < 0 ? rows.length : position, 0, row);
    this.added.set(day, rows);
  }

  /** Forgets every added row. */
  reset(): void {
    this.added.clear();
  }

  private totalOn(day: Day): number {
    return this.generatedOn(day) + (this.added.get(day)?.length ?? 0);
  }

  private generatedOn(day: Day): number {
    if (day < this.props.firstDay || day > this.lastDay) return 0;
    return day === this.lastDay ? this.lastDayCount : this.props.perDay;
  }

  private sliceOfDay(day: Day, start: number, end: number): Row[] {
    const generated = this.generatedOn(day);
    const added = this.added.get(day) ?? [];
    // an added row stands behind the added rows before it and the generated rows that are newer
    const ranks = added.map(({ time }, index) => index + generated - this.countUpTo(day, generated, Date.parse(time)));
    const rows: Row[] = [];
    let next = ranks.filter((rank) => rank < start).length;
    for (let rank = start; rank < end; rank += 1) {
      const row = ranks[next] === rank ? added[next] : undefined;
      if (row !== undefined) next += 1;
      rows.push(row ?? this.generate(day, generated - 1 - (rank - next)));
    }
    return rows;
  }

  /** Counts the generated rows of a day, out of the oldest `count`, that are not newer than an instant. */
  private countUpTo(day: Day, count: number, instantMs: number): number {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(day, this.sourceOf(day, middle)) <= instantMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private generate(day: Day, index: number): Row {
    const source = this.sourceOf(day, index);
    return this.props.make((salt) => mix(this.props.seed, day, source, salt), formatInstant(this.timeOf(day, source)));
  }

  /** About one row in a hundred repeats the one before it, field by field. */
  private sourceOf(day: Day, index: number): number {
    return index > 0 && mix(this.props.seed, day, index, 1) % 101 === 0 ? index - 1 : index;
  }

  /** Rows are spread over the day at random, and a higher index is never earlier. */
  private timeOf(day: Day, index: number): number {
    const position = (index + fraction(mix(this.props.seed, day, index, 2))) / this.props.perDay;
    return day * DAY_MS + Math.floor(position * 86_400) * 1000;
  }
}
