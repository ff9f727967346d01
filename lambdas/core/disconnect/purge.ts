import type { PurgeOutcome, PurgeTask } from '../../contract/workflow';
import type { AuditLog } from '../audit/ports';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionChange, ConnectionRecord } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import type { StoredData } from './ports';

export interface PurgePorts {
  readonly connections: ConnectionStore;
  readonly stored: StoredData;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** So often the number of deleted facts is noted, for people to see. */
const NOTE_MS = 2_000;

const NOT_REVOKED =
  'Zoom did not confirm that it took the permission back. An admin of the Zoom account has to remove the app there: ' +
  'Zoom App Marketplace, Manage, Added Apps, Remove.';

/**
 * Deletes what is stored of a connection that is `disconnecting`: its facts, unless they are to be kept, and the state of
 * its runs. The last pass ends the disconnect: it leaves the receipt, and the Zoom account may be connected anew. May be
 * repeated from anywhere.
 *
 * @param deadline - epoch ms at which the turn ends; what is left is for the next.
 */
export function makePurge({ connections, stored, audit, clock }: PurgePorts) {
  return async function purge(task: PurgeTask, deadline: number): Promise<PurgeOutcome> {
    const { connectionId, pass } = task;
    const connection = await connections.find(connectionId);
    if (connection === undefined || !isOf(connection, task)) {
      // a step that is repeated because it was killed between the receipt and the entry
      if (pass === 'last' && connection !== undefined) await noteEnd(connection, task);
      return { outcome: 'done' };
    }
    const keepFacts = connection.disconnect?.keepFacts === true;

    let deleted = 0; // and not noted yet
    let notedAt = clock.now();
    const note = async (): Promise<boolean> => {
      const facts = deleted;
      deleted = 0;
      notedAt = clock.now();
      const noted = await changeConnection(connections, connectionId, (current) =>
        facts > 0 && isOf(current, task) ? counting(current, facts) : undefined,
      );
      return noted !== undefined && isOf(noted, task);
    };

    if (!keepFacts) {
      for await (const facts of stored.deleteFacts(connectionId)) {
        deleted += facts;
        const isOver = clock.now() >= deadline;
        if (!isOver && clock.now() - notedAt < NOTE_MS) continue;
        // another attempt has taken over: what it finds, it counts
        if (!(await note())) return { outcome: 'done' };
        if (isOver) return { outcome: 'again' };
      }
      await note();
    }
    for await (const _items of stored.deleteState(connectionId)) {
      if (clock.now() >= deadline) return { outcome: 'again' };
    }
    return pass === 'first' ? { outcome: 'done' } : conclude(task, keepFacts);
  };

  /** @param keepFacts - what this pass went by; somebody may have asked for more meanwhile. */
  async function conclude(task: PurgeTask, keepFacts: boolean): Promise<PurgeOutcome> {
    const endedAt = new Date(clock.now()).toISOString();
    const concluded = await changeConnection(
      connections,
      task.connectionId,
      (current) =>
        isOf(current, task) && current.disconnect?.keepFacts === keepFacts ? receipt(current, endedAt) : undefined,
      'release',
    );
    if (concluded !== undefined) await noteEnd(concluded, task);
    return { outcome: concluded?.status === 'disconnecting' && isOf(concluded, task) ? 'again' : 'done' };
  }

  /** Tells the audit log of the end, if it was this attempt that ended it. */
  async function noteEnd({ id, zoomAccountId, status, disconnect }: ConnectionRecord, task: PurgeTask): Promise<void> {
    if (status !== 'disconnected' || disconnect?.requestedAt !== task.requestedAt) return;
    if (disconnect.attempt !== task.attempt) return;
    const { cause, keepFacts, revokedAtZoom, factsPurged } = disconnect;
    await audit.record({
      action: 'disconnected',
      connectionId: id,
      zoomAccountId,
      actor: null,
      details: { cause, keepFacts, revokedAtZoom, factsPurged },
    });
  }
}

/** Whether it is this attempt that disconnects the connection. */
function isOf({ status, disconnect }: ConnectionRecord, { requestedAt, attempt }: PurgeTask): boolean {
  return status === 'disconnecting' && disconnect?.requestedAt === requestedAt && disconnect.attempt === attempt;
}

function counting({ disconnect }: ConnectionRecord, facts: number): ConnectionChange | undefined {
  return disconnect === null
    ? undefined
    : { disconnect: { ...disconnect, factsPurged: disconnect.factsPurged + facts } };
}

/** What is left of a connection: what was done, when, and how much of it. Nothing of the person who consented. */
function receipt({ disconnect }: ConnectionRecord, endedAt: string): ConnectionChange {
  return {
    status: 'disconnected',
    reason: disconnect?.revokedAtZoom === false ? NOT_REVOKED : null,
    consentedBy: null,
    apiUrl: null,
    capabilities: [],
    freshness: [],
    lostStreams: [],
    usersMissedBy: null,
    disconnect: disconnect && { ...disconnect, endedAt },
  };
}
