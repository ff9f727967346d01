import type { FastifyInstance } from 'fastify';
import { type Day, dayOf, formatDay, parseDay } from './days';
import { invalidField } from './errors';
import type { History } from './history';
import type { OperationRow } from './operation';
import type { Position } from './page-token';
import { readPageRequest, writeNextPageToken } from './paging';
import { mix } from './random';
import { type Call, requirePrivilege, serve } from './rest';
import type { Simulation } from './simulation';

const MAX_PAGE_SIZE = 300;

/** Zoom gives one month at a time: 31 dates, both ends included. */
const LONGEST_WINDOW_DAYS = 31;

const HISTORY_MONTHS = 6;

/** What `category_type` may ask for, and the words that rows use for it. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  user: ['User'],
  user_settings: ['User Settings'],
  account: ['Account', 'User Group'],
  billing: ['Billing'],
  im: ['IM'],
  recording: ['Recording'],
  phone_contacts: ['Phone Contacts'],
  webinar: ['Webinar'],
  sub_account: ['Sub Account'],
  role: ['Role'],
  zoom_rooms: ['Zoom Rooms'],
};

interface Window {
  readonly from: Day;
  readonly to: Day;
}

/** Adds the two reports to the server. */
export function registerReports(app: FastifyInstance, simulation: Simulation): void {
  const activities = {
    path: '/report/activities',
    label: 'Heavy',
    scopes: ['report:read:user_activities:admin', 'report:read:admin'],
    paid: true,
  } as const;
  app.get(
    '/v2/report/activities',
    serve(simulation, activities, (call) => {
      requirePrivilege(call);
      const today = dayOf(call.nowMs);
      const { from = today - LONGEST_WINDOW_DAYS + 1, to = today } = {
        from: dayIn(call, 'from'),
        to: dayIn(call, 'to'),
      };
      const window = servedWindow({ from, to }, call.nowMs);
      const { rows, ...page } = readReportPage(simulation, call, call.account.activities, window);
      const midnight = (day: Day): string => `${formatDay(day)}T00:00:00Z`;
      return { from: midnight(window.from), to: midnight(window.to), ...page, activity_logs: rows };
    }),
  );

  const operations = {
    path: '/report/operationlogs',
    label: 'Heavy',
    scopes: ['report:read:operation_logs:admin', 'report:read:admin'],
    paid: true,
  } as const;
  app.get(
    '/v2/report/operationlogs',
    serve(simulation, operations, (call) => {
      requirePrivilege(call);
      const [from, to] = [dayIn(call, 'from'), dayIn(call, 'to')];
      if (from === undefined) throw invalidField('from', 'Missing field.');
      if (to === undefined) throw invalidField('to', 'Missing field.');
      const source = ofCategory(call.account.operations, call.query.category_type ?? 'all');
      const { rows, ...page } = readReportPage(simulation, call, source, servedWindow({ from, to }, call.nowMs));
      return { ...page, operation_logs: rows };
    }),
  );
}

type RowSource<Row extends { time: string }> = Pick<History<Row>, 'total' | 'slice'>;

function readReportPage<Row extends { time: string }>(
  simulation: Simulation,
  call: Call,
  source: RowSource<Row>,
  { from, to }: Window,
) {
  const { position, pageSize } = readPageRequest(simulation, call, MAX_PAGE_SIZE);
  const current: Position = position ?? {
    start: 0,
    oldestFirst: simulation.faults.strike('outOfOrder', call.target) !== undefined,
  };
  const total = source.total(from, to);
  const end = Math.min(current.start + pageSize, total);
  const rows = current.oldestFirst
    ? source.slice(from, to, total - end, end - current.start).reverse()
    : source.slice(from, to, current.start, pageSize);
  const shuffled = simulation.faults.strike('shuffledPage', call.target) !== undefined;
  return {
    page_size: pageSize,
    next_page_token: writeNextPageToken(
      simulation,
      call,
      current,
      end < total ? { ...current, start: end } : undefined,
    ),
    rows: shuffled ? shuffle(rows) : rows,
  };
}

/** Leaves out what the account's history does not reach or a single answer does not span. */
function servedWindow({ from, to }: Window, nowMs: number): Window {
  const sixMonthsAgo = new Date(nowMs);
  sixMonthsAgo.setUTCMonth(sixMonthsAgo.getUTCMonth() - HISTORY_MONTHS);
  if (from < dayOf(sixMonthsAgo.getTime()))
    throw invalidField('from', 'The date must fall within the last six months.');
  if (to < from) throw invalidField('to', 'The end must not be before the start.');
  // a longer window is cut without a word, and keeps its newest part
  return { from: Math.max(from, to - LONGEST_WINDOW_DAYS + 1), to };
}

/** Reads a date parameter; Zoom also takes a time of day behind it, which does not filter here. */
function dayIn({ query }: Call, name: string): Day | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const day = parseDay(value.replace(/ \d{2}:\d{2}$/, ''));
  if (day === undefined) throw invalidField(name);
  return day;
}

function ofCategory(operations: History<OperationRow>, category: string): RowSource<OperationRow> {
  if (category === 'all') return operations;
  const names = CATEGORIES[category];
  if (names === undefined) throw invalidField('category_type');
  const matching = (from: Day, to: Day): OperationRow[] =>
    [...operations.rows(from, to)].filter((row) => names.includes(row.category_type));
  return {
    total: (from, to) => matching(from, to).length,
    slice: (from, to, offset, limit) => matching(from, to).slice(offset, offset + limit),
  };
}

function shuffle<T>(rows: readonly T[]): T[] {
  return rows
    .map((row, index) => ({ row, rank: mix(index, rows.length) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ row }) => row);
}
