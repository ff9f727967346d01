import type { RunRef } from '../../contract/workflow';
import { changeConnection } from '../connections/change-connection';
import { type ConnectionRecord, isReadable } from '../connections/connection-record';
import { type PageFacts, factsOfPage } from '../facts/facts-of-page';
import type { Pacer } from '../quota/pacer';
import { type PageAnswer, STREAM_LABELS, type ZoomAccess } from '../zoom/ports';
import type { Throttling } from '../zoom/throttling';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { ShardProgress } from './ports';
import { afterPage, isFinished, restarted } from './shard-progress';
import type { WorkerPorts, WorkerSettings } from './worker-ports';

/** How a turn of a chain ended, besides by a fault, which is thrown. */
export type ChainEnd =
  | { readonly kind: 'finished' }
  /** The connection was stopped, or has a newer consent. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'outOfTime' }
  | { readonly kind: 'parked'; readonly untilMs: number };

export interface ChainContext {
  readonly run: RunRef;
  readonly pacer: Pacer;
  /** Epoch ms at which the function is ended. */
  readonly deadline: number;
}

/** A page may take its wait for a turn, a call with its time-out and the storing; less time than this is not begun. */
const PAGE_MS = 90_000;
/** A page token is used while it is younger; Zoom keeps it 15 minutes. */
const PAGE_TOKEN_MS = 14 * 60_000;

type ReadableConnection = ConnectionRecord & { readonly zoomAccountId: string };
type Page = Extract<PageAnswer, { kind: 'page' }>;

/**
 * One shard's chain of pages: each page is stored while the next one is fetched, and the progress is saved once a
 * page's facts are stored. Killed anywhere, the chain goes on where the progress stands; what it repeats changes nothing.
 */
