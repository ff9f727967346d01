import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { LinkStore } from '../access/ports';
import { hashSecretValue, nameOfSecret } from '../access/secret-value';
import type { AuditEntry, AuditLog } from '../audit/ports';
import type { Clock } from '../clock';
import { type ConnectionChange, type ConnectionRecord, isEnded } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { changeConnection } from '../connections/change-connection';
import { ConflictError, NotFoundError, VersionConflictError } from '../errors';
import type { TokenVault } from '../tokens/ports';
import type { ZoomAccess, ZoomIdentity } from '../zoom/ports';
import { type RunStarter, firstBackfill } from '../runs/run-starter';
import { judgeGrant } from './judge-grant';
import type { AttemptStore, ConsentAttempt, Grant, Refusal, ZoomAuthorization, ZoomProbes } from './ports';
import { challengeOf, cookieKey } from './start-consent';

/** What Zoom's redirect brought back; `undefined` for what was not there. */
export interface AuthorizationResponse {
  readonly state: string | undefined;
  readonly code: string | undefined;
  readonly error: string | undefined;
  /** The value of an attempt's cookie, by the key that {@link startConsent} gave. */
  cookie(key: string): string | undefined;
}

export type ConsentOutcome =
  | { readonly kind: 'connected'; readonly connectionId: string }
  /** The account had a connection already, and that was renewed. */
  | { readonly kind: 'merged'; readonly connectionId: string; readonly into: string }
  | { readonly kind: 'declined'; readonly connectionId: string }
  | {
      readonly kind: 'refused';
      readonly connectionId: string;
      readonly refusal: Refusal;
      /** Whether Zoom took the grant back. */
      readonly revoked: boolean;
    }
  /** The code was not good (any more). */
  | { readonly kind: 'codeRejected'; readonly connectionId: string }
  | { readonly kind: 'expired'; readonly connectionId: string }
  /** Zoom sent an error of its own (RFC 6749, section 4.1.2.1). */
  | { readonly kind: 'zoomRefused'; readonly connectionId: string; readonly error: string }
  | { readonly kind: 'unknownState' | 'replayed' | 'otherBrowser' };

export interface CompleteConsentPorts {
  readonly attempts: AttemptStore;
  readonly links: LinkStore;
  readonly connections: ConnectionStore;
  readonly vault: TokenVault;
  readonly zoom: ZoomAuthorization & ZoomProbes;
  readonly runs: RunStarter;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: { revokeFailed(connectionId: string, error: unknown): void };
}

/** The account's connection as it was before a consent that is kept. */
interface Bound {
  readonly before: ConnectionRecord;
  /** The generation whose token set the new one took the place of; `null` when it took none's. */
  readonly replaced: string | null;
}

/** A grant that is kept, or one that is not. */
type Judged =
  (Bound & { readonly identity: ZoomIdentity }) | { readonly refusal: Refusal; readonly identity: ZoomIdentity | null };

/** Two admins who consent for one account at the same moment: the later one reads again and renews. */
const MAX_ROUNDS = 5;

/**
 * Takes an admin's answer at Zoom: checks that it belongs to an attempt of this browser, exchanges the code, judges the
 * grant, and binds the connection to the account. A grant that is not kept is revoked.
 *
 * @throws ZoomFaultError, AppCredentialsRejectedError, AppCredentialsMissingError, NotFoundError, ConflictError; the
 *   attempt is used up, nothing is kept.
 */
