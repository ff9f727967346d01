import { type ActivityRow, activityMaker } from './activity';
import { dayOf } from './days';
import { Directory } from './directory';
import { History } from './history';
import { type OperationRow, operationMaker } from './operation';
import type { Account, Settings } from './options';
import { type Origin, type ZoomUser, ROLE_IDS } from './person';
import { seedFor } from './random';

const HOUR_MS = 3_600_000;

/** Somebody who can be signed in on the consent page. */
export interface Persona {
  /** Names the persona for scripts, as in `{account id}/owner`, `…/admin`, `…/admin-2`, `…/member`. */
  readonly key: string;
  readonly accountId: string;
  /** Place of the user in the account's directory. */
  readonly ordinal: number;
}

/** One account with everything that happened in it. */
export class SimulatedAccount {
  readonly id: string;
  readonly plan: Account['plan'];
  /** Whether its events are told. */
  readonly webhooks: boolean;
  /** Number of the account in Zoom's books. */
  readonly number: number;
  readonly directory: Directory;
  readonly activities: History<ActivityRow>;
  readonly operations: History<OperationRow>;
  readonly personas: readonly Persona[];

  constructor(account: Account, seed: number, startedAtMs: number) {
    const accountSeed = seedFor(seed, account.id);
    const domain = `${account.id
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 8)}.example.com`;
    const origin: Origin = { seed: accountSeed, domain, startedAtMs };
    this.id = account.id;
    this.plan = account.plan;
    this.webhooks = account.webhooks;
    this.number = 10_000_000 + (accountSeed % 80_000_000);
    this.directory = new Directory({ origin, users: account.users, admins: account.admins });
    const { initiallyActive } = this.directory;
    const shared = {
      firstDay: dayOf(startedAtMs) - account.historyDays,
      startedAtMs: startedAtMs - account.quietHours * HOUR_MS,
    };
    this.activities = new History({
      ...shared,
      seed: seedFor(accountSeed, 'activities'),
      perDay: account.activitiesPerDay,
      make: activityMaker(origin, initiallyActive),
    });
    this.operations = new History({
      ...shared,
      seed: seedFor(accountSeed, 'operations'),
      perDay: account.operationsPerDay,
      make: operationMaker(origin, Math.min(account.admins + 1, initiallyActive), account.users),
    });
    const names = [
      'owner',
      ...Array.from({ length: account.admins }, (_, index) => (index === 0 ? 'admin' : `admin-${index + 1}`)),
      'member',
    ];
    this.personas = names
      .slice(0, initiallyActive)
      .map((name, ordinal) => ({ key: `${account.id}/${name}`, accountId: account.id, ordinal }));
  }

  /** Whether a user's role may see other users and reports. */
  isPrivileged(user: ZoomUser): boolean {
    return user.role_id === ROLE_IDS.owner || user.role_id === ROLE_IDS.admin;
  }

  /** Goes back to what was there at the start. */
  reset(): void {
    this.directory.reset();
    this.activities.reset();
    this.operations.reset();
  }
}

/** All simulated accounts. */
export class World {
  readonly accounts = new Map<string, SimulatedAccount>();
  private readonly seed: number;
  /** When the simulator started: generated rows end here. */
  readonly startedAtMs: number;

  constructor(settings: Pick<Settings, 'accounts' | 'seed' | 'clock'>) {
    this.startedAtMs = settings.clock();
    this.seed = settings.seed;
    for (const account of settings.accounts) this.add(account);
  }

  /** Adds an account, which has its past as if it had been there from the start. */
  add(account: Account): SimulatedAccount {
    const added = new SimulatedAccount(account, this.seed, this.startedAtMs);
    this.accounts.set(account.id, added);
    return added;
  }

  /** @throws RangeError when there is no such account. */
  account(id: string): SimulatedAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new RangeError(`no account ${id}`);
    return account;
  }

  /** Everybody who can be signed in on the consent page. */
  personas(): Persona[] {
    return [...this.accounts.values()].flatMap(({ personas }) => personas);
  }

  /** Goes back to what was there at the start. */
  reset(): void {
    for (const account of this.accounts.values()) account.reset();
  }
}
