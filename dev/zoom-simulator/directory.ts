import { formatInstant } from './days';
import { type Origin, type ZoomUser, ordinalOfAddress, ordinalOfId, personAt, ROLE_IDS } from './person';

/** A user's status in Zoom. */
export type Status = ZoomUser['status'];

/** How many users a directory starts with. */
export interface DirectoryProps {
  readonly origin: Origin;
  readonly users: number;
  readonly admins: number;
}

/** A user and its number in the order in which the account lists users. */
export interface Listed {
  readonly ordinal: number;
  readonly user: ZoomUser;
}

const share = (users: number, fraction: number): number => (users < 10 ? 0 : Math.max(1, Math.round(users * fraction)));

/**
 * The users of one account.
 *
 * The first is the owner, the next ones are admins; at the start the active users come first, then the deactivated,
 * then the invited. A user is made when asked for; only changes since the start are kept.
 */
export class Directory {
  /** Active users at the start. */
  readonly initiallyActive: number;
  private readonly initiallyInactive: number;
  /** Whole users as they are now, by ordinal; `null` was deleted. */
  private readonly changed = new Map<number, ZoomUser | null>();
  private nextOrdinal: number;

  constructor(private readonly props: DirectoryProps) {
    this.initiallyInactive = share(props.users, 0.05);
    this.initiallyActive = props.users - this.initiallyInactive - share(props.users, 0.03);
    this.nextOrdinal = props.users;
  }

  /** The user with an ordinal, `undefined` when deleted or never there. */
  at(ordinal: number): ZoomUser | undefined {
    const changed = this.changed.get(ordinal);
    if (changed !== undefined) return changed ?? undefined;
    return ordinal >= 0 && ordinal < this.props.users ? this.initial(ordinal) : undefined;
  }

  /** Finds a user by id or by address in any case, `undefined` when there is none. */
  find(idOrAddress: string): Listed | undefined {
    const address = idOrAddress.toLowerCase();
    const matches = (user: ZoomUser | undefined): user is ZoomUser =>
      user !== undefined &&
      (user.email.toLowerCase() === address || (user.id === idOrAddress && user.status !== 'pending'));
    const generated = idOrAddress.includes('@')
      ? ordinalOfAddress(this.props.origin, address)
      : ordinalOfId(this.props.origin, idOrAddress);
    for (const ordinal of [generated, ...this.changed.keys()]) {
      const user = ordinal === undefined ? undefined : this.at(ordinal);
      if (ordinal !== undefined && matches(user)) return { ordinal, user };
    }
    return undefined;
  }

  /** How many users have a status. */
  total(status: Status): number {
    const [start, end] = this.initialRange(status);
    const left = [...this.changed].filter(
      ([ordinal, user]) => ordinal >= start && ordinal < end && user?.status !== status,
    );
    return end - start - left.length + this.joined(status).length;
  }

  /**
   * Lists users of one status in the account's order.
   *
   * @param fromOrdinal - the first ordinal to consider; a place in the order that changes of other users do not move.
   */
  *list(status: Status, fromOrdinal = 0): Generator<Listed> {
    const [start, end] = this.initialRange(status);
    const joined = this.joined(status);
    yield* this.listed(
      status,
      joined.filter((ordinal) => ordinal < start && ordinal >= fromOrdinal),
    );
    for (let ordinal = Math.max(start, fromOrdinal); ordinal < end; ordinal += 1) yield* this.listed(status, [ordinal]);
    yield* this.listed(
      status,
      joined.filter((ordinal) => ordinal >= end && ordinal >= fromOrdinal),
    );
  }

  /** Changes fields of a user. */
  change(ordinal: number, fields: Partial<ZoomUser>): ZoomUser {
    const user = this.at(ordinal);
    if (user === undefined) throw new RangeError(`no user ${ordinal}`);
    const changed = { ...user, ...fields };
    this.changed.set(ordinal, changed);
    return changed;
  }

  /** Removes a user. */
  delete(ordinal: number): void {
    this.changed.set(ordinal, null);
  }

  /** Invites somebody, who stays pending until activated. */
  invite(fields: Partial<ZoomUser> & { email: string }, nowMs: number): ZoomUser {
    const ordinal = this.nextOrdinal;
    this.nextOrdinal += 1;
    const now = formatInstant(nowMs);
    const user: ZoomUser = {
      ...personAt(this.props.origin, ordinal),
      status: 'pending',
      type: 1,
      verified: 0,
      user_created_at: now,
      created_at: now,
      last_login_time: now,
      ...fields,
    };
    this.changed.set(ordinal, user);
    return user;
  }

  /** Goes back to the users of the start. */
  reset(): void {
    this.changed.clear();
    this.nextOrdinal = this.props.users;
  }

  private *listed(status: Status, ordinals: readonly number[]): Generator<Listed> {
    for (const ordinal of ordinals) {
      const user = this.at(ordinal);
      if (user?.status === status) yield { ordinal, user };
    }
  }

  /** Ordinals that have a status now and had another at the start, ascending. */
  private joined(status: Status): number[] {
    const [start, end] = this.initialRange(status);
    return [...this.changed]
      .filter(([ordinal, user]) => user?.status === status && (ordinal < start || ordinal >= end))
      .map(([ordinal]) => ordinal)
      .sort((a, b) => a - b);
  }

  private initialRange(status: Status): readonly [start: number, end: number] {
    const inactiveUntil = this.initiallyActive + this.initiallyInactive;
    if (status === 'active') return [0, this.initiallyActive];
    return status === 'inactive' ? [this.initiallyActive, inactiveUntil] : [inactiveUntil, this.props.users];
  }

  private initial(ordinal: number): ZoomUser {
    const person = personAt(this.props.origin, ordinal);
    if (ordinal === 0) return { ...person, role_id: ROLE_IDS.owner, type: 2 };
    if (ordinal <= this.props.admins) return { ...person, role_id: ROLE_IDS.admin, type: 2 };
    if (ordinal < this.initiallyActive) return person;
    if (ordinal < this.initiallyActive + this.initiallyInactive) return { ...person, status: 'inactive' };
    return { ...person, status: 'pending', type: 1, verified: 0 };
  }
}
