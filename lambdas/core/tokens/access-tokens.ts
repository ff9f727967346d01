import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import { ConnectorError } from '../errors';
import { AnswerLostError } from '../zoom/zoom-fault';
import { deadGrantReason } from './dead-grant';
import {
  type GrantKey,
  type RefreshAnswer,
  type RefreshLeases,
  type StoredTokenSet,
  type TokenRefresher,
  type TokenSet,
  type TokenVault,
  ZOOM_CALL_MS,
} from './ports';

/** An access token, or the reason why only a new consent can bring one. */
export type AccessTokenAnswer =
  | { readonly kind: 'token'; readonly accessToken: string }
  | { readonly kind: 'reconnectNeeded'; readonly reason: string };

/** Gives access tokens that are good for some time yet. */
export interface AccessTokens {
  /**
   * @param rejected - a token that Zoom refused: it is not given again, but refreshed.
   * @throws RefreshBusyError when another function has been refreshing for too long; TokenSetUnseenError.
   */
  get(key: GrantKey, rejected?: string): Promise<AccessTokenAnswer>;
}

/** Another function holds the lease and has stored nothing yet. */
export class RefreshBusyError extends ConnectorError {
  override readonly name = 'RefreshBusyError';
  readonly code = 'refresh-busy';

  constructor() {
    super('another function is refreshing this token set and has not finished', 'try again');
  }
}

/** The vault still does not show what the last refresh stored; an older refresh token must not be used in its place. */
export class TokenSetUnseenError extends ConnectorError {
  override readonly name = 'TokenSetUnseenError';
  readonly code = 'token-set-unseen';

  constructor() {
    super('the vault does not show the token set that was stored last', 'try again; when it stays so, reconnect');
  }
}

/** A token is refreshed when less than this is left of its life: five minutes, of short lives a fifth. */
const MARGIN_MS = 5 * 60_000;
const MARGIN_SHARE = 0.2;

/** A request to the vault takes no longer, its own repetition included. */
const STORING_MS = 11_000;
const STORE_TRIES = 5;
const STORE_PAUSE_MS = 1_000;
/** A refresh is only begun while the lease has time for two calls, of which the first may get lost, and for storing. */
const LEASE_NEEDED_MS = 2 * ZOOM_CALL_MS + STORING_MS;
/**
 * What a refresh may take, with room: a second holder would use a refresh token that the first has used up. No longer,
 * because a holder that died between Zoom's rotation and the storing leaves a refresh token that may work for a moment
 * only, and because who waits for the lease and then refreshes must be done within a worker's page (90 s).
 */
const LEASE_MS = 50_000;
const POLL_MS = 250;

const GONE: AccessTokenAnswer = {
  kind: 'reconnectNeeded',
  reason: 'The permission that was given to the connector is gone.',
};

export interface AccessTokensPorts {
  readonly vault: TokenVault;
  readonly leases: RefreshLeases;
  readonly zoom: TokenRefresher;
  readonly clock: Clock;
}

/**
 * One refresh at a time for each token set: take the lease, read again, refresh, store, note the new version, and only
 * then use it, because Zoom rotates the refresh token and the old one may die at once.
 *
 * Keeps what it read in memory, so that a warm function reads no secret for each call.
 */
export function makeAccessTokens(ports: AccessTokensPorts): AccessTokens {
  const { leases, clock } = ports;
  const memory = new Map<string, TokenSet>();

  const isUsable = (tokens: TokenSet, rejected: string | undefined) =>
    tokens.accessToken !== rejected && !needsRefresh(tokens, clock.now());

  return {
    async get(key, rejected) {
      const name = `${key.connectionId}/${key.generation}`;
      const remembered = memory.get(name);
      if (remembered !== undefined && isUsable(remembered, rejected)) return token(remembered);

      const owner = randomUUID();
      const giveUpAt = clock.now() + LEASE_MS;
      for (;;) {
        const stored = await readLatest(ports, key);
        if (stored !== undefined && stored !== 'unseen') {
          if (isUsable(stored.tokens, rejected)) {
            memory.set(name, stored.tokens);
            return token(stored.tokens);
          }
          const leaseUntil = clock.now() + LEASE_MS;
          if (await leases.acquire(key, owner, leaseUntil, clock.now())) {
            const answer = await refreshUnderLease(ports, key, owner, leaseUntil, (tokens) =>
              isUsable(tokens, rejected),
            );
            if (answer !== 'again') {
              if (!('accessToken' in answer)) return answer;
              memory.set(name, answer);
              return token(answer);
            }
          }
        }
        if (clock.now() >= giveUpAt) {
          // a secret that is missing may have been too new to be shown, so it counts as gone only now
          if (stored === undefined) return GONE;
          throw stored === 'unseen' ? new TokenSetUnseenError() : new RefreshBusyError();
        }
        await clock.sleep(POLL_MS);
      }
    },
  };
}

