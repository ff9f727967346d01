import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '../../contract/audit';
import type { AuditLog } from '../../core/audit/ports';

export interface LambdaAuditLogSettings {
  readonly functionName: string;
  /** Name of the handler that records. */
  readonly via: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Id of the invocation that is under way. */
  readonly requestId: () => string | null;
  /** Is told the whole entry when it could not be handed over. */
  readonly lost: (event: AuditEvent, error: unknown) => void;
}

/**
 * Hands entries to the audit function, which alone can store them. Lambda has the entry once it has taken the invocation, and
 * tries it again when the function fails: nobody waits for that.
 */
export function makeLambdaAuditLog(client: LambdaClient, settings: LambdaAuditLogSettings): AuditLog {
  const { functionName, via, now, requestId, lost } = settings;
  return {
    async record(entry) {
      const event: AuditEvent = {
        ...entry,
        id: randomBytes(16).toString('hex'),
        time: new Date(now()).toISOString(),
        via,
        requestId: requestId(),
      };
      try {
        await client.send(
          new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(event) }),
        );
      } catch (error) {
        lost(event, error);
      }
    },
  };
}
