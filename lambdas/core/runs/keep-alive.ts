import type { RunRef } from '../../contract/workflow';
import { changeConnection } from '../connections/change-connection';
import { hasIdleGrant } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { ConnectorError } from '../errors';
import type { AccessTokens } from '../tokens/access-tokens';

export interface KeepAlivePorts {
  readonly connections: ConnectionStore;
  readonly tokens: AccessTokens;
  readonly log: { keepAliveFailed(run: RunRef, error: ConnectorError): void };
}

/** Uses a grant that no run reads with. */
export type KeepAlive = (run: RunRef) => Promise<void>;

/**
 * Gets an access token, which has the token set refreshed once its hour is over: Zoom's refresh tokens live 90 days. A
 * fault is left to the next week's run; a grant that has died is noted on the connection, which stays as it is.
 */
export function makeKeepAlive({ connections, tokens, log }: KeepAlivePorts): KeepAlive {
  return async function keepAlive(run) {
    try {
      const answer = await tokens.get(run);
      if (answer.kind === 'token') return;
      await changeConnection(connections, run.connectionId, (current) =>
        hasIdleGrant(current) && current.generation === run.generation ? { reason: answer.reason } : undefined,
      );
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      log.keepAliveFailed(run, error);
    }
  };
}
