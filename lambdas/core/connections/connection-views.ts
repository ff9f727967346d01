import type { BackfillView, Connection } from '../../contract/connection';
import type { ProgressStore, ShardProgress } from '../runs/ports';
import { isFinished } from '../runs/shard-progress';
import type { BackfillRecord, ConnectionRecord } from './connection-record';
import type { ConnectionStore } from './ports';

/** Connections as people and programs see them. */
export interface ConnectionViews {
  find(id: string): Promise<Connection | undefined>;
  /** All of them, by name. */
  list(): Promise<Connection[]>;
}

export interface ConnectionViewsPorts {
  readonly connections: ConnectionStore;
  readonly progress: ProgressStore;
  /** Epoch ms. */
  readonly now: () => number;
}

export function makeConnectionViews({ connections, progress, now }: ConnectionViewsPorts): ConnectionViews {
  async function view(record: ConnectionRecord): Promise<Connection> {
    const { backfill } = record;
    const shards =
      backfill?.state === 'running' ? await progress.list({ connectionId: record.id, runId: backfill.runId }) : [];
    return connectionView(record, shards, now());
  }
  return {
    async find(id) {
      const record = await connections.find(id);
      return record && view(record);
    },
    async list() {
      const views: Connection[] = [];
      for await (const record of connections.list()) views.push(await view(record));
      return views.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    },
  };
}

/** A consent has been given, and its backfill is not planned yet. */
const STARTING: BackfillRecord = {
  runId: '',
  executionArn: '',
  isOfRange: false,
  state: 'running',
  startedAt: '',
  endedAt: null,
  shardsDone: 0,
  shardsTotal: 0,
  facts: 0,
  calls: 0,
};

/** The view of a connection, with the progress of its running backfill if there is one, at `now` (epoch ms). */
export function connectionView(record: ConnectionRecord, shards: readonly ShardProgress[], now: number): Connection {
  const { id, name, status, reason, mergedInto, zoomAccountId, plan, connectedAt, lastSync, capabilities } = record;
  const backfill = record.backfill ?? (status === 'backfilling' ? STARTING : null);
  return {
    id,
    name,
    status,
    reason,
    mergedInto,
    zoomAccountId,
    plan,
    connectedAt,
    backfill: backfill && backfillView(backfill, shards, now),
    lastSync,
    capabilities,
  };
}

function backfillView(record: BackfillRecord, shards: readonly ShardProgress[], now: number): BackfillView {
  if (record.state !== 'running') {
    const { state, shardsDone, shardsTotal, facts, calls } = record;
    return {
      state,
      waitingUntil: null,
      shardsDone,
      shardsTotal,
      facts,
      calls,
      callsPerSecond: null,
      waitingShare: null,
      etaSeconds: null,
      throttledByZoom: false,
    };
  }
  const open = shards.filter((progress) => !isFinished(progress));
  const shardsDone = shards.length - open.length;
  const waits = open
    .map(({ waitingUntil }) => waitingUntil)
    .filter((until) => until !== null && Date.parse(until) > now);
  const isWaiting = waits.length > 0 && waits.length === open.length;
  const calls = shards.reduce((sum, progress) => sum + progress.calls, 0);
  const waitedMs = shards.reduce((sum, progress) => sum + progress.waitedMs, 0);
  const spentMs = shards.reduce((sum, { readingMs }) => sum + readingMs, waitedMs);
  const elapsedSeconds = Math.max(0, now - Date.parse(record.startedAt)) / 1000;
  return {
    state: isWaiting ? 'waiting' : 'running',
    waitingUntil: isWaiting ? (waits.sort()[0] ?? null) : null,
    shardsDone,
    shardsTotal: record.shardsTotal,
    facts: shards.reduce((sum, { facts }) => sum + facts, 0),
    calls,
    callsPerSecond: elapsedSeconds > 0 ? calls / elapsedSeconds : null,
    waitingShare: spentMs > 0 ? waitedMs / spentMs : null,
    // as the parts so far went, so will the rest; before the first is read nothing is known
    etaSeconds:
      shardsDone === 0 || isWaiting
        ? null
        : Math.ceil((elapsedSeconds * (record.shardsTotal - shardsDone)) / shardsDone),
    throttledByZoom: waits.length > 0,
  };
}