export class ShardChain {
  private progress: ShardProgress;
  /** Counts what is stored, which the progress in hand is a page ahead of. */
  private facts: number;
  private storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: WorkerPorts,
    private readonly settings: WorkerSettings,
    private readonly context: ChainContext,
    saved: ShardProgress,
  ) {
    this.progress = usableNow(saved, ports.clock.now());
    this.facts = this.progress.facts;
  }

  /**
   * Reads until the chain ends, its time is up, or nobody may call for a while.
   *
   * @throws ZoomFaultError when Zoom fails; what was read until then is stored.
   */
  async read(): Promise<ChainEnd> {
    try {
      return await this.readPages();
    } finally {
      await this.storing;
    }
  }

  private async readPages(): Promise<ChainEnd> {
    const { clock, connections } = this.ports;
    const { run, pacer, deadline } = this.context;
    for (;;) {
      if (deadline - clock.now() < PAGE_MS) return { kind: 'outOfTime' };
      const turn = await pacer.turn();
      if (turn.kind === 'parked') return this.park(turn.untilMs);
      const beganAt = clock.now();
      const connection = await connections.find(run.connectionId);
      if (!mayStillRead(connection, run.generation)) return { kind: 'stopped' };
      const end = await this.take(connection, await this.fetchPage(connection));
      if (end !== undefined) return end;
      if (isFinished(this.progress)) return { kind: 'finished' };
      pacer.cameRound(clock.now() - beganAt);
    }
  }

  /** @returns the chain's end, if the answer is one. */
  private async take(
    connection: ReadableConnection,
    answer: PageAnswer | { readonly kind: 'reconnectNeeded'; readonly reason: string },
  ): Promise<ChainEnd | undefined> {
    this.progress = { ...this.progress, calls: this.progress.calls + 1, waitingUntil: null };
    switch (answer.kind) {
      case 'page':
        await this.storePage(connection, answer);
        return undefined;
      case 'throttled':
        return this.heed(connection, answer.throttling);
      case 'pageTokenRejected':
        await this.replace((progress) => restarted(progress));
        return undefined;
      case 'denied':
        await this.replace((progress) => ({ ...progress, state: 'denied', denied: answer }));
        return undefined;
      case 'reconnectNeeded':
        await this.markReconnectNeeded(connection, answer.reason);
        return { kind: 'stopped' };
      case 'tokenRejected':
        throw new ZoomFaultError('Zoom refuses an access token that it has just issued');
    }
  }

  /** Fetches the next page; a token that Zoom refuses is refreshed once. */
  private async fetchPage(connection: ReadableConnection) {
    const { tokens, zoom } = this.ports;
    const { shard, pageToken } = this.progress;
    let rejected: string | undefined;
    for (;;) {
      const token = await tokens.get(this.context.run, rejected);
      if (token.kind === 'reconnectNeeded') return token;
      const access: ZoomAccess = {
        accessToken: token.accessToken,
        apiUrl: connection.apiUrl ?? this.settings.apiUrl,
      };
      const answer = await zoom.fetchPage(access, shard, pageToken);
      if (answer.kind !== 'tokenRejected' || rejected !== undefined) return answer;
      rejected = token.accessToken;
    }
  }

  /** Begins to store a page, once the page before is stored. */
  private async storePage(connection: ReadableConnection, page: Page): Promise<void> {
    const { run } = this.context;
    const { shard, pages } = this.progress;
    const source = { connectionId: run.connectionId, zoomAccountId: connection.zoomAccountId, ...this.settings };
    const made = factsOfPage(shard.stream, page.rows, source, this.ports.clock.now());
    if (made.problems.length > 0)
      this.ports.log.malformed(
        run,
        shard,
        made.problems.map(({ problem }) => problem),
      );
    await this.storing;
    const next = afterPage(this.progress, { ...page, ...made }, this.ports.clock.now());
    this.progress = next;
    // a first backfill finds an empty table, where looking before writing would only cost
    const isBlind = connection.firstReadAt === null && run.kind === 'backfill' && !next.isReread;
    this.storing = this.store(made, isBlind, pages, next, page.rows.length);
    // its failure belongs to whoever awaits it next: the following page, or the chain's end
    this.storing.catch(() => undefined);
  }

  private async store(
    { facts }: PageFacts,
    isBlind: boolean,
    pageNumber: number,
    next: ShardProgress,
    rows: number,
  ): Promise<void> {
    const { facts: table, seenUsers, progress, log } = this.ports;
    const { run } = this.context;
    let stored = facts.length;
    if (isBlind) await table.write(facts);
    else stored = await table.writeChanged(facts);
    if (next.shard.stream === 'user') {
      const ids = facts.map(({ id }) => id);
      await seenUsers.add(run, `${next.shard.id}.${pageNumber}`, ids);
    }
    this.facts += stored;
    await progress.save(run, { ...next, facts: this.facts });
    log.page(run, next.shard, { rows, stored });
  }

  private async heed(connection: ReadableConnection, { per, retryAtMs }: Throttling): Promise<ChainEnd | undefined> {
    const label = STREAM_LABELS[this.progress.shard.stream];
    const key = { zoomAccountId: connection.zoomAccountId, label };
    if (per === 'second') {
      await this.ports.quota.slowDown(key, retryAtMs, this.ports.clock.now());
      return undefined;
    }
    await this.ports.quota.block(key, retryAtMs);
    return this.park(retryAtMs);
  }

  private async park(untilMs: number): Promise<ChainEnd> {
    await this.replace((progress) => ({ ...progress, waitingUntil: new Date(untilMs).toISOString() }));
    return { kind: 'parked', untilMs };
  }

  /** Changes the progress when all that was read is stored, and saves it. */
  private async replace(change: (progress: ShardProgress) => ShardProgress): Promise<void> {
    await this.storing;
    this.progress = change({ ...this.progress, facts: this.facts });
    await this.ports.progress.save(this.context.run, this.progress);
  }

  private async markReconnectNeeded({ id, generation }: ReadableConnection, reason: string): Promise<void> {
    this.ports.log.reconnectNeeded(this.context.run);
    await changeConnection(this.ports.connections, id, (current) =>
      current.generation === generation && isReadable(current) ? { status: 'reconnect_needed', reason } : undefined,
    );
  }
}

function mayStillRead(connection: ConnectionRecord | undefined, generation: string): connection is ReadableConnection {
  return (
    connection !== undefined &&
    isReadable(connection) &&
    connection.generation === generation &&
    connection.zoomAccountId !== null
  );
}

/** The saved progress, from the start again when its page token has become too old. */
function usableNow(saved: ShardProgress, now: number): ShardProgress {
  const isTooOld = saved.pageTokenAt !== null && now - Date.parse(saved.pageTokenAt) > PAGE_TOKEN_MS;
  return isTooOld ? restarted(saved) : saved;
}
