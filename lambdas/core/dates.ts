export const DAY_MS = 86_400_000;

/** So far may the clocks of Zoom and ours be apart: a day that has begun by our clock may not have by Zoom's. */
export const CLOCKS_APART_MS = 5 * 60_000;

/** The UTC date of an instant, `yyyy-MM-dd`. @param epochMs - epoch ms. */
export function utcDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** When the next UTC day begins, and with it Zoom's daily limits, epoch ms. */
export function nextUtcMidnight(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}
