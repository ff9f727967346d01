import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock';
import { type ConnectionChange, type ConnectionRecord, isEnded } from '../connections/connection-record';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionStore } from '../connections/ports';
import { ConflictError, NotFoundError, VersionConflictError } from '../errors';
import type { TokenVault } from '../tokens/ports';
import type { ZoomAccess, ZoomIdentity } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { Grant, Refusal, ZoomProbes } from './ports';

export interface KeepGrantPorts {
  readonly connections: ConnectionStore;
  readonly vault: TokenVault;
  readonly zoom: ZoomProbes;
  readonly clock: Clock;
}

/** A grant that is kept. */
export interface Kept {
  /** The account's connection as it was before. */
  readonly before: ConnectionRecord;
  /** The generations whose secrets can be in force no more. */
  readonly spareSecrets: readonly string[];
  /** Whether the consent was asked for a connection of another Zoom account. */
  readonly isOther: boolean;
}

/** Two admins who consent for one account at the same moment: the later one reads again and renews. */
const MAX_ROUNDS = 5;

/**
 * Gives the account's connection the new token set, unless it has that of a later consent.
 *
 * An account that has a connection keeps the grant in that, for whichever connection it was asked, and whatever became of
 * the invite: the consent may have ended the grant that was there, at Zoom.
 *
 * A secret is noted on the connection before it is made, and until it is deleted: who is killed in between leaves none
 * that nobody knows of.
 *
 * @param connectionId - the connection that the consent was asked for.
 * @throws NotFoundError, ConflictError when there is no connection (any more) to keep it in.
 */
export async function keepGrant(
  ports: KeepGrantPorts,
  connectionId: string,
  grant: Grant,
  access: ZoomAccess,
  identity: ZoomIdentity,
): Promise<Kept | Refusal> {
  const { connections, vault, zoom, clock } = ports;
  const { zoomAccountId } = identity;
  for (let round = 1; ; round++) {
    const invited = await connections.find(connectionId);
    const isOther = invited !== undefined && ![null, zoomAccountId].includes(invited.zoomAccountId);
    const target = (await connections.findByAccount(zoomAccountId)) ?? (isOther ? undefined : invited);
    if (target === undefined) {
      if (isOther) return { kind: 'otherAccount' };
      throw new NotFoundError('the connection is gone', 'ask for a new invite');
    }
    // while the admin was at Zoom; a stopped connection stays stopped
    if (target.id === connectionId && isEnded(target)) {
      throw new ConflictError('this connection has been ended', 'ask for a new invite');
    }
    if (target.status === 'disconnecting') return { kind: 'beingDisconnected' };
    // a later consent of the same person has ended this grant at Zoom, and its own is the one to keep
    if (target.generation !== null && (await isEndedAtZoom(zoom, access))) {
      return { before: target, spareSecrets: [], isOther };
    }
    const generation = randomBytes(8).toString('hex');
    const key = { connectionId: target.id, generation };
    // whoever noted a secret before this is bound has read a version that is over then
    const spareSecrets = [...target.spareSecrets, ...(target.generation === null ? [] : [target.generation])];
    const kept = { before: target, spareSecrets, isOther };
    try {
      const noted = await connections.update(target, { spareSecrets: [...target.spareSecrets, generation] });
      await vault.create(key, grant.tokens);
      const change = connected(target, grant, identity, clock.now());
      await connections.bind(noted, zoomAccountId, { ...change, generation, spareSecrets });
      return kept;
    } catch (error) {
      // where the answer to the binding got lost, it may be in force
      const isInForce = (await connections.find(target.id))?.generation === generation;
      if (isInForce) return kept;
      await vault.delete(key);
      if (!(error instanceof VersionConflictError) || round === MAX_ROUNDS) throw error;
    }
  }
}

/** Deletes these secrets of a connection, which can be in force no more, and forgets them. */
export async function deleteSpareSecrets(
  { connections, vault }: { readonly connections: ConnectionStore; readonly vault: Pick<TokenVault, 'delete'> },
  connectionId: string,
  generations: readonly string[],
): Promise<void> {
  if (generations.length === 0) return;
  for (const generation of generations) await vault.delete({ connectionId, generation });
  await changeConnection(connections, connectionId, ({ spareSecrets }) => ({
    spareSecrets: spareSecrets.filter((generation) => !generations.includes(generation)),
  }));
}

/** Whether Zoom says that the grant is over. Its silence says nothing: to lose the one in force is worse than to keep one too many. */
async function isEndedAtZoom(zoom: ZoomProbes, access: ZoomAccess): Promise<boolean> {
  try {
    const answer = await zoom.whoAmI(access);
    return 'kind' in answer && answer.kind === 'tokenRejected';
  } catch (error) {
    if (error instanceof ZoomFaultError) return false;
    throw error;
  }
}

function connected(
  { status, firstConnectedAt }: ConnectionRecord,
  { apiUrl }: Grant,
  { userId, email, roleName: role }: ZoomIdentity,
  now: number,
): ConnectionChange {
  const connectedAt = new Date(now).toISOString();
  return {
    // it is for an operator to resume it; then the backfill of this consent starts
    status: status === 'paused' ? 'paused' : 'backfilling',
    reason: null,
    plan: 'unknown',
    connectedAt,
    firstConnectedAt: firstConnectedAt ?? connectedAt,
    apiUrl,
    consentedBy: { userId, email, role },
    backfill: null,
    syncRun: null,
    capabilities: [],
    lostStreams: [],
    deauthorizedAt: null,
    grantDiedAt: null,
  };
}
