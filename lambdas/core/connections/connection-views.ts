import type { BackfillView, Connection } from '../../contract/connection';
import { type LedgerEntry, paceAt } from '../quota/ledger';
import { type QuotaLimit, type QuotaShare, type RateLimitLabel, quotaLimit } from '../quota/limits';
import type { QuotaLedger } from '../quota/ports';
import { openBackfill } from '../runs/cancel-backfill';
import { etaSeconds } from '../runs/eta';
import { isOfReport } from '../runs/pages-left';
import type { ProgressStore, ShardProgress } from '../runs/ports';
import { isFinished, isMissing, waitedBy } from '../runs/shard-progress';
import { STREAM_LABELS } from '../zoom/ports';
import { latest } from '../dates';
import type { BackfillRecord, ConnectionRecord } from './connection-record';
import { freshnessOf } from './freshness';
import { isOverdue, reasonOfDelay } from './overdue';
import type { ConnectionStore } from './ports';

/** Connections as people and programs see them. */
export interface ConnectionViews {
  find(id: string): Promise<Connection | undefined>;
  /** All of them, by name. */
  list(): Promise<Connection[]>;
  /** One that was read already. */
  of(record: ConnectionRecord): Promise<Connection>;
}

export interface ConnectionViewsPorts {
  readonly connections: Pick<ConnectionStore, 'find' | 'list'>;
  readonly progress: Pick<ProgressStore, 'list'>;
  readonly quota: Pick<QuotaLedger, 'find'>;
  readonly quotaShare: QuotaShare;
  /** From one tick of the schedule to the next, in minutes: what was not read for some of them is behind. */
  readonly everyMinutes: number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** The reports' label: what a backfill mostly waits for. */
const LABEL: RateLimitLabel = 'heavy';

export function makeConnectionViews(ports: ConnectionViewsPorts): ConnectionViews {
  const { connections, progress, quota, quotaShare, everyMinutes, now } = ports;

  async function of(record: ConnectionRecord): Promise<Connection> {
    const { id, backfill, zoomAccountId, plan } = record;
    const limit = quotaLimit(plan ?? 'unknown', LABEL, quotaShare);
    if (backfill?.state !== 'running') {
      return connectionView(record, { shards: [], limit, ledger: undefined, everyMinutes }, now());
    }
    const [shards, ledger] = await Promise.all([
      progress.list({ connectionId: id, runId: backfill.runId }),
      zoomAccountId === null ? undefined : quota.find({ zoomAccountId, label: LABEL }),
    ]);
    return connectionView(record, { shards, limit, ledger, everyMinutes }, now());
  }
  return {
    of,
    async find(id) {
      const record = await connections.find(id);
      return record && of(record);
    },
    async list() {
      const views: Connection[] = [];
      for await (const record of connections.list()) views.push(await of(record));
      return views.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    },
  };
}

/** How far a running backfill is, the quota of its reports, and how often syncs run. */
export interface BackfillReading {
  readonly shards: readonly ShardProgress[];
  readonly limit: QuotaLimit;
  readonly ledger: LedgerEntry | undefined;
  readonly everyMinutes: number;
}

/** The view of a connection at `now` (epoch ms). @param reading - its shards, limit and ledger matter while a backfill runs. */
export function connectionView(record: ConnectionRecord, reading: BackfillReading, now: number): Connection {
  const { id, name, status, reason, mergedInto, zoomAccountId, plan, connectedAt, lastSync } = record;
  const backfill = record.backfill ?? openBackfill(record) ?? null;
  const readsSince = latest(backfill?.startedAt, record.resumedAt) ?? record.createdAt;
  return {
    id,
    name,
    status,
    reason,
    mergedInto,
    zoomAccountId,
    plan,
    connectedAt,
    backfill:
      backfill &&
      (backfill.state === 'running' ? runningView(backfill, readsSince, reading, now) : endedView(backfill)),
    lastSync,
    capabilities: record.capabilities,
    freshness: freshnessOf(record, reading.everyMinutes, now),
    disconnect: record.disconnect,
  };
}

function endedView(record: BackfillRecord): BackfillView {
  const { state, startedAt, shardsDone, shardsTotal, facts, calls } = record;
  return {
    // the connection's status says that it is to go on
    state: state === 'paused' ? 'cancelled' : state,
    startedAt,
    waitingUntil: null,
    shardsDone,
    shardsTotal,
    facts,
    calls,
    callsPerSecond: null,
    waitingShare: null,
    etaSeconds: null,
    throttledByZoom: false,
    problem: null,
    overdue: null,
  };
}

/** @param readsSince - when it was begun or resumed last, ISO 8601 UTC. */
function runningView(
  record: BackfillRecord,
  readsSince: string,
  { shards, limit, ledger }: BackfillReading,
  now: number,
): BackfillView {
  const startedAt = Date.parse(record.startedAt);
  const open = shards.filter((progress) => !isFinished(progress));
  const reports = open.filter(isOfReport);
  // lists of users have a quota of their own, and may go on while the reports wait
  const until = waitOf(reports.length > 0 ? reports : open, now);
  const sum = (of: (progress: ShardProgress) => number) => shards.reduce((total, progress) => total + of(progress), 0);
  const calls = sum((progress) => progress.calls);
  const waitedMs = sum((progress) => waitedBy(progress, now));
  const spentMs = waitedMs + sum((progress) => progress.readingMs);
  const elapsedSeconds = Math.max(0, now - startedAt) / 1000;
  const view = {
    state: waitOf(open, now) === null ? ('running' as const) : ('waiting' as const),
    startedAt: record.startedAt,
    waitingUntil: until,
    shardsDone: shards.filter((progress) => !isMissing(progress)).length,
    shardsTotal: record.shardsTotal,
    facts: sum((progress) => progress.facts),
    calls,
    callsPerSecond: calls > 0 && elapsedSeconds > 0 ? calls / elapsedSeconds : null,
    waitingShare: spentMs > 0 ? waitedMs / spentMs : null,
    etaSeconds: etaSeconds({ shards, startedAt, now, limit, ledger }),
    throttledByZoom: ledger !== undefined && isThrottled(ledger, until !== null, now),
    problem: open.find(({ problem }) => problem !== null)?.problem ?? null,
  };
  return { ...view, overdue: isOverdue(readsSince, now) ? reasonOfDelay(view) : null };
}

/** Whether Zoom itself refuses calls. A day's that are waited for may be our own share of them, unless Zoom says otherwise. */
function isThrottled(ledger: LedgerEntry, waitsForDay: boolean, now: number): boolean {
  return ledger.blockedUntilMs > now || (!waitsForDay && paceAt(ledger, now) < 1);
}

/** When the first of these shards goes on, if all of them wait. None is begun while its label waits. */
function waitOf(shards: readonly ShardProgress[], now: number): string | null {
  const isWaiting = ({ waitingUntil }: ShardProgress) => waitingUntil !== null && Date.parse(waitingUntil) > now;
  const labelOf = ({ shard }: ShardProgress) => STREAM_LABELS[shard.stream];
  const waiting = shards.filter(isWaiting);
  const labels = new Set(waiting.map(labelOf));
  const isAnyRead = shards.some(
    (progress) => !isWaiting(progress) && (progress.state !== 'planned' || !labels.has(labelOf(progress))),
  );
  return isAnyRead ? null : (waiting.flatMap(({ waitingUntil }) => waitingUntil ?? []).sort()[0] ?? null);
}
