import { createHash, randomUUID } from 'node:crypto';
import { OAuthError } from './errors';
import type { Settings } from './options';
import type { World } from './world';

/** Zoom's refresh tokens live 90 days. */
const REFRESH_TOKEN_MS = 90 * 86_400_000;

/** One user's consent for one account. */
export interface Grant {
  readonly id: number;
  readonly accountId: string;
  /** Place of the consenting user in the account's directory. */
  readonly ordinal: number;
  readonly scopes: readonly string[];
  alive: boolean;
}

/** What the authorise page hands over to a code. */
export interface Consent extends Pick<Grant, 'accountId' | 'ordinal' | 'scopes'> {
  readonly redirectUri: string;
  readonly codeChallenge?: string;
  readonly codeChallengeMethod: 'S256' | 'plain';
}

/** A pair of fresh tokens. */
export interface TokenPair {
  readonly grant: Grant;
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Issued {
  readonly grant: Grant;
  expiresAtMs: number;
}

/** Codes, grants and tokens. */
export class Grants {
  private readonly codes = new Map<string, { consent: Consent; expiresAtMs: number }>();
  private readonly accessTokens = new Map<string, Issued>();
  private readonly refreshTokens = new Map<string, Issued>();
  private grants: Grant[] = [];
  private readonly runId = randomUUID();
  private issued = 0;

  constructor(
    private readonly settings: Settings,
    private readonly world: World,
  ) {}

  /** Grants that have not ended. */
  get alive(): readonly Grant[] {
    return this.grants.filter(({ alive }) => alive);
  }

  /** Issues an authorisation code. */
  issueCode(consent: Consent): string {
    const code = this.opaque('code').slice(0, 33);
    this.codes.set(code, { consent, expiresAtMs: this.settings.clock() + this.settings.codeSeconds * 1000 });
    return code;
  }

  /**
   * Trades a code for tokens. The code is used up, whatever comes of it.
   *
   * @throws OAuthError when code, redirect URI or code verifier are wrong.
   */
  exchange(code: string, redirectUri: string | undefined, verifier: string | undefined): TokenPair {
    const known = this.codes.get(code);
    this.codes.delete(code);
    if (known === undefined || known.expiresAtMs <= this.settings.clock()) {
      throw new OAuthError('invalid_grant', `Invalid authorization code ${code}`);
    }
    const { consent } = known;
    if (redirectUri !== consent.redirectUri) throw new OAuthError('invalid_grant', 'Redirect URI mismatch.');
    if (!verifies(consent, verifier)) throw new OAuthError('invalid_grant', 'Invalid code verifier');
    const { accountId, ordinal, scopes } = consent;
    // consenting again ends the earlier grant of the same user
    this.revokeWhere((grant) => grant.accountId === accountId && grant.ordinal === ordinal);
    const grant: Grant = { id: this.grants.length + 1, accountId, ordinal, scopes, alive: true };
    this.grants.push(grant);
    return this.issuePair(grant);
  }

  /**
   * Trades a refresh token for new tokens and retires it.
   *
   * @throws OAuthError when the token is unknown, retired, expired, or its grant has ended.
   */
  refresh(refreshToken: string): TokenPair {
    const known = this.refreshTokens.get(refreshToken);
    const nowMs = this.settings.clock();
    if (known === undefined || known.expiresAtMs <= nowMs || !known.grant.alive) {
      throw new OAuthError('invalid_grant', 'Invalid Token!');
    }
    if (!this.isOwnerActive(known.grant)) {
      throw new OAuthError('invalid_grant', 'The owner of this token no longer exists.');
    }
    known.expiresAtMs = Math.min(known.expiresAtMs, nowMs + this.settings.refreshGraceSeconds * 1000);
    return this.issuePair(known.grant);
  }

  /** Lets a refresh token that was retired work a while longer. */
  tolerate(refreshToken: string, seconds: number): void {
    const known = this.refreshTokens.get(refreshToken);
    if (known !== undefined) known.expiresAtMs = this.settings.clock() + seconds * 1000;
  }

  /** The account that a code or a refresh token belongs to; `undefined` for one that is none. */
  accountOf(codeOrToken: string): string | undefined {
    return this.codes.get(codeOrToken)?.consent.accountId ?? this.refreshTokens.get(codeOrToken)?.grant.accountId;
  }

  /** Says whose an access token is; `expired` for one that was good once, `undefined` for one that is no good. */
  authenticate(accessToken: string): Grant | 'expired' | undefined {
    const known = this.accessTokens.get(accessToken);
    if (known === undefined || !this.isUsable(known.grant)) return undefined;
    return known.expiresAtMs <= this.settings.clock() ? 'expired' : known.grant;
  }

  /** Ends the grant that a token of either kind belongs to. @returns it; `undefined` when there is none. */
  revokeToken(token: string): Grant | undefined {
    const grant = (this.accessTokens.get(token) ?? this.refreshTokens.get(token))?.grant;
    if (grant?.alive !== true) return undefined;
    grant.alive = false;
    return grant;
  }

  /** Ends all grants that a test holds for, as when an admin removes the app. @returns those. */
  revokeWhere(test: (grant: Grant) => boolean): readonly Grant[] {
    const ended = this.alive.filter(test);
    for (const grant of ended) grant.alive = false;
    return ended;
  }

  /** Expires the access tokens of all grants that a test holds for; refresh tokens stay good. */
  expireWhere(test: (grant: Grant) => boolean): void {
    for (const token of this.accessTokens.values()) if (test(token.grant)) token.expiresAtMs = this.settings.clock();
  }

  /** Forgets everything. */
  reset(): void {
    this.codes.clear();
    this.accessTokens.clear();
    this.refreshTokens.clear();
    this.grants = [];
  }

  private issuePair(grant: Grant): TokenPair {
    const nowMs = this.settings.clock();
    const [accessToken, refreshToken] = [this.opaque('access'), this.opaque('refresh')];
    this.accessTokens.set(accessToken, { grant, expiresAtMs: nowMs + this.settings.accessTokenSeconds * 1000 });
    this.refreshTokens.set(refreshToken, { grant, expiresAtMs: nowMs + REFRESH_TOKEN_MS });
    return { grant, accessToken, refreshToken };
  }

  /** A grant works as long as the user who gave it is active. */
  private isUsable(grant: Grant): boolean {
    return grant.alive && this.isOwnerActive(grant);
  }

  private isOwnerActive({ accountId, ordinal }: Grant): boolean {
    return this.world.account(accountId).directory.at(ordinal)?.status === 'active';
  }

  /** Looks like a JWT, and says nothing. */
  private opaque(kind: 'code' | 'access' | 'refresh'): string {
    this.issued += 1;
    const digest = (salt: string): string =>
      createHash('sha512').update(`${this.runId} ${this.issued} ${kind} ${salt}`).digest('base64url');
    if (kind === 'code') return digest('');
    const header = Buffer.from(
      JSON.stringify({ sv: '000002', alg: 'HS512', v: '2.0', kid: digest('kid').slice(0, 36) }),
    );
    return [header.toString('base64url'), digest('1') + digest('2') + digest('3'), digest('4')].join('.');
  }
}

function verifies({ codeChallenge, codeChallengeMethod }: Consent, verifier: string | undefined): boolean {
  if (codeChallenge === undefined) return true;
  if (verifier === undefined) return false;
  const derived =
    codeChallengeMethod === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  return derived === codeChallenge;
}