export function makeCompleteConsent(ports: CompleteConsentPorts, settings: { readonly apiUrl: string }) {
  const { attempts, links, connections, vault, zoom, runs, clock } = ports;

  return async function completeConsent(response: AuthorizationResponse): Promise<ConsentOutcome> {
    if (response.state === undefined) return { kind: 'unknownState' };
    const stateHash = hashSecretValue(response.state);
    const found = await attempts.find(stateHash);
    if (found.kind === 'unknown') return { kind: 'unknownState' };
    if (found.kind === 'used') return { kind: 'replayed' };
    const { attempt } = found;
    const codeVerifier = response.cookie(cookieKey(stateHash));
    // before anything is used up: an answer that somebody slips in must not end the admin's own attempt
    if (codeVerifier === undefined || !isVerifierOf(attempt, codeVerifier)) return { kind: 'otherBrowser' };
    const { connectionId } = attempt;
    if (attempt.expiresAt <= clock.now()) return { kind: 'expired', connectionId };
    if (!(await attempts.use(stateHash))) return { kind: 'replayed' };

    if (response.error === 'access_denied') {
      await note(attempt, { action: 'consent_declined', connectionId });
      return { kind: 'declined', connectionId };
    }
    if (response.code === undefined || response.error !== undefined) {
      return { kind: 'zoomRefused', connectionId, error: response.error ?? 'no code' };
    }
    const grant = await zoom.exchangeCode(response.code, codeVerifier);
    if ('kind' in grant) return { kind: 'codeRejected', connectionId };
    return keepOrRevoke(attempt, grant);
  };

  async function keepOrRevoke(attempt: ConsentAttempt, grant: Grant): Promise<ConsentOutcome> {
    const { connectionId } = attempt;
    let judged: Judged;
    try {
      judged = await judgeAndBind(connectionId, grant);
    } catch (error) {
      await revoke(connectionId, grant);
      throw error;
    }
    if ('before' in judged) return settle(attempt, judged, judged.identity);
    const { refusal, identity } = judged;
    const revoked = await revoke(connectionId, grant);
    await note(attempt, {
      action: 'consent_refused',
      connectionId,
      identity,
      details: { why: causeOf(refusal), revoked },
    });
    await noteRefusal(connectionId, refusal);
    return { kind: 'refused', connectionId, refusal, revoked };
  }

  async function judgeAndBind(connectionId: string, grant: Grant): Promise<Judged> {
    const access = { accessToken: grant.tokens.accessToken, apiUrl: grant.apiUrl ?? settings.apiUrl };
    const judgement = await judgeGrant(zoom, access);
    const { identity } = judgement;
    if (judgement.kind === 'refused') return { refusal: judgement.refusal, identity };
    const bound = await bind(connectionId, grant, access, judgement.identity);
    return 'kind' in bound ? { refusal: bound, identity } : { ...bound, identity: judgement.identity };
  }

  function note(
    { inviteHash }: ConsentAttempt,
    {
      identity = null,
      details = {},
      ...what
    }: Pick<AuditEntry, 'action' | 'connectionId'> & {
      readonly identity?: ZoomIdentity | null;
      readonly details?: AuditEntry['details'];
    },
  ): Promise<void> {
    return ports.audit.record({
      ...what,
      zoomAccountId: identity?.zoomAccountId ?? null,
      actor: identity?.email ?? null,
      details: {
        ...(identity !== null && { role: identity.roleName }),
        // an operator who is signed in needs none
        link: inviteHash === null ? null : nameOfSecret(inviteHash),
        ...details,
      },
    });
  }

  /** Gives the account's connection the new token set, unless it has that of a later consent. */
  async function bind(
    connectionId: string,
    grant: Grant,
    access: ZoomAccess,
    identity: ZoomIdentity,
  ): Promise<Bound | Refusal> {
    const { zoomAccountId } = identity;
    for (let round = 1; ; round++) {
      const invited = await connections.find(connectionId);
      if (invited === undefined) throw new NotFoundError('the connection is gone', 'ask for a new invite');
      if (invited.zoomAccountId !== null && invited.zoomAccountId !== zoomAccountId) return { kind: 'otherAccount' };
      const target = (await connections.findByAccount(zoomAccountId)) ?? invited;
      // while the admin was at Zoom; a stopped connection stays stopped
      if (target.id === invited.id && isEnded(invited)) {
        throw new ConflictError('this connection has been ended', 'ask for a new invite');
      }
      if (target.status === 'disconnecting') return { kind: 'beingDisconnected' };
      // a later consent of the same person has ended this grant at Zoom, and its own is the one to keep
      if (target.generation !== null && (await isEndedAtZoom(access))) return { before: target, replaced: null };
      const generation = randomBytes(8).toString('hex');
      await vault.create({ connectionId: target.id, generation }, grant.tokens);
      try {
        await connections.bind(target, zoomAccountId, connected(target, generation, grant, identity, clock.now()));
        return { before: target, replaced: target.generation };
      } catch (error) {
        await vault.delete({ connectionId: target.id, generation });
        if (!(error instanceof VersionConflictError) || round === MAX_ROUNDS) throw error;
      }
    }
  }

  async function isEndedAtZoom(access: ZoomAccess): Promise<boolean> {
    const answer = await zoom.whoAmI(access);
    return 'kind' in answer && answer.kind === 'tokenRejected';
  }

  /**
   * What follows a consent that is kept, each step whatever becomes of the others. Where the backfill cannot be started,
   * the schedule begins it.
   */
  async function settle(
    attempt: ConsentAttempt,
    { before, replaced }: Bound,
    identity: ZoomIdentity,
  ): Promise<ConsentOutcome> {
    const { connectionId, inviteHash } = attempt;
    const isMerged = before.id !== connectionId;
    const settled = await Promise.allSettled([
      note(attempt, {
        action: 'consent_given',
        connectionId: before.id,
        identity,
        details: { renewed: before.generation !== null, invitedAs: connectionId },
      }),
      isMerged && merge(connectionId, before.id),
      inviteHash !== null && links.use(inviteHash, clock.now()),
      startBackfill(before.id),
      replaced !== null && vault.delete({ connectionId: before.id, generation: replaced }),
    ]);
    for (const step of settled) if (step.status === 'rejected') throw step.reason;
    return isMerged ? { kind: 'merged', connectionId, into: before.id } : { kind: 'connected', connectionId };
  }

  async function startBackfill(id: string): Promise<void> {
    const connection = await connections.find(id);
    if (connection?.status === 'backfilling' && connection.generation !== null) {
      await runs.start(firstBackfill(id, connection.generation));
    }
  }

  /** Notes the refusal on a connection that never had a grant; one that works keeps working. */
  async function noteRefusal(connectionId: string, refusal: Refusal): Promise<void> {
    await changeConnection(connections, connectionId, (current) =>
      current.generation === null && !isEnded(current)
        ? { status: 'refused', reason: refusalReason(refusal), plan: refusedPlan(refusal) }
        : undefined,
    );
  }

  async function merge(connectionId: string, into: string): Promise<void> {
    await changeConnection(connections, connectionId, () => ({
      status: 'disconnected',
      reason: 'This Zoom account was connected already; its connection was renewed.',
      mergedInto: into,
    }));
  }

  /** @returns whether Zoom took the grant back. */
  async function revoke(connectionId: string, grant: Grant): Promise<boolean> {
    try {
      await zoom.revoke(grant.tokens);
      return true;
    } catch (error) {
      ports.log.revokeFailed(connectionId, error);
      return false;
    }
  }
}

