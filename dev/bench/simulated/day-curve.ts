const HOUR_MS = 3_600_000;

/** How a day's rows are spread over its hours. */
export const PROFILES = ['even', 'office-hours'] as const;
export type Profile = (typeof PROFILES)[number];

/** Share of a day's rows in each UTC hour: nine of ten fall between 7 and 19 o'clock. */
const HOURS: Readonly<Record<Profile, (hour: number) => number>> = {
  even: () => 1 / 24,
  'office-hours': (hour) => (hour >= 7 && hour < 19 ? 0.9 / 12 : 0.1 / 12),
};

/** When of a day which share of its rows has happened. */
export class DayCurve {
  /** Share of the rows before each full hour. */
  private readonly before: readonly number[];

  constructor(profile: Profile) {
    const share = HOURS[profile];
    this.before = Array.from({ length: 25 }, (_, hour) =>
      Array.from({ length: hour }, (_unused, earlier) => share(earlier)).reduce((sum, part) => sum + part, 0),
    );
  }

  /** The share of a day's rows that happen before a time of the day. @param timeMs - since midnight. */
  shareBefore(timeMs: number): number {
    const hour = Math.min(23, Math.floor(timeMs / HOUR_MS));
    const [from = 0, to = 1] = this.before.slice(hour, hour + 2);
    return from + (to - from) * (timeMs / HOUR_MS - hour);
  }

  /** The time of day, in ms since midnight, before which a share of the rows have happened. @param share - in [0, 1). */
  timeAt(share: number): number {
    let [low, high] = [0, 24];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.before[middle] ?? 1) <= share) low = middle;
      else high = middle;
    }
    const [from, to] = [this.before[low] ?? 0, this.before[low + 1] ?? 1];
    return HOUR_MS * (low + (share - from) / (to - from));
  }
}
