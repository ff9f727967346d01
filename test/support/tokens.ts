import type { Clock } from '../../lambdas/core/clock';
import type {
  GrantKey,
  RefreshAnswer,
  RefreshLeases,
  StoredTokenSet,
  TokenRefresher,
  TokenSet,
  TokenVault,
} from '../../lambdas/core/tokens/ports';
import { HOUR, NOW } from './clock';

export const GRANT: GrantKey = { connectionId: 'c1', generation: 'g1' };

/** The token set of a fresh consent, good for an hour from {@link NOW}, but for what `change` says. */
export function tokenSet(change: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: 'access-0',
    refreshToken: 'refresh-0',
    clientId: 'client-1',
    issuedAt: NOW,
    expiresAt: NOW + HOUR,
    ...change,
  };
}

const nameOf = ({ connectionId, generation }: GrantKey) => `${connectionId}/${generation}`;

/** Token sets in memory, in versions. What has been stored shows at once, unless {@link lag} says otherwise. */
export class InMemoryTokenVault implements TokenVault {
  /** Versions of each secret, oldest first. */
  readonly secrets = new Map<string, StoredTokenSet[]>();
  /** How many of the latest versions a read does not see yet; asked at each read. */
  lag: () => number = () => 0;

  constructor(...sets: readonly (readonly [GrantKey, TokenSet])[]) {
    for (const [key, tokens] of sets) this.append(key, tokens);
  }

  /** The token sets that the secret has held, oldest first. */
  history(key: GrantKey): readonly TokenSet[] {
    return (this.secrets.get(nameOf(key)) ?? []).map(({ tokens }) => tokens);
  }

  async read(key: GrantKey, version?: string): Promise<StoredTokenSet | undefined> {
    await Promise.resolve();
    const versions = this.secrets.get(nameOf(key)) ?? [];
    const visible = versions.slice(0, Math.max(0, versions.length - this.lag()));
    return version === undefined ? visible.at(-1) : visible.find((stored) => stored.version === version);
  }

  async create(key: GrantKey, tokens: TokenSet): Promise<void> {
    await Promise.resolve();
    if (this.secrets.has(nameOf(key))) throw new Error('there is such a secret already');
    this.append(key, tokens);
  }

  async replace(key: GrantKey, tokens: TokenSet): Promise<string> {
    await Promise.resolve();
    return this.append(key, tokens);
  }

  async delete(key: GrantKey): Promise<void> {
    await Promise.resolve();
    this.secrets.delete(nameOf(key));
  }

  private append(key: GrantKey, tokens: TokenSet): string {
    const versions = this.secrets.get(nameOf(key)) ?? [];
    const version = `version-${versions.length}`;
    this.secrets.set(nameOf(key), [...versions, { tokens, version }]);
    return version;
  }
}

interface Lease {
  readonly owner: string | null;
  readonly untilMs: number;
  readonly version: string | undefined;
}

/** Leases in memory, with the conditions of the real ones. */
export class InMemoryRefreshLeases implements RefreshLeases {
  private readonly leases = new Map<string, Lease>();

  /** Whether somebody holds the lease. */
  isHeld(key: GrantKey): boolean {
    return this.leaseOf(key).owner !== null;
  }

  async currentVersion(key: GrantKey): Promise<string | undefined> {
    await Promise.resolve();
    return this.leaseOf(key).version;
  }

  async acquire(key: GrantKey, owner: string, untilMs: number, now: number): Promise<boolean> {
    await Promise.resolve();
    const lease = this.leaseOf(key);
    if (lease.owner !== null && lease.owner !== owner && lease.untilMs > now) return false;
    this.leases.set(nameOf(key), { ...lease, owner, untilMs });
    return true;
  }

  async release(key: GrantKey, owner: string, storedVersion: string | undefined): Promise<void> {
    await Promise.resolve();
    const lease = this.leaseOf(key);
    if (lease.owner !== owner) return;
    this.leases.set(nameOf(key), { owner: null, untilMs: 0, version: storedVersion ?? lease.version });
  }

  private leaseOf(key: GrantKey): Lease {
    return this.leases.get(nameOf(key)) ?? { owner: null, untilMs: 0, version: undefined };
  }
}

/** Zoom's token endpoint, at its strictest unless told otherwise: each refresh token works once, the old one is dead at once. */
export class FakeTokenEndpoint implements TokenRefresher {
  /** The refresh tokens that were presented. */
  readonly calls: string[] = [];
  /** Called before each answer: throw for a fault. */
  before: () => void | Promise<void> = () => undefined;
  /** Whether the refresh token that was rotated away last still works. */
  isPatient = false;
  private rotation = 0;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly lifetimeMs = HOUR,
  ) {}

  async refresh({ refreshToken, clientId }: Pick<TokenSet, 'refreshToken' | 'clientId'>): Promise<RefreshAnswer> {
    this.calls.push(refreshToken);
    await this.before();
    const accepted = [this.rotation, ...(this.isPatient ? [this.rotation - 1] : [])].map((n) => `refresh-${n}`);
    if (!accepted.includes(refreshToken)) return { kind: 'invalidGrant', reason: 'Invalid Token!' };
    this.rotation++;
    const issuedAt = this.clock.now();
    return {
      kind: 'tokens',
      tokens: {
        accessToken: `access-${this.rotation}`,
        refreshToken: `refresh-${this.rotation}`,
        clientId,
        issuedAt,
        expiresAt: issuedAt + this.lifetimeMs,
      },
    };
  }

  /** Ends the grant: no refresh token works any more. */
  end(): void {
    this.rotation = -10;
  }
}
