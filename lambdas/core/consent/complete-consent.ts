import { timingSafeEqual } from 'node:crypto';
import type { LinkStore, Revocations } from '../access/ports';
import { hashSecretValue, nameOfSecret } from '../access/secret-value';
import type { AuditEntry, AuditLog } from '../audit/ports';
import type { Clock } from '../clock';
import { awaitsFirstBackfill, type ConnectionRecord, isEnded } from '../connections/connection-record';
import { changeConnection } from '../connections/change-connection';
import { ConflictError } from '../errors';
import type { ZoomIdentity } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import { type RunStarter, firstBackfill } from '../runs/run-starter';
import { type Judgement, judgeGrant } from './judge-grant';
import { type Kept, type KeepGrantPorts, deleteSpareSecrets, keepGrant } from './keep-grant';
import type { AttemptStore, ConsentAttempt, Grant, Refusal, ZoomAuthorization, ZoomProbes } from './ports';
import { ATTEMPT_MS, challengeOf, cookieKey } from './start-consent';

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
  /** The consent was of another account than the connection's; that account has a connection too, and it was renewed. */
  | { readonly kind: 'otherRenewed'; readonly connectionId: string; readonly renewed: string }
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

export interface CompleteConsentPorts extends KeepGrantPorts {
  readonly attempts: AttemptStore;
  readonly links: LinkStore;
  readonly revocations: Pick<Revocations, 'lastAt'>;
  readonly zoom: ZoomAuthorization & ZoomProbes;
  readonly runs: RunStarter;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: { revokeFailed(connectionId: string, error: unknown): void };
}

/** From Zoom's answer on: what is then not judged yet is given up, since the browser has its answer within 29 s. */
const JUDGING_MS = 15_000;

/**
 * Takes an admin's answer at Zoom: checks that it belongs to an attempt of this browser, exchanges the code, judges the
 * grant, and binds the connection to the account. A grant that is not kept is revoked, unless Zoom does not say whose it is.
 *
 * @throws ZoomFaultError, AppCredentialsRejectedError, AppCredentialsMissingError, NotFoundError, ConflictError; the
 *   attempt is used up, nothing is kept.
 */
