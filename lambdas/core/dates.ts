export const DAY_MS = 86_400_000;

/** The UTC date of an instant, `yyyy-MM-dd`. @param epochMs - epoch ms. */
export function utcDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** When the next UTC day begins, and with it Zoom's daily limits, epoch ms. */
export function nextUtcMidnight(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}
