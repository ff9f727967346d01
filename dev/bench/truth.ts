import type { FactKind } from '../../lambdas/contract/fact';
import type { Chain } from './floor';

export type Row = Readonly<Record<string, unknown>>;

type ReportKind = Exclude<FactKind, 'user'>;

/** Everything that Zoom has of an account in the dates of a backfill. */
export interface Truth {
  /** `yyyy-MM-dd`, oldest first. */
  readonly dates: readonly string[];
  /** How many users have each status. */
  readonly users: Readonly<Record<string, number>>;
  /** How many rows each report has on each of the dates. */
  readonly reports: Readonly<Record<ReportKind, readonly number[]>>;
  /** Each thing that is to become a fact, once, as {@link factOf} writes it. */
  readonly facts: ReadonlySet<string>;
}

/** What a stream of facts came to, held against the truth. */
export interface Comparison {
  /** Different facts on the stream. */
  readonly facts: number;
  /** Facts that never came. */
  readonly lost: number;
  /** Records beyond the first of a fact. */
  readonly duplicated: number;
  /** Facts that Zoom never stated. */
  readonly invented: number;
}

const USERS_PAGE_SIZE = 2000;
const REPORT_PAGE_SIZE = 300;

/** What tells a row from others, as the contract of the stream says, worked out apart from the connector. */
const IDENTITY: Readonly<Record<FactKind, (row: Row) => readonly unknown[]>> = {
  user: ({ id, email }) => (id ? [id] : [String(email).toLowerCase()]),
  user_activity: (row) => [
    row['email'],
    row['time'],
    row['type'],
    row['ip_address'],
    row['client_type'],
    row['version'],
  ],
  admin_operation: (row) => [
    row['time'],
    row['operator'],
    row['category_type'],
    row['action'],
    row['operation_detail'],
  ],
};

/** Text that two rows share when they are the same fact. */
export function factOf(kind: FactKind, row: Row): string {
  return JSON.stringify([kind, ...IDENTITY[kind](row)]);
}

/** The chains of pages of a reader with the largest pages that Zoom gives and the smallest windows. */
export function chainsOf({ users, reports }: Pick<Truth, 'users' | 'reports'>): Chain[] {
  return [
    ...Object.values(users).map((rows) => ({ label: 'Medium', rows, pageSize: USERS_PAGE_SIZE }) as const),
    ...Object.values(reports)
      .flat()
      .map((rows) => ({ label: 'Heavy', rows, pageSize: REPORT_PAGE_SIZE }) as const),
  ];
}

/** @param records - the fact of each record on the stream, as {@link factOf} writes it. */
export function compare(truth: ReadonlySet<string>, records: readonly string[]): Comparison {
  const streamed = new Set(records);
  return {
    facts: streamed.size,
    lost: [...truth].filter((fact) => !streamed.has(fact)).length,
    duplicated: records.length - streamed.size,
    invented: [...streamed].filter((fact) => !truth.has(fact)).length,
  };
}
