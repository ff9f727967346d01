const ABSOLUTE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const NUMBER = new Intl.NumberFormat('en-US');

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `1,204` */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** `1 record`, `1,204 records` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12 Oct 2026, 08:15 UTC` */
export function absolute(iso: string): string {
  return `${ABSOLUTE.format(new Date(iso))} UTC`;
}

/** `4 minutes ago`, `in 3 hours`, `just now`. @param now - epoch milliseconds. */
export function relative(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return seconds > 0 ? 'in a moment' : 'just now';
  if (size < HOUR) return RELATIVE.format(Math.round(seconds / MINUTE), 'minute');
  if (size < DAY) return RELATIVE.format(Math.round(seconds / HOUR), 'hour');
  return RELATIVE.format(Math.round(seconds / DAY), 'day');
}

/** An instant as it lies from now, its full form at hand. */
export function Ago({ at, now }: { at: string; now: number }) {
  return (
    <time datetime={at} title={absolute(at)}>
      {relative(at, now)}
    </time>
  );
}

/** An instant in full. */
export function Moment({ at }: { at: string }) {
  return (
    <time class="num" datetime={at}>
      {absolute(at)}
    </time>
  );
}

/** A whole day, of UTC. @param date - `yyyy-MM-dd`. */
export function Day({ date }: { date: string }) {
  return (
    <time class="num nowrap" datetime={date}>
      {DATE.format(new Date(date))}
    </time>
  );
}

/** An instant near now: the time of day, with the date when it is not today's (UTC). */
export function Soon({ at, now }: { at: string; now: number }) {
  const sameDay = new Date(at).toISOString().slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return (
    <time class="num" datetime={at}>
      {sameDay ? `${CLOCK.format(new Date(at))} UTC` : absolute(at)}
    </time>
  );
}