function isVerifierOf(attempt: ConsentAttempt, codeVerifier: string): boolean {
  return timingSafeEqual(Buffer.from(challengeOf(codeVerifier)), Buffer.from(attempt.codeChallenge));
}

function connected(
  { status }: ConnectionRecord,
  generation: string,
  grant: Grant,
  identity: ZoomIdentity,
  now: number,
): ConnectionChange {
  return {
    // it is for an operator to resume it; then the backfill of this consent starts
    status: status === 'paused' ? 'paused' : 'backfilling',
    reason: null,
    plan: 'unknown',
    connectedAt: new Date(now).toISOString(),
    generation,
    apiUrl: grant.apiUrl,
    consentedBy: { email: identity.email, role: identity.roleName },
    backfill: null,
    syncRun: null,
    capabilities: [],
    lostStreams: [],
    deauthorizedAt: null,
  };
}

/** Why a consent was refused, in a word for the audit log. */
function causeOf(refusal: Refusal): string {
  if (refusal.kind === 'denied') return refusal.denied.cause;
  return refusal.kind === 'otherAccount' ? 'other_account' : 'being_disconnected';
}

function refusalReason(refusal: Refusal): string {
  if (refusal.kind === 'otherAccount') return 'Consent came from another Zoom account than the one that is connected.';
  if (refusal.kind === 'beingDisconnected')
    return 'The Zoom account is being disconnected; try again when that has ended.';
  const { denied, roleName } = refusal;
  return `Zoom answered: ${denied.reason}${roleName === null ? '' : ` (role: ${roleName})`}`;
}

function refusedPlan(refusal: Refusal): ConnectionRecord['plan'] {
  return refusal.kind === 'denied' && refusal.denied.cause === 'free_plan' ? 'free' : null;
}
