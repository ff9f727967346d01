import type { RunRef } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import { hasIdleGrant } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { ZoomProbes } from '../consent/ports';
import { ConnectorError } from '../errors';
import type { AccessTokenAnswer, AccessTokens } from '../tokens/access-tokens';

export interface KeepAlivePorts {
  readonly connections: ConnectionStore;
  readonly tokens: AccessTokens;
  readonly zoom: Pick<ZoomProbes, 'whoAmI'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: { keepAliveFailed(run: RunRef, error: ConnectorError): void };
}

/** Uses a grant that no run reads with. */
export type KeepAlive = (run: RunRef) => Promise<void>;

/**
 * Gets an access token, which has the token set refreshed once its hour is over, and tries it: Zoom's refresh tokens live 90
 * days, and a removed app is found. A fault is left to the next week's run; a grant that has died is noted on the
 * connection, which stays paused.
 *
 * @param settings - `apiUrl`: where the API is of accounts for which Zoom names no other address.
 */
export function makeKeepAlive(ports: KeepAlivePorts, settings: { readonly apiUrl: string }): KeepAlive {
  const { connections, tokens, zoom, clock, log } = ports;

  return async function keepAlive(run) {
    try {
      const answer = await triedToken(run);
      if (answer.kind === 'token') return;
      const grantDiedAt = new Date(clock.now()).toISOString();
      await changeConnection(connections, run.connectionId, (current) =>
        hasIdleGrant(current) && current.generation === run.generation
          ? { reason: answer.reason, grantDiedAt }
          : undefined,
      );
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      log.keepAliveFailed(run, error);
    }
  };

  /** An access token that Zoom takes, or one that has just been refreshed. */
  async function triedToken(run: RunRef): Promise<AccessTokenAnswer> {
    const answer = await tokens.get(run);
    if (answer.kind !== 'token') return answer;
    const { accessToken } = answer;
    const connection = await connections.find(run.connectionId);
    const seen = await zoom.whoAmI({ accessToken, apiUrl: connection?.apiUrl ?? settings.apiUrl });
    const isRejected = 'kind' in seen && seen.kind === 'tokenRejected';
    return isRejected ? tokens.get(run, accessToken) : answer;
  }
}
