import type { ReportKind, Shard, UserStatus } from '../../../lambdas/contract/workflow';
import { USER_STATUSES } from '../../../lambdas/contract/workflow';
import { utcDate } from '../../../lambdas/core/dates';
import type { Json, ZoomRow } from '../../../lambdas/core/facts/stable-form';
import { activityMaker } from '../../zoom-simulator/activity';
import { DAY_MS, formatInstant } from '../../zoom-simulator/days';
import { Directory } from '../../zoom-simulator/directory';
import { operationMaker } from '../../zoom-simulator/operation';
import { type Origin, ordinalOfAddress, ordinalOfId } from '../../zoom-simulator/person';
import { mix } from '../../zoom-simulator/random';
import { asListed } from '../../zoom-simulator/users';
import { type Profile, DayCurve } from './day-curve';

/** What an account holds at the start of its backfill. */
export interface AccountProps {
  readonly users: number;
  /** Rows of both reports together, on all dates that are read. */
  readonly rows: number;
  /** Dates before today that are read. */
  readonly days: number;
  /** How the rows of a date are spread over its hours. */
  readonly profile: Profile;
  /** Rows end here, and what is read is as it was then; epoch ms. */
  readonly startMs: number;
}

/** One report's rows of one date, numbered from 0, oldest first. */
interface ReportDay {
  readonly midnightMs: number;
  /** How many rows of the account come before its own. */
  readonly first: number;
  readonly rows: number;
  /** The share of the date's time line that lies before the start: 1 but for today. */
  readonly until: number;
}

const ADMINS = 5;
const SEED = 1;
/** Of the rows, those of the operation log; the rest are sign-ins and sign-outs. */
const OPERATIONS_SHARE = 0.05;
/** How busy a day of the week is, Sunday first. */
const WEEKDAYS = [0.2, 1, 1, 1, 1, 1, 0.3];

/**
 * The truth that a backfill is to find, made row by row when asked for and never kept, so that 100 million rows need no
 * memory. No two rows are alike, and each tells its own position.
 */
export class Account {
  readonly users: number;
  /** Users and rows of the reports together. */
  readonly total: number;
  private readonly directory: Directory;
  private readonly origin: Origin;
  private readonly curve: DayCurve;
  private readonly days: ReadonlyMap<string, ReportDay>;
  private readonly make: Readonly<
    Record<ReportKind, (hash: (salt: number) => number, time: string, index: number) => ZoomRow>
  >;

  constructor(props: AccountProps) {
    this.origin = { seed: SEED, domain: 'simulated.example.com', startedAtMs: props.startMs };
    this.directory = new Directory({ origin: this.origin, users: props.users, admins: ADMINS });
    this.curve = new DayCurve(props.profile);
    this.days = reportDays(props, this.curve);
    this.users = props.users;
    this.total = props.users + props.rows;
    const activity = activityMaker(this.origin, this.directory.initiallyActive);
    const operation = operationMaker(this.origin, ADMINS + 1, props.users);
    this.make = {
      user_activity: (hash, time, index) => ({ ...activity(hash, time), ip_address: addressOf(index) }),
      admin_operation: (hash, time, index) => {
        const row = operation(hash, time);
        return { ...row, operation_detail: `${row.operation_detail} ${index}` };
      },
    };
  }

  /** How many rows a shard has. */
  rowsOf(shard: Shard): number {
    return shard.stream === 'user' ? this.directory.total(shard.status) : this.dayOf(shard.stream, dateOf(shard)).rows;
  }

  /**
   * A slice of a shard in Zoom's order: users as they were added, reports newest first.
   *
   * @param nowMs - when it is asked for, epoch ms.
   */
  slice(shard: Shard, offset: number, count: number, nowMs: number): ZoomRow[] {
    const length = Math.max(0, Math.min(count, this.rowsOf(shard) - offset));
    if (shard.stream === 'user') {
      const first = this.firstOrdinal(shard.status) + offset;
      return Array.from({ length }, (_, i) => this.userRow(first + i, nowMs));
    }
    const { stream } = shard;
    const day = this.dayOf(stream, dateOf(shard));
    return Array.from({ length }, (_, i) => this.reportRow(stream, day, day.rows - 1 - offset - i));
  }

