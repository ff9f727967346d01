import { type DisconnectTask, type GrantEnded, LONGEST_STEP_MINUTES } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionRecord } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { ZoomAuthorization } from '../consent/ports';
import { stoppedBackfill } from '../runs/cancel-backfill';
import type { ProgressStore } from '../runs/ports';
import type { RunStopper } from '../runs/run-starter';
import type { AccessTokens } from '../tokens/access-tokens';
import type { GrantKey, TokenVault } from '../tokens/ports';

export interface EndGrantPorts {
  readonly connections: ConnectionStore;
  readonly progress: Pick<ProgressStore, 'list'>;
  readonly vault: Pick<TokenVault, 'read' | 'delete'>;
  readonly tokens: AccessTokens;
  readonly zoom: Pick<ZoomAuthorization, 'revoke'>;
  readonly executions: Pick<RunStopper, 'stopAll'>;
  readonly clock: Clock;
  readonly log: { revokeFailed(connectionId: string, error: unknown): void };
}

/** Waits of 1 and 2 s between them; no other is begun when so much time has gone by. */
const REVOKE_TRIES = 3;
const REVOKE_MS = 45_000;
/** What a step that was under way when the connection was stopped may take, and a minute for clocks that differ. */
const SETTLED_MS = (LONGEST_STEP_MINUTES + 1) * 60_000;

/**
 * Ends what a connection may do: has Zoom take the grant back, deletes its secret, whether or not Zoom answered, and stops
 * its executions. May be repeated from anywhere.
 *
 * @returns when nothing that ran can write any more.
 */
export function makeEndGrant(ports: EndGrantPorts) {
  const { connections, progress, vault, tokens, zoom, executions, clock, log } = ports;

  return async function endGrant({ connectionId, requestedAt }: DisconnectTask): Promise<GrantEnded> {
    const purgeAgainAt = new Date(Date.parse(requestedAt) + SETTLED_MS).toISOString();
    const connection = await connections.find(connectionId);
    if (connection?.status !== 'disconnecting') return { purgeAgainAt };
    if (connection.generation !== null)
      await endGrantOf(connection, { connectionId, generation: connection.generation });
    for (const generation of connection.spareSecrets) await vault.delete({ connectionId, generation });
    await noteStopped(connection);
    await executions.stopAll(connectionId);
    return { purgeAgainAt };
  };

  async function endGrantOf({ id, disconnect }: ConnectionRecord, key: GrantKey): Promise<void> {
    // noted before the secret is deleted: without it nobody could find out any more
    if (disconnect?.revokedAtZoom == null) {
      const revokedAtZoom = disconnect?.cause === 'deauthorized' || (await revoke(key));
      await changeConnection(connections, id, ({ disconnect: known }) =>
        known === null ? undefined : { disconnect: { ...known, revokedAtZoom } },
      );
    }
    await vault.delete(key);
  }

  /** @returns whether Zoom has taken the grant back, or has ended it before. */
  async function revoke(key: GrantKey): Promise<boolean> {
    const giveUpAt = clock.now() + REVOKE_MS;
    let refused: string | undefined;
    for (let round = 1; ; round++) {
      try {
        // without a secret nothing can be said to Zoom; one that is very new may not be shown yet
        if ((await vault.read(key)) === undefined) throw new Error('the token secret is not there');
        // Zoom takes back what is good yet alone, and the token of a paused connection has long expired
        const token = await tokens.get(key, refused);
        if (token.kind === 'reconnectNeeded') return true;
        refused = token.accessToken;
        await zoom.revoke(token);
        return true;
      } catch (error) {
        log.revokeFailed(key.connectionId, error);
        if (round === REVOKE_TRIES || clock.now() > giveUpAt) return false;
        await clock.sleep(1000 * round);
      }
    }
  }

  /** Notes that there is no grant and that nothing runs any more. */
  async function noteStopped({ id, backfill }: ConnectionRecord): Promise<void> {
    const shards = backfill === null ? [] : await progress.list({ connectionId: id, runId: backfill.runId });
    const endedAt = new Date(clock.now()).toISOString();
    await changeConnection(connections, id, (current) => {
      const { backfill: last } = current;
      const isOpen = last?.state === 'running' || last?.state === 'paused';
      return {
        generation: null,
        spareSecrets: [],
        syncRun: null,
        backfill: isOpen ? stoppedBackfill(last, shards, 'cancelled', endedAt) : last,
      };
    });
  }
}
