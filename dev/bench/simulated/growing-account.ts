import type { FactKind } from '../../../lambdas/contract/fact';
import type { ReportKind, Shard } from '../../../lambdas/contract/workflow';
import { type Fact, type FactSource, isMalformed, makeFact } from '../../../lambdas/core/facts/fact';
import type { FactStore } from '../../../lambdas/core/facts/ports';
import { REPORTS } from '../../../lambdas/core/runs/shards';
import type { Json, ZoomRow } from '../../../lambdas/core/facts/stable-form';
import { formatInstant } from '../../zoom-simulator/days';
import type { Account } from './account';
import type { AwsDelays } from './delays';

/** Rows that happened evenly between two instants, epoch ms. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** How many rows of the report came before. */
  readonly first: number;
  readonly rows: number;
}

const DAY_MS = 86_400_000;
/** Of ten rows nine are sign-ins. */
const OPERATIONS_SHARE = 0.1;

/** An account to which rows are added, made when asked for and never kept. Each row tells its own number. */
export class GrowingAccount {
  private readonly stretches: Readonly<Record<ReportKind, Stretch[]>> = { user_activity: [], admin_operation: [] };

  /** @param users - an account that lends its users. */
  constructor(readonly users: Account) {}

  /** Has so many rows of both reports happen, all of them later than those before. */
  grow(rows: number, fromMs: number, toMs: number): void {
    const operations = Math.round(rows * OPERATIONS_SHARE);
    this.stretches.admin_operation.push({ fromMs, toMs, first: this.total('admin_operation'), rows: operations });
    this.stretches.user_activity.push({ fromMs, toMs, first: this.total('user_activity'), rows: rows - operations });
  }

  /** Rows of a report so far. */
  total(kind: ReportKind): number {
    const last = this.stretches[kind].at(-1);
    return last === undefined ? 0 : last.first + last.rows;
  }

  rowsOf(shard: Shard): number {
    if (shard.stream === 'user') return this.users.rowsOf(shard);
    const [first, end] = this.range(shard);
    return end - first;
  }

  slice(shard: Shard, offset: number, count: number, nowMs: number): ZoomRow[] {
    if (shard.stream === 'user') return this.users.slice(shard, offset, count, nowMs);
    const [first, end] = this.range(shard);
    const newest = end - 1 - offset;
    const length = Math.max(0, Math.min(count, newest - first + 1));
    return Array.from({ length }, (_, index) => this.row(shard.stream, newest - index));
  }

  /** The numbers of the rows of the shard's dates: the first of them, and the one after the last. */
  private range({ stream, from, to }: Exclude<Shard, { stream: 'user' }>): [number, number] {
    return [this.before(stream, Date.parse(from)), this.before(stream, Date.parse(to) + DAY_MS)];
  }

  private before(kind: ReportKind, instantMs: number): number {
    return this.stretches[kind].reduce((sum, { fromMs, toMs, rows }) => {
      const share = (instantMs - fromMs) / (toMs - fromMs);
      return sum + Math.min(rows, Math.max(0, Math.ceil(share * rows - 0.5)));
    }, 0);
  }

  private row(kind: ReportKind, number: number): ZoomRow {
    const stretch = this.stretches[kind].findLast(({ first }) => number >= first);
    if (stretch === undefined) throw new RangeError(`the account has no ${kind} ${number}`);
    const { fromMs, toMs, first, rows } = stretch;
    const time = formatInstant(fromMs + ((number - first + 0.5) / rows) * (toMs - fromMs));
    return kind === 'user_activity'
      ? {
          email: 'ana@example.com',
          time,
          type: 'Sign in',
          ip_address: `${number}`,
          client_type: 'Browser',
          version: '-',
        }
      : {
          operator: 'ana@example.com',
          time,
          category_type: 'Account',
          action: 'Update',
          operation_detail: `${number}`,
        };
  }
}

/** A connection's part of the facts table: of each row of a report one bit is kept, whether its fact is stored. */
export class GrowingFactStore implements FactStore {
  /** Keys that were looked up, and items that were written. */
  lookups = 0;
  writes = 0;
  /** Records on the stream: facts that are new. */
  records = 0;
  private readonly stored: Readonly<Record<ReportKind, Uint8Array>>;

  /** Holds all that the account has. @param mostRows - that it will ever have. */
  constructor(
    private readonly account: GrowingAccount,
    private readonly source: FactSource,
    private readonly delays: AwsDelays,
    mostRows: number,
  ) {
    const all = (kind: ReportKind) => {
      const bits = new Uint8Array(Math.ceil(mostRows / 8));
      for (let number = 0; number < account.total(kind); number += 1) setBit(bits, number);
      return bits;
    };
    this.stored = { user_activity: all('user_activity'), admin_operation: all('admin_operation') };
  }

  /** Rows whose facts are not stored. */
  get lost(): number {
    return REPORTS.reduce((sum, kind) => {
      let missing = 0;
      for (let number = 0; number < this.account.total(kind); number += 1) {
        if (!hasBit(this.stored[kind], number)) missing += 1;
      }
      return sum + missing;
    }, 0);
  }

  async write(facts: readonly Fact[]): Promise<void> {
    await this.writeChanged(facts);
  }

  async writeChanged(facts: readonly Fact[]): Promise<number> {
    await this.delays.factsOfPage();
    this.lookups += facts.length;
    const before = this.records;
    for (const fact of facts) this.store(fact);
    return this.records - before;
  }

  async add(fact: Fact): Promise<void> {
    await this.writeChanged([fact]);
  }

  async *read(_connectionId: string, kind: FactKind): AsyncIterable<Fact> {
    // a query for each partition, of which some are under way at a time
    await this.delays.factsOfPage();
    this.lookups += PARTITIONS;
    if (kind !== 'user') return;
    for (let ordinal = 0; ordinal < this.account.users.users; ordinal++) {
      const made = makeFact(kind, this.account.users.userRow(ordinal, 0), this.source);
      if (!isMalformed(made)) yield made;
    }
  }

  private store({ kind, raw }: Fact): void {
    // users are as they were
    if (kind === 'user') return;
    const number = Number(textOf(kind === 'user_activity' ? raw.ip_address : raw.operation_detail));
    const bits = this.stored[kind];
    if (hasBit(bits, number)) return;
    setBit(bits, number);
    this.records += 1;
    this.writes += 1;
  }
}

/** Partitions of a connection's facts. */
const PARTITIONS = 64;

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function hasBit(bits: Uint8Array, at: number): boolean {
  return ((bits[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function setBit(bits: Uint8Array, at: number): void {
  bits[at >>> 3] = (bits[at >>> 3] ?? 0) | (1 << (at & 7));
}