  /** A user's row. @param ordinal - from 0, in the order in which the account was given its users. */
  userRow(ordinal: number, nowMs: number): ZoomRow {
    const user = this.directory.at(ordinal);
    if (user === undefined) throw new RangeError(`no user ${ordinal}`);
    return asListed(user, nowMs) as ZoomRow;
  }

  /** The position of a user's row among all of the account: users come first. */
  positionOfUser({ id, email }: ZoomRow): number {
    const ordinal =
      typeof id === 'string'
        ? ordinalOfId(this.origin, id)
        : ordinalOfAddress(this.origin, textOf(email).toLowerCase());
    if (ordinal === undefined || ordinal >= this.users) throw new RangeError('the account has no such user');
    return ordinal;
  }

  /** The position of a report's row among all of the account. */
  positionOfReport(kind: ReportKind, row: ZoomRow): number {
    const { first, rows } = this.dayOf(kind, textOf(row.time).slice(0, 10));
    const index =
      kind === 'user_activity'
        ? indexOf(textOf(row.ip_address))
        : Number(/\d+$/.exec(textOf(row.operation_detail))?.[0]);
    if (!(index < rows)) throw new RangeError(`the account has no such ${kind}`);
    return this.users + first + index;
  }

  private reportRow(kind: ReportKind, { midnightMs, first, rows, until }: ReportDay, index: number): ZoomRow {
    const share = ((index + 0.5) / rows) * until;
    const time = formatInstant(midnightMs + this.curve.timeAt(share));
    return this.make[kind]((salt) => mix(SEED, first + index, salt), time, index);
  }

  private firstOrdinal(status: UserStatus): number {
    const before = USER_STATUSES.slice(0, USER_STATUSES.indexOf(status));
    return before.reduce((sum, earlier) => sum + this.directory.total(earlier), 0);
  }

  private dayOf(kind: ReportKind, date: string): ReportDay {
    const day = this.days.get(nameOf(kind, date));
    if (day === undefined) throw new RangeError(`the account has no ${kind} on ${date}`);
    return day;
  }
}

/** Deals the rows out to reports and dates, by how busy each is; not a row more or less than there are. */
function reportDays({ rows, days, startMs }: AccountProps, curve: DayCurve): ReadonlyMap<string, ReportDay> {
  const today = Math.floor(startMs / DAY_MS);
  const dates = Array.from({ length: days + 1 }, (_, i) => today - days + i);
  const parts = dates.flatMap((day) => {
    const until = day === today ? curve.shareBefore(startMs - day * DAY_MS) : 1;
    const weight = until * (WEEKDAYS[new Date(day * DAY_MS).getUTCDay()] ?? 1);
    return [
      { kind: 'user_activity' as const, day, until, weight: weight * (1 - OPERATIONS_SHARE) },
      { kind: 'admin_operation' as const, day, until, weight: weight * OPERATIONS_SHARE },
    ];
  });
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const found = new Map<string, ReportDay>();
  let before = 0;
  let first = 0;
  for (const { kind, day, until, weight } of parts) {
    before += weight;
    const next = Math.round((rows * before) / all);
    const midnightMs = day * DAY_MS;
    found.set(nameOf(kind, utcDate(midnightMs)), { midnightMs, first, rows: next - first, until });
    first = next;
  }
  return found;
}

const nameOf = (kind: ReportKind, date: string) => `${kind} ${date}`;

function dateOf({ from, to }: { readonly from: string; readonly to: string }): string {
  if (from !== to) throw new RangeError('a backfill reads one date at a time');
  return from;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An IPv6 address of the documentation's range, another one for each row of a date. */
function addressOf(index: number): string {
  return `2001:db8::${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}`;
}

function indexOf(address: string): number {
  const [high = '', low = ''] = address.slice('2001:db8::'.length).split(':');
  return Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
}