/** Whether so little of the token's life is left that it must not be used for another call, at `now` (epoch ms). */
export function needsRefresh(tokens: TokenSet, now: number): boolean {
  const margin = Math.min(MARGIN_MS, (tokens.expiresAt - tokens.issuedAt) * MARGIN_SHARE);
  return tokens.expiresAt - now <= margin;
}

/**
 * The newest token set. Secrets Manager may answer an older version for a moment, so the version that the last refresh
 * noted is asked for too; and a refresh may have stored without noting, so the later of both counts.
 *
 * @returns `undefined` when there is no secret, `unseen` when the noted version is not shown yet.
 */
async function readLatest(
  { vault, leases }: AccessTokensPorts,
  key: GrantKey,
): Promise<StoredTokenSet | 'unseen' | undefined> {
  const [noted, current] = await Promise.all([leases.currentVersion(key), vault.read(key)]);
  if (current === undefined || noted === undefined || noted === current.version) return current;
  const asNoted = await vault.read(key, noted);
  if (asNoted === undefined) return 'unseen';
  return asNoted.tokens.issuedAt > current.tokens.issuedAt ? asNoted : current;
}

async function refreshUnderLease(
  ports: AccessTokensPorts,
  key: GrantKey,
  owner: string,
  leaseUntil: number,
  isUsable: (tokens: TokenSet) => boolean,
): Promise<TokenSet | Extract<AccessTokenAnswer, { kind: 'reconnectNeeded' }> | 'again'> {
  const { leases, clock } = ports;
  let storedVersion: string | undefined;
  try {
    // somebody may have refreshed between our reading and our lease
    const stored = await readLatest(ports, key);
    if (stored === undefined || stored === 'unseen') return 'again';
    if (isUsable(stored.tokens)) return stored.tokens;
    if (leaseUntil - clock.now() < LEASE_NEEDED_MS) return 'again';

    const { refreshToken } = stored.tokens;
    const answer = await refreshTwice(ports, stored.tokens, leaseUntil);
    if (answer.kind === 'invalidGrant') {
      // a holder that was held up beyond its lease may have stored since
      const latest = await readLatest(ports, key);
      const isNewer = latest === 'unseen' || (latest !== undefined && latest.tokens.refreshToken !== refreshToken);
      return isNewer ? 'again' : { kind: 'reconnectNeeded', reason: deadGrantReason(answer.reason) };
    }
    storedVersion = await store(ports, key, answer.tokens, leaseUntil);
    return answer.tokens;
  } finally {
    await leases.release(key, owner, storedVersion);
  }
}

/**
 * Refreshes, and does so once more at once when the answer got lost: Zoom may have rotated the refresh token by then, and
 * is said to take the old one for a moment after.
 */
async function refreshTwice(
  { zoom, clock }: AccessTokensPorts,
  tokens: TokenSet,
  leaseUntil: number,
): Promise<RefreshAnswer> {
  try {
    return await zoom.refresh(tokens);
  } catch (error) {
    const isTimeLeft = leaseUntil - clock.now() >= ZOOM_CALL_MS + STORING_MS;
    if (!(error instanceof AnswerLostError) || !isTimeLeft) throw error;
    return zoom.refresh(tokens);
  }
}

/** Stores a refreshed set, the only one whose refresh token is good: tries again as long as nobody else may refresh. */
async function store(
  { vault, clock }: AccessTokensPorts,
  key: GrantKey,
  tokens: TokenSet,
  leaseUntil: number,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await vault.replace(key, tokens);
    } catch (error) {
      const isTimeLeft = leaseUntil - clock.now() >= STORE_PAUSE_MS + STORING_MS;
      if (tries === STORE_TRIES || !isTimeLeft) throw error;
      await clock.sleep(STORE_PAUSE_MS);
    }
  }
}

function token(tokens: TokenSet): AccessTokenAnswer {
  return { kind: 'token', accessToken: tokens.accessToken };
}
