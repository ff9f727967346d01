import type { ReportKind, ReportShard, Shard, UserStatus } from '../../lambdas/contract/workflow';
import type { Clock } from '../../lambdas/core/clock';
import type { Fact } from '../../lambdas/core/facts/fact';
import { type ZoomRow, canonicalJson } from '../../lambdas/core/facts/stable-form';
import { SOURCE, activityRow, factOf, keyOf, operationRow, pendingRow, userRow } from './facts';

/** In which order Zoom serves a report: nobody promises that it is newest first. */
export type Order = 'newestFirst' | 'oldestFirst' | 'swapped';

/** A row of a report, and when Zoom showed it first. Times in epoch ms by our clock, but for `timeMs`, which is Zoom's. */
export interface LivingRow {
  readonly kind: ReportKind;
  readonly row: ZoomRow;
  readonly timeMs: number;
  readonly visibleAt: number;
  /** Of the fact that it is to become. */
  readonly key: string;
}

/** An invitation that was accepted: when it was sent, epoch ms, and the id of the fact of the user whom it became. */
interface Acceptance {
  readonly invitedAt: number;
  readonly successor: string;
}

interface LivingUser {
  /** `undefined` of somebody who was invited and has not come yet. */
  readonly id: string | undefined;
  readonly email: string;
  readonly status: UserStatus;
  readonly name: number;
  readonly createdAt: string;
}

export const USER_ACTIONS = [
  'invite',
  'create',
  'accept',
  'rename',
  'deactivate',
  'activate',
  'delete',
  'recreate',
] as const;
export type UserAction = (typeof USER_ACTIONS)[number];

/**
 * A Zoom account that lives: rows come, some of them late, and users are invited, come, change, go and come again.
 * It keeps what happened, for whoever wants to know the truth afterwards.
 */
export class LivingAccount {
  /** What the reports come to, by the fact's key: rows alike in all fields are one. */
  readonly rows = new Map<string, LivingRow>();
  /** When (epoch ms) users entered or left a list, in order. */
  readonly moves: number[] = [];
  /** What became of invitations that were accepted, by the key of the invitation's fact: the latest of an address. */
  readonly accepted = new Map<string, Acceptance>();
  /** All that Zoom ever showed of a user, by the fact's key: canonical JSON of `raw`, in order, each once in a row. */
  readonly versions = new Map<string, string[]>();
  private readonly reports: Record<ReportKind, LivingRow[]> = { user_activity: [], admin_operation: [] };
  private users: LivingUser[] = [];
  private numbers = 0;
  /** Whom nobody can do anything to: no account is without users. */
  private readonly owner: LivingUser = {
    id: 'u-owner',
    email: 'owner@example.com',
    status: 'active',
    name: 0,
    createdAt: '2024-02-11T09:10:11Z',
  };

  /** @param skewMs - so far is Zoom's clock ahead of ours. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly skewMs: number,
  ) {
    this.note(this.owner);
    this.users.push(this.owner);
  }

  /**
   * Somebody signs in, or an admin does something.
   *
   * @param what - tells the row from others of its second: the same twice is one fact.
   * @param at - when it happens, epoch ms.
   * @param visibleAt - when Zoom shows it, epoch ms.
   */
  addRow(kind: ReportKind, what: number, at: number, visibleAt: number): void {
    const time = `${new Date(at + this.skewMs).toISOString().slice(0, 19)}Z`;
    const row =
      kind === 'user_activity'
        ? activityRow({ time, ip_address: `203.0.113.${what}` })
        : operationRow({ time, operation_detail: `Change ${what}` });
    const key = keyOf(factOf(kind, row));
    const living: LivingRow = { kind, row, timeMs: Date.parse(time), visibleAt, key };
    const report = this.reports[kind];
    const after = report.findIndex(({ timeMs }) => timeMs <= living.timeMs);
    report.splice(after < 0 ? report.length : after, 0, living);
    const alike = this.rows.get(key);
    if (alike === undefined || alike.visibleAt > visibleAt) this.rows.set(key, living);
  }

