const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `about 4 minutes`, rounded up: a wait that ends early annoys nobody. */
export function duration(seconds: number): string {
  if (seconds < 45) return 'less than a minute';
  if (seconds <= 90 * MINUTE) return about(seconds / MINUTE, 'minute');
  return seconds < 2 * DAY ? about(seconds / HOUR, 'hour') : about(seconds / DAY, 'day');
}

function about(size: number, unit: string): string {
  const count = Math.ceil(size);
  return `about ${count} ${unit}${count === 1 ? '' : 's'}`;
}
