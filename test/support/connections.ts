import type { Disconnect } from '../../lambdas/contract/connection';
import type { FactKind } from '../../lambdas/contract/fact';
import type {
  ConnectionChange,
  ConnectionRecord,
  StreamReading,
} from '../../lambdas/core/connections/connection-record';
import type { ConnectionStore } from '../../lambdas/core/connections/ports';
import { VersionConflictError } from '../../lambdas/core/errors';
import { instant } from './clock';

/** A connection that waits for its consent, but for what `change` says. */
export function connectionRecord(change: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    id: 'c1',
    name: 'Contoso',
    status: 'pending',
    reason: null,
    mergedInto: null,
    zoomAccountId: null,
    plan: null,
    connectedAt: null,
    createdAt: instant(),
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
    ...change,
  };
}

/** A connection with a grant and its first backfill behind it. */
export function connectedRecord(change: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return connectionRecord({
    status: 'connected',
    zoomAccountId: 'account-1',
    plan: 'pro',
    connectedAt: instant(),
    generation: 'g1',
    firstRunId: 'consent-g1',
    firstReadAt: instant(),
    backfill: backfillRecord({ state: 'done', endedAt: instant() }),
    ...change,
  });
}

/** How far a stream is read, but for what `change` says: to this moment, and without anything new for an hour. */
export function streamReading(stream: FactKind, change: Partial<StreamReading> = {}): StreamReading {
  return { stream, newest: instant(-3_600_000), readAt: instant(), problem: null, lost: [], ...change };
}

/** A running backfill of 17 shards, but for what `change` says. */
export function backfillRecord(change: Partial<NonNullable<ConnectionRecord['backfill']>> = {}) {
  return {
    part: 1,
    runId: 'consent-g1',
    executionArn: 'arn:execution:c1_consent-g1',
    isOfRange: false,
    state: 'running' as const,
    startedAt: instant(),
    endedAt: null,
    shardsDone: 0,
    shardsTotal: 17,
    facts: 0,
    calls: 0,
    ...change,
  };
}

/** A disconnect that an operator has just asked for, but for what `change` says. */
export function disconnectRecord(change: Partial<Disconnect> = {}): Disconnect {
  return {
    cause: 'operator',
    keepFacts: false,
    requestedAt: instant(),
    attempt: 1,
    executionArn: null,
    revokedAtZoom: null,
    factsPurged: 0,
    endedAt: null,
    ...change,
  };
}

/** Connections in memory, with the versions and the one-account rule of the real ones. */
export class InMemoryConnectionStore implements ConnectionStore {
  readonly records = new Map<string, ConnectionRecord>();
  private readonly accounts = new Map<string, string>();

  constructor(...records: readonly ConnectionRecord[]) {
    for (const record of records) {
      this.records.set(record.id, record);
      if (record.zoomAccountId !== null) this.accounts.set(record.zoomAccountId, record.id);
    }
  }

  /** The connection, which is known to be there. */
  get(id: string): ConnectionRecord {
    const record = this.records.get(id);
    if (record === undefined) throw new Error(`no connection ${id}`);
    return record;
  }

  /** Changes the connection as somebody else would, past whoever has read it. */
  change(id: string, change: ConnectionChange): void {
    const record = this.get(id);
    this.records.set(id, { ...record, ...change, version: record.version + 1 });
  }

  find(id: string): Promise<ConnectionRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }

  async *list(from = ''): AsyncIterable<ConnectionRecord> {
    const all = await Promise.resolve([...this.records.values()]);
    yield* all.filter(({ id }) => id >= from);
    yield* all.filter(({ id }) => id < from);
  }

  create(connection: ConnectionRecord): Promise<void> {
    if (this.records.has(connection.id)) return Promise.reject(new Error(`${connection.id} is there already`));
    this.records.set(connection.id, connection);
    return Promise.resolve();
  }

  async update(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord> {
    await Promise.resolve();
    return this.replace(read, change);
  }

  findByAccount(zoomAccountId: string): Promise<ConnectionRecord | undefined> {
    return Promise.resolve(this.records.get(this.accounts.get(zoomAccountId) ?? ''));
  }

  async bind(read: ConnectionRecord, zoomAccountId: string, change: ConnectionChange): Promise<ConnectionRecord> {
    await Promise.resolve();
    const holder = this.accounts.get(zoomAccountId);
    if (holder !== undefined && holder !== read.id) throw new VersionConflictError('the connection');
    const next = this.replace(read, { ...change, zoomAccountId });
    this.accounts.set(zoomAccountId, read.id);
    return next;
  }

  async release(read: ConnectionRecord, change: ConnectionChange): Promise<ConnectionRecord> {
    await Promise.resolve();
    const next = this.replace(read, change);
    const { zoomAccountId } = read;
    if (zoomAccountId !== null && this.accounts.get(zoomAccountId) === read.id) this.accounts.delete(zoomAccountId);
    return next;
  }

  delete(id: string): Promise<void> {
    this.records.delete(id);
    return Promise.resolve();
  }

  private replace(read: ConnectionRecord, change: ConnectionChange): ConnectionRecord {
    if (this.records.get(read.id)?.version !== read.version) throw new VersionConflictError('the connection');
    const next = { ...read, ...change, version: read.version + 1 };
    this.records.set(read.id, next);
    return next;
  }
}
