/** Length of a UTC day. */
export const DAY_MS = 86_400_000;

/** A UTC date as the whole number of days since 1970-01-01. */
export type Day = number;

/** The UTC date of an instant in epoch milliseconds. */
export function dayOf(instantMs: number): Day {
  return Math.floor(instantMs / DAY_MS);
}

/** Writes a date as `yyyy-MM-dd`. */
export function formatDay(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Reads `yyyy-MM-dd`.
 *
 * @returns the day, or `undefined` when the text is not a date of the calendar.
 */
export function parseDay(text: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = dayOf(Date.parse(`${text}T00:00:00Z`));
  return Number.isNaN(day) || formatDay(day) !== text ? undefined : day;
}

/** Writes an instant as Zoom does in answers: ISO 8601, UTC, whole seconds. */
export function formatInstant(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
}