  /** Does something to a user whom it can be done to, chosen by `which`; nothing where there is none. */
  act(action: UserAction, which: number): void {
    if (action === 'invite' || action === 'create') return this.enter(action === 'invite', this.numbers++);
    const fitting = this.users.filter((user) => user !== this.owner && FITTING[action].includes(user.status));
    const user = fitting[which % Math.max(1, fitting.length)];
    if (user === undefined) return;
    switch (action) {
      case 'accept': {
        const came: LivingUser = { ...user, id: this.newId(), status: 'active', createdAt: this.instant() };
        const invitedAt = Date.parse(user.createdAt) - this.skewMs;
        this.accepted.set(this.keyOfUser(user), { invitedAt, successor: this.factOfUser(came).id });
        this.replace(user, came);
        return;
      }
      case 'rename':
        return this.replace(user, { ...user, name: user.name + 1 });
      case 'deactivate':
        return this.replace(user, { ...user, status: 'inactive' });
      case 'activate':
        return this.replace(user, { ...user, status: 'active' });
      case 'delete':
      case 'recreate': {
        this.users = this.users.filter((other) => other !== user);
        this.moves.push(this.clock.now());
        if (user.id === undefined) this.accepted.delete(this.keyOfUser(user));
        // the address comes back: as another user, or by an invitation
        if (action === 'recreate') this.enter(which % 2 === 0, Number(/\d+/.exec(user.email)?.[0]));
        return;
      }
    }
  }

  /** The facts of the users that there are. */
  presentUsers(): Fact[] {
    return this.users.map((user) => this.factOfUser(user));
  }

  /**
   * The rows of a shard as Zoom serves them.
   *
   * @param asOf - shows what there was then; of reports alone, whose rows never change.
   */
  rowsOf(shard: Shard, order: Order, asOf: number): readonly ZoomRow[] {
    if (shard.stream !== 'user') return this.reportOf(shard, order, asOf);
    return this.users.filter(({ status }) => status === shard.status).map((user) => this.rowOfUser(user));
  }

  private reportOf({ stream, from, to }: ReportShard, order: Order, asOf: number): readonly ZoomRow[] {
    const [first, end] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T24:00:00Z`)];
    const rows = this.reports[stream]
      .filter(({ timeMs, visibleAt }) => visibleAt <= asOf && timeMs >= first && timeMs < end)
      .map(({ row }) => row);
    if (order === 'oldestFirst') return rows.reverse();
    return order === 'newestFirst' ? rows : rows.map((row, i) => rows[i ^ 1] ?? row);
  }

  private enter(isInvited: boolean, address: number): void {
    const email = `user${address}@example.com`;
    if (this.users.some((user) => user.email === email)) return;
    const createdAt = this.instant();
    const user: LivingUser = isInvited
      ? { id: undefined, email, status: 'pending', name: 0, createdAt }
      : { id: this.newId(), email, status: 'active', name: 0, createdAt };
    this.users.push(user);
    this.accepted.delete(this.keyOfUser(user));
    this.moves.push(this.clock.now());
    this.note(user);
  }

  private replace(user: LivingUser, next: LivingUser): void {
    this.users = this.users.map((other) => (other === user ? next : other));
    if (next.status !== user.status) this.moves.push(this.clock.now());
    this.note(next);
  }

  private note(user: LivingUser): void {
    const fact = this.factOfUser(user);
    const versions = this.versions.get(keyOf(fact)) ?? [];
    const version = canonicalJson(fact.raw);
    if (versions.at(-1) !== version) this.versions.set(keyOf(fact), [...versions, version]);
  }

  private rowOfUser({ id, email, status, name, createdAt }: LivingUser): ZoomRow {
    const first_name = `Name ${name}`;
    if (id !== undefined) return userRow({ id, email, first_name, status, user_created_at: createdAt });
    // Zoom makes it up anew for each call
    return pendingRow({ email, first_name, created_at: new Date(this.clock.now()).toISOString() });
  }

  private factOfUser(user: LivingUser): Fact {
    return factOf('user', this.rowOfUser(user), SOURCE);
  }

  private keyOfUser(user: LivingUser): string {
    return keyOf(this.factOfUser(user));
  }

  private newId(): string {
    return `u-${this.numbers++}`;
  }

  private instant(): string {
    return new Date(this.clock.now() + this.skewMs).toISOString();
  }
}

const FITTING: Readonly<Record<Exclude<UserAction, 'invite' | 'create'>, readonly UserStatus[]>> = {
  accept: ['pending'],
  rename: ['active', 'inactive'],
  deactivate: ['active'],
  activate: ['inactive'],
  delete: ['active', 'inactive', 'pending'],
  recreate: ['active', 'inactive', 'pending'],
};