export function makeCompleteConsent(ports: CompleteConsentPorts, settings: { readonly apiUrl: string }) {
  const { attempts, links, connections, revocations, zoom, runs, clock } = ports;

  return async function completeConsent(response: AuthorizationResponse): Promise<ConsentOutcome> {
    if (response.state === undefined) return { kind: 'unknownState' };
    const giveUpAt = clock.now() + JUDGING_MS;
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
    if (await wasRevoked(attempt)) {
      throw new ConflictError(
        'whoever began this was signed out, or the invite was taken back',
        'ask for a new invite',
      );
    }

    if (response.error === 'access_denied') {
      await note(attempt, { action: 'consent_declined', connectionId });
      return { kind: 'declined', connectionId };
    }
    if (response.code === undefined || response.error !== undefined) {
      return { kind: 'zoomRefused', connectionId, error: response.error ?? 'no code' };
    }
    const grant = await zoom.exchangeCode(response.code, codeVerifier);
    if ('kind' in grant) return { kind: 'codeRejected', connectionId };
    return keepOrRevoke(attempt, grant, giveUpAt);
  };

  /** Whether the invite, or the session, that the attempt was begun with has been ended since. */
  async function wasRevoked({ connectionId, expiresAt }: ConsentAttempt): Promise<boolean> {
    const ends = await Promise.all([revocations.lastAt(null), revocations.lastAt(connectionId)]);
    return expiresAt - ATTEMPT_MS <= Math.max(...ends);
  }

  async function keepOrRevoke(attempt: ConsentAttempt, grant: Grant, giveUpAt: number): Promise<ConsentOutcome> {
    const { connectionId } = attempt;
    const access = { accessToken: grant.tokens.accessToken, apiUrl: grant.apiUrl ?? settings.apiUrl };
    let identity: ZoomIdentity | null = null;
    let kept: Kept | Refusal;
    try {
      const judgement = await judgeGrant(zoom, access, clock, giveUpAt);
      identity = judgement.identity;
      kept =
        judgement.kind === 'refused'
          ? judgement.refusal
          : await keepGrant(ports, connectionId, grant, access, await holderOf(judgement));
    } catch (error) {
      const revoked = await revoke(connectionId, grant, identity);
      await note(attempt, { action: 'consent_failed', connectionId, identity, details: { revoked } });
      throw error;
    }
    if ('kind' in kept) return refuse(attempt, grant, kept, identity);
    return settle(attempt, kept, identity);
  }

  /**
   * Whose the grant is, if that is enough to keep it. One that could not be judged is kept for who gave the one in force,
   * which this consent has ended at Zoom; and where there is none in force and Zoom is but busy, since the backfill asks again.
   *
   * @throws ZoomFaultError
   */
  async function holderOf(judgement: Exclude<Judgement, { kind: 'refused' }>): Promise<ZoomIdentity> {
    if (judgement.kind === 'accepted') return judgement.identity;
    const { identity, fault, busy } = judgement;
    if (identity === null) throw fault;
    const holder = await connections.findByAccount(identity.zoomAccountId);
    const hasGrant = holder != null && holder.generation !== null;
    const isSamePerson = identity.userId !== null && holder?.consentedBy?.userId === identity.userId;
    if (hasGrant ? !isSamePerson : !busy) throw fault;
    return identity;
  }

  async function refuse(
    attempt: ConsentAttempt,
    grant: Grant,
    refusal: Refusal,
    identity: ZoomIdentity | null,
  ): Promise<ConsentOutcome> {
    const { connectionId } = attempt;
    const revoked = await revoke(connectionId, grant, identity);
    await note(attempt, {
      action: 'consent_refused',
      connectionId,
      identity,
      details: { why: causeOf(refusal), revoked },
    });
    await noteRefusal(connectionId, refusal);
    return { kind: 'refused', connectionId, refusal, revoked };
  }

  function note(
    { inviteHash, session }: ConsentAttempt,
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
        session,
        ...details,
      },
    });
  }

  /**
   * What follows a consent that is kept, each step whatever becomes of the others. Where the backfill cannot be started,
   * the schedule begins it.
   */
  async function settle(
    attempt: ConsentAttempt,
    { before, spareSecrets, isOther }: Kept,
    identity: ZoomIdentity | null,
  ): Promise<ConsentOutcome> {
    const { connectionId, inviteHash } = attempt;
    const isMerged = before.id !== connectionId && !isOther;
    const settled = await Promise.allSettled([
      note(attempt, {
        action: 'consent_given',
        connectionId: before.id,
        identity,
        details: { renewed: before.generation !== null, invitedAs: connectionId },
      }),
      isMerged && merge(connectionId, before.id),
      inviteHash !== null && !isOther && links.use(inviteHash, clock.now()),
      startBackfill(before.id),
      deleteSpareSecrets(ports, before.id, spareSecrets),
    ]);
    for (const step of settled) if (step.status === 'rejected') throw step.reason;
    if (isOther) return { kind: 'otherRenewed', connectionId, renewed: before.id };
    return isMerged ? { kind: 'merged', connectionId, into: before.id } : { kind: 'connected', connectionId };
  }

  async function startBackfill(id: string): Promise<void> {
    const connection = await connections.find(id);
    if (connection !== undefined && awaitsFirstBackfill(connection)) await runs.start(firstBackfill(connection));
  }

  /** Notes the refusal on a connection that never had a grant; one that works keeps working. */
  async function noteRefusal(connectionId: string, refusal: Refusal): Promise<void> {
    await changeConnection(connections, connectionId, (current) =>
      current.generation === null && !isEnded(current)
        ? { status: 'refused', reason: refusalReason(refusal), plan: refusedPlan(refusal) }
        : undefined,
    );
  }

  /** Points from the connection that was invited to the account's own; one that has ended keeps its receipt. */
  async function merge(connectionId: string, into: string): Promise<void> {
    await changeConnection(connections, connectionId, (current) =>
      isEnded(current)
        ? undefined
        : {
            status: 'disconnected',
            reason: 'This Zoom account was connected already; its connection was renewed.',
            mergedInto: into,
          },
    );
  }

  /**
   * Has Zoom take back a grant that is not kept. Zoom tells of that as if the account had removed the app, and the consent may
   * have ended the grant in force: so it is noted first whose doing it is, and a grant of which nobody can say whose it is stays.
   *
   * @returns whether Zoom took the grant back.
   */
  async function revoke(connectionId: string, grant: Grant, identity: ZoomIdentity | null): Promise<boolean> {
    try {
      if (identity === null) throw new ZoomFaultError('Zoom does not say whose grant it is');
      const holder = await connections.findByAccount(identity.zoomAccountId);
      if (holder !== undefined) await noteOwnRevocation(holder);
      await zoom.revoke(grant.tokens);
      return true;
    } catch (error) {
      ports.log.revokeFailed(connectionId, error);
      return false;
    }
  }

  async function noteOwnRevocation({ id }: ConnectionRecord): Promise<void> {
    const revokedByUsAt = new Date(clock.now()).toISOString();
    await changeConnection(connections, id, () => ({ revokedByUsAt }));
  }
}

function isVerifierOf(attempt: ConsentAttempt, codeVerifier: string): boolean {
  return timingSafeEqual(Buffer.from(challengeOf(codeVerifier)), Buffer.from(attempt.codeChallenge));
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
