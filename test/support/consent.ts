import type {
  AttemptLookup,
  AttemptStore,
  ConsentAttempt,
  Grant,
  ZoomAuthorization,
  ZoomProbes,
} from '../../lambdas/core/consent/ports';
import type { FactKind } from '../../lambdas/contract/fact';
import type { TokenSet } from '../../lambdas/core/tokens/ports';
import type { ZoomAccess, ZoomIdentity, ZoomRefusal } from '../../lambdas/core/zoom/ports';
import { tokenSet } from './tokens';

/** Consent attempts in memory. */
export class InMemoryAttemptStore implements AttemptStore {
  readonly attempts = new Map<string, ConsentAttempt | 'used'>();

  create(stateHash: string, attempt: ConsentAttempt): Promise<void> {
    this.attempts.set(stateHash, attempt);
    return Promise.resolve();
  }

  find(stateHash: string): Promise<AttemptLookup> {
    const attempt = this.attempts.get(stateHash);
    if (attempt === undefined) return Promise.resolve({ kind: 'unknown' });
    return Promise.resolve(attempt === 'used' ? { kind: 'used' } : { kind: 'open', attempt });
  }

  use(stateHash: string): Promise<boolean> {
    const isOpen = ![undefined, 'used'].includes(this.attempts.get(stateHash) as string | undefined);
    if (isOpen) this.attempts.set(stateHash, 'used');
    return Promise.resolve(isOpen);
  }
}

/** The owner of a paid account who allows everything; a test changes what it needs otherwise. */
export class FakeZoomConsent implements ZoomAuthorization, ZoomProbes {
  readonly authorizations: { readonly state: string; readonly codeChallenge: string }[] = [];
  readonly exchanges: { readonly code: string; readonly codeVerifier: string }[] = [];
  readonly probes: string[] = [];
  readonly revoked: TokenSet[] = [];

  grant: Grant | { readonly kind: 'invalidGrant' } = { tokens: tokenSet(), apiUrl: null };
  identity: ZoomIdentity | ZoomRefusal = {
    zoomAccountId: 'account-1',
    userId: 'user-1',
    email: 'owner@example.com',
    roleName: 'Owner',
  };
  streams: Record<FactKind, { readonly kind: 'allowed' } | ZoomRefusal> = {
    user: { kind: 'allowed' },
    user_activity: { kind: 'allowed' },
    admin_operation: { kind: 'allowed' },
  };
  /** Access tokens that Zoom no longer accepts. */
  readonly ended = new Set<string>();
  /** Called while a grant is tried on a report. */
  whileTried: (access: ZoomAccess) => void | Promise<void> = () => undefined;
  /** Called before a revocation is noted: throw for a fault. */
  beforeRevoke: () => void = () => undefined;

  authorizeUrl(state: string, codeChallenge: string): Promise<string> {
    this.authorizations.push({ state, codeChallenge });
    return Promise.resolve(`https://zoom.example/oauth/authorize?state=${state}`);
  }

  exchangeCode(code: string, codeVerifier: string): Promise<Grant | { readonly kind: 'invalidGrant' }> {
    this.exchanges.push({ code, codeVerifier });
    return Promise.resolve(this.grant);
  }

  async revoke(tokens: TokenSet): Promise<void> {
    await Promise.resolve();
    this.beforeRevoke();
    this.revoked.push(tokens);
  }

  async whoAmI({ apiUrl, accessToken }: ZoomAccess): Promise<ZoomIdentity | ZoomRefusal> {
    this.probes.push(`${apiUrl} me`);
    return Promise.resolve(this.ended.has(accessToken) ? { kind: 'tokenRejected' } : this.identity);
  }

  async tryStream(access: ZoomAccess, stream: FactKind): Promise<{ readonly kind: 'allowed' } | ZoomRefusal> {
    this.probes.push(`${access.apiUrl} ${stream}`);
    await this.whileTried(access);
    return this.streams[stream];
  }
}
