import type { ShardOutcome, ShardTask } from '../../contract/workflow';
import type { Clock } from '../clock';
import { type ConnectionRecord, isReadable } from '../connections/connection-record';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionStore } from '../connections/ports';
import { factsOfPage } from '../facts/facts-of-page';
import type { FactStore } from '../facts/ports';
import { isForfeited } from '../quota/ledger';
import { type QuotaShare, quotaLimit } from '../quota/limits';
import type { QuotaLedger } from '../quota/ports';
import type { AccessTokens } from '../tokens/access-tokens';
import { type PageAnswer, STREAM_LABELS, type ZoomAccess, type ZoomLists } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { ProgressStore, SeenUsers, ShardProgress } from './ports';
import { afterPage, restarted } from './shard-progress';

export interface ReadShardPorts {
  readonly connections: ConnectionStore;
  readonly progress: ProgressStore;
  readonly seenUsers: SeenUsers;
  readonly facts: FactStore;
  readonly quota: QuotaLedger;
  readonly tokens: AccessTokens;
  readonly zoom: ZoomLists;
  readonly clock: Clock;
  readonly log: ReadShardLog;
}

/** What is worth a line of the log; nothing in it comes from Zoom's rows. */
export interface ReadShardLog {
  page(task: ShardTask, read: { readonly rows: number; readonly facts: number; readonly calls: number }): void;
  malformed(task: ShardTask, problems: readonly string[]): void;
  fault(task: ShardTask, error: ZoomFaultError): void;
  reconnectNeeded(task: ShardTask): void;
}

export interface ReadShardSettings {
  readonly quotaShare: QuotaShare;
  readonly retentionDays: number;
  /** Used when the account's token names no host of its own. */
  readonly apiUrl: string;
}

/** A page may take its wait for a slot, a call with its time-out and the storing; less time than this is not begun. */
const PAGE_MS = 90_000;
/** A wait up to this is slept, a longer one given back to the workflow, where it costs nothing. */
const LONGEST_SLEEP_MS = 30_000;
/** A page token is used while it is younger; Zoom keeps it 15 minutes. */
const PAGE_TOKEN_MS = 14 * 60_000;
/** Faults in a row that a worker outlasts by itself, after 1, 2 and 4 seconds; then the workflow tries again. */
const MAX_FAULTS_IN_A_ROW = 3;

type Step = ShardOutcome | ShardProgress;

/**
 * Reads one shard as far as time and quota allow: reserve a slot, fetch a page, store its facts, save the progress.
 * Killed anywhere, it goes on where the progress stands; what it repeats changes nothing.
 *
 * @param deadline - epoch ms at which the function is ended.
 */
