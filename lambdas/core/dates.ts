export const DAY_MS = 86_400_000;

/** So far may the clocks of Zoom and ours be apart: a day that has begun by our clock may not have by Zoom's. */
export const CLOCKS_APART_MS = 5 * 60_000;

/** The UTC date of an instant, `yyyy-MM-dd`. @param epochMs - epoch ms. */
export function utcDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** The latest of these instants (ISO 8601 UTC); `null` when there is none. */
export function latest(...instants: readonly (string | null | undefined)[]): string | null {
  return instants.reduce<string | null>(
    (a, b) => (b != null && (a === null || Date.parse(b) > Date.parse(a)) ? b : a),
    null,
  );
}

/** When the next UTC day begins, and with it Zoom's daily limits, epoch ms. */
export function nextUtcMidnight(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}

/** The ISO 8601 week of an instant (epoch ms), for example `2026-W48`: from Monday on, of the year of its Thursday. */
export function isoWeek(epochMs: number): string {
  const daysSinceMonday = (new Date(epochMs).getUTCDay() + 6) % 7;
  const thursday = epochMs + (3 - daysSinceMonday) * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
