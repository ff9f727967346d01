import { randomBytes } from 'node:crypto';
import { InvalidInputError } from '../errors';
import type { ConnectionRecord } from './connection-record';

/** Characters in the longest name of a connection. */
export const NAME_MAX_LENGTH = 80;

/** A connection that waits for its consent, made at `now` (epoch ms). @throws InvalidInputError for a name that is none. */
export function newConnection(name: string, now: number): ConnectionRecord {
  return {
    id: randomBytes(8).toString('hex'),
    name: checkedName(name),
    status: 'pending',
    reason: null,
    mergedInto: null,
    zoomAccountId: null,
    plan: null,
    connectedAt: null,
    createdAt: new Date(now).toISOString(),
    version: 1,
    generation: null,
    spareSecrets: [],
    apiUrl: null,
    consentedBy: null,
    backfill: null,
    syncRun: null,
    lastSync: null,
    firstRunId: null,
    firstConnectedAt: null,
    firstReadAt: null,
    sweptAt: null,
    usersMissedBy: null,
    usersChangedAt: null,
    deauthorizedAt: null,
    revokedByUsAt: null,
    grantDiedAt: null,
    capabilities: [],
    freshness: [],
    disconnect: null,
    lostStreams: [],
  };
}

function checkedName(name: string): string {
  const trimmed = name.trim();
  // control characters would let a name draw on a terminal or forge a line of a log
  if (trimmed === '' || trimmed.length > NAME_MAX_LENGTH || /\p{Cc}/u.test(trimmed)) {
    throw new InvalidInputError(
      `a connection's name has 1 to ${NAME_MAX_LENGTH} printable characters`,
      'give it a name that you will recognise, for example "Contoso Zoom"',
    );
  }
  return trimmed;
}