export function makeReadShard(ports: ReadShardPorts, settings: ReadShardSettings) {
  const { connections, progress: progressStore, clock } = ports;

  return async function readShard(task: ShardTask, deadline: number): Promise<ShardOutcome> {
    const { run, shard } = task;
    const saved = await progressStore.find(run, shard.id);
    if (saved === undefined || isFinished(saved)) return { outcome: 'done' };

    let progress = usableNow(saved, clock.now());
    let faults = 0;
    for (;;) {
      if (deadline - clock.now() < PAGE_MS) return { outcome: 'again' };
      const connection = await connections.find(run.connectionId);
      if (!mayStillRead(connection, run.generation)) return { outcome: 'done' };
      try {
        const step = await readPage(task, connection, progress);
        if ('outcome' in step) return step;
        progress = step;
        faults = 0;
        if (isFinished(progress)) return { outcome: 'done' };
      } catch (error) {
        if (!(error instanceof ZoomFaultError) || ++faults > MAX_FAULTS_IN_A_ROW) throw error;
        ports.log.fault(task, error);
        await clock.sleep(1000 * 2 ** (faults - 1));
      }
    }
  };

  async function readPage(task: ShardTask, connection: ReadableConnection, before: ShardProgress): Promise<Step> {
    const slot = await takeSlot(connection, task);
    if (slot.kind === 'wait') return park(task, before, slot.untilMs);

    const answer = await fetchPage(task, connection, before.pageToken);
    const progress = { ...before, calls: before.calls + 1, waitingUntil: null };
    switch (answer.kind) {
      case 'page':
        return storePage(task, connection, progress, answer);
      case 'throttled':
        return throttled(task, connection, progress, answer.throttling);
      case 'pageTokenRejected':
        return save(task, restarted(progress));
      case 'denied':
        return save(task, { ...progress, state: 'denied', denied: answer });
      case 'reconnectNeeded':
        ports.log.reconnectNeeded(task);
        await markReconnectNeeded(connection, answer.reason);
        return { outcome: 'done' };
    }
  }

  /** A start time that is now, after having slept a short wait for it. */
  async function takeSlot(connection: ReadableConnection, { shard }: ShardTask) {
    const label = STREAM_LABELS[shard.stream];
    const key = { zoomAccountId: connection.zoomAccountId, label };
    const limit = quotaLimit(connection.plan ?? 'unknown', label, settings.quotaShare);
    for (;;) {
      const now = clock.now();
      const reservation = await ports.quota.reserve(key, limit, now);
      if (reservation.kind === 'blocked') return { kind: 'wait' as const, untilMs: reservation.untilMs };
      if (reservation.startAtMs - now > LONGEST_SLEEP_MS)
        return { kind: 'wait' as const, untilMs: reservation.startAtMs };
      if (reservation.startAtMs > now) await clock.sleep(reservation.startAtMs - now);
      if (!isForfeited(reservation.startAtMs, clock.now())) return { kind: 'now' as const };
    }
  }

  /** Fetches a page; a token that Zoom refuses is refreshed once. */
  async function fetchPage({ shard, run }: ShardTask, connection: ReadableConnection, pageToken: string | null) {
    let rejected: string | undefined;
    for (;;) {
      const token = await ports.tokens.get(run, rejected);
      if (token.kind === 'reconnectNeeded') return token;
      const access: ZoomAccess = { accessToken: token.accessToken, apiUrl: connection.apiUrl ?? settings.apiUrl };
      const answer = await ports.zoom.fetchPage(access, shard, pageToken);
      if (answer.kind !== 'tokenRejected') return answer;
      if (rejected !== undefined) throw new ZoomFaultError('Zoom refuses an access token that it has just issued');
      rejected = token.accessToken;
    }
  }

  async function storePage(
    task: ShardTask,
    connection: ReadableConnection,
    before: ShardProgress,
    page: Extract<PageAnswer, { kind: 'page' }>,
  ): Promise<Step> {
    const { run, shard } = task;
    const source = { connectionId: run.connectionId, zoomAccountId: connection.zoomAccountId, ...settings };
    const { facts, problems } = factsOfPage(shard.stream, page.rows, source, clock.now());
    if (problems.length > 0) ports.log.malformed(task, problems);

    let stored = facts.length;
    // a first backfill finds an empty table, where looking before writing would only cost
    if (run.kind === 'backfill' && connection.firstReadAt === null) await ports.facts.write(facts);
    else stored = await ports.facts.writeChanged(facts);
    if (shard.stream === 'user') {
      await ports.seenUsers.add(
        run,
        `${shard.id}.${before.pages}`,
        facts.map(({ id }) => id),
      );
    }
    const progress = afterPage(before, { ...page, facts, stored, malformed: problems.length }, clock.now());
    ports.log.page(task, { rows: page.rows.length, facts: stored, calls: progress.calls });
    return save(task, progress);
  }

  async function throttled(
    task: ShardTask,
    connection: ReadableConnection,
    progress: ShardProgress,
    { per, retryAtMs }: { readonly per: 'second' | 'day'; readonly retryAtMs: number },
  ): Promise<Step> {
    const key = { zoomAccountId: connection.zoomAccountId, label: STREAM_LABELS[task.shard.stream] };
    if (per === 'day') {
      await ports.quota.block(key, retryAtMs);
      return park(task, progress, retryAtMs);
    }
    await ports.quota.postpone(key, retryAtMs);
    return save(task, progress);
  }

  async function park(task: ShardTask, progress: ShardProgress, untilMs: number): Promise<ShardOutcome> {
    const at = new Date(Math.max(untilMs, clock.now() + LONGEST_SLEEP_MS)).toISOString();
    await save(task, { ...progress, waitingUntil: at });
    return { outcome: 'waitUntil', at };
  }

  async function save({ run }: ShardTask, progress: ShardProgress): Promise<ShardProgress> {
    await progressStore.save(run, progress);
    return progress;
  }

  async function markReconnectNeeded({ id, generation }: ReadableConnection, reason: string): Promise<void> {
    await changeConnection(connections, id, (current) =>
      current.generation === generation && isReadable(current) ? { status: 'reconnect_needed', reason } : undefined,
    );
  }
}

type ReadableConnection = ConnectionRecord & { readonly zoomAccountId: string };

function mayStillRead(connection: ConnectionRecord | undefined, generation: string): connection is ReadableConnection {
  return (
    connection !== undefined &&
    isReadable(connection) &&
    connection.generation === generation &&
    connection.zoomAccountId !== null
  );
}

function isFinished({ state }: ShardProgress): boolean {
  return state === 'done' || state === 'denied';
}

/** The saved progress, from the start again when its page token has become too old. */
function usableNow(saved: ShardProgress, now: number): ShardProgress {
  const isTooOld = saved.pageTokenAt !== null && now - Date.parse(saved.pageTokenAt) > PAGE_TOKEN_MS;
  return isTooOld ? restarted(saved) : saved;
}
