import type { RunRef } from '../../contract/workflow';
import { changeConnection } from '../connections/change-connection';
import { markReconnectNeeded } from '../connections/mark-reconnect-needed';
import { type ConnectionRecord, mayRead } from '../connections/connection-record';
import { parseLetter } from '../dead-letters/dead-letter';
import { type PageFacts, factsOfPage } from '../facts/facts-of-page';
import type { AccountQuota } from '../quota/account-quota';
import { learntPlan } from '../quota/limits';
import type { Pacer, ParkedTurn, Turn } from '../quota/pacer';
import { type PageAnswer, STREAM_LABELS, type ZoomAccess } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { ShardProgress } from './ports';
import { afterPage, deniedShard, isFinished, restarted, waitedBy } from './shard-progress';
import type { WorkerPorts, WorkerSettings } from './worker-ports';

/** How a turn of a chain ended, besides by a fault, which is thrown. */
export type ChainEnd =
  | { readonly kind: 'finished' }
  /** The connection was stopped, has a newer consent, or its backfill was cancelled. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'outOfTime' }
  /** Nobody may call under the label for longer than is slept. */
  | { readonly kind: 'parked'; readonly untilMs: number }
  /** Zoom fails, and is left alone for a while. */
  | { readonly kind: 'failing'; readonly untilMs: number };

export interface ChainContext {
  readonly run: RunRef;
  readonly quota: AccountQuota;
  /** Epoch ms by which the turn has to be over. */
  readonly deadline: number;
  /** Told of each page that comes. */
  readonly gotOn: () => void;
}

/** A page may take its wait for a turn, a call with its time-out and the storing; less time than this is not begun. */
export const PAGE_MS = 90_000;
/** A page token is used while it is younger; Zoom keeps it 15 minutes. */
const PAGE_TOKEN_MS = 14 * 60_000;

/** So many pages of a chain since a checkpoint are in a hurry: 6,000 rows. */
const URGENT_PAGES = 20;

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
  /** The access token that Zoom has just refused. */
  private rejected: string | undefined;

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
   * @throws ZoomFaultError when Zoom fails, or what a table throws; what was stored until then is noted.
   */
  async read(): Promise<ChainEnd> {
    try {
      return await this.readPages();
    } finally {
      await this.storing;
    }
  }

  private async readPages(): Promise<ChainEnd> {
    const { clock, connections, tokens, zoom } = this.ports;
    const { run, deadline } = this.context;
    if (isFinished(this.progress)) return this.alreadyOver();
    for (;;) {
      const wantedAt = clock.now();
      if (deadline - wantedAt < PAGE_MS) return { kind: 'outOfTime' };
      // all that may take time comes before the start time, so that the call begins on it
      const connection = await connections.find(run.connectionId);
      if (!mayStillRead(connection, run)) return { kind: 'stopped' };
      const token = await tokens.get(run, this.rejected);
      if (token.kind === 'reconnectNeeded') return this.endGrant(token.reason);
      this.countReading(wantedAt);
      const turn = await this.takeTurn();
      if (turn.kind === 'parked') return this.park(turn);

      const beganAt = clock.now();
      const access: ZoomAccess = {
        accessToken: token.accessToken,
        apiUrl: connection.apiUrl ?? this.settings.apiUrl,
      };
      const answer = await zoom.fetchPage(access, this.progress.shard, this.progress.pageToken);
      // before it is saved, or what is saved would be a page's time short of its calls
      const answeredAt = this.countReading(beganAt);
      const end = await this.take(connection, access, answer);
      const tookMs = this.countReading(answeredAt) - beganAt;
      if (end !== undefined) return end;
      if (isFinished(this.progress)) return { kind: 'finished' };
      this.pacer.cameRound(tookMs);
      if (turn.thenBlocked !== undefined) return this.park(turn.thenBlocked);
    }
  }

  private get label() {
    return STREAM_LABELS[this.progress.shard.stream];
  }

  private get pacer(): Pacer {
    return pacerOf(this.context.quota, this.progress);
  }

  /** Of a shard that had come to its end and was not known to, or that cannot begin anew. */
  private async alreadyOver(): Promise<ChainEnd> {
    if (this.progress.state === 'failed') await this.replace((progress) => progress);
    return { kind: 'finished' };
  }

  private async takeTurn(): Promise<Turn> {
    const { clock } = this.ports;
    const askedAt = clock.now();
    const turn = await this.pacer.turn();
    this.progress = { ...this.progress, waitedMs: this.progress.waitedMs + clock.now() - askedAt };
    return turn;
  }

  /** Counts the time since then (epoch ms) as spent reading. @returns now. */
  private countReading(sinceMs: number): number {
    const now = this.ports.clock.now();
    this.progress = { ...this.progress, readingMs: this.progress.readingMs + now - sinceMs };
    return now;
  }

  /** @returns the chain's end, if the answer is one. */
  private async take(
    connection: ReadableConnection,
    access: ZoomAccess,
    answer: PageAnswer,
  ): Promise<ChainEnd | undefined> {
    const wasRejected = this.rejected !== undefined;
    this.rejected = undefined;
    this.progress = { ...this.progress, calls: this.progress.calls + 1, waitingUntil: null };
    switch (answer.kind) {
      case 'page':
        this.context.gotOn();
        await this.learnPlan(connection, answer);
        await this.storePage(connection, answer);
        return undefined;
      case 'throttled': {
        const { per, retryAtMs } = answer.throttling;
        await this.context.quota.heed(this.label, answer.throttling);
        return per === 'second' ? undefined : this.park({ untilMs: retryAtMs, resetMs: retryAtMs });
      }
      case 'pageTokenRejected':
        await this.replace((progress) => restarted(progress));
        return undefined;
      case 'denied':
        await this.replace((progress) => deniedShard(progress, answer));
        return undefined;
      case 'tokenRejected':
        if (wasRejected) throw new ZoomFaultError('Zoom refuses an access token that it has just issued');
        this.rejected = access.accessToken;
        return undefined;
    }
  }

  /** A plan that Zoom's answers tell is noted, so that all workers keep its limits. */
  private async learnPlan({ id }: ReadableConnection, { rateLimit }: Page): Promise<void> {
    if (rateLimit === null || !this.context.quota.learn(this.label, rateLimit)) return;
    await changeConnection(this.ports.connections, id, (current) => {
      const plan = learntPlan(current.plan ?? 'unknown', this.label, rateLimit);
      return plan && { plan };
    });
  }

  /** Begins to store a page, once the page before is stored. */
  private async storePage(connection: ReadableConnection, page: Page): Promise<void> {
    const { run } = this.context;
    const { shard, pages } = this.progress;
    const source = { connectionId: run.connectionId, zoomAccountId: connection.zoomAccountId, ...this.settings };
    const made = await factsOfPage(shard.stream, page.rows, source, this.ports.clock.now(), () => this.pause());
    await this.pause();
    const problems = made.problems.map(({ problem }) => problem);
    if (problems.length > 0) this.ports.log.malformed(run, shard, problems);
    await this.storing;
    const next = afterPage(this.progress, { ...page, ...made }, this.ports.clock.now());
    this.progress = next;
    if (next.state === 'failed') this.ports.log.gaveUp(run, shard);
    // the first backfill finds an empty table, where looking before writing would only cost
    const isBlind = connection.firstRunId === run.runId && run.kind === 'backfill' && !next.isReread;
    this.storing = this.store(made, isBlind, pages, next, page.rows.length);
    // its failure belongs to whoever awaits it next: the following page, or the chain's end
    this.storing.catch(() => undefined);
  }

  /** Lets other chains begin their calls: to work on a page keeps the thread busy for longer than a start time lives. */
  private pause(): Promise<void> {
    return this.ports.clock.sleep(0);
  }

  private async store(
    { facts, problems }: PageFacts,
    isBlind: boolean,
    pageNumber: number,
    next: ShardProgress,
    rows: number,
  ): Promise<void> {
    const { facts: table, seenUsers, deadLetters, progress, clock, log } = this.ports;
    const { run } = this.context;
    const { stream } = next.shard;
    await deadLetters.put(
      problems.map(({ row, problem }) => parseLetter(run.connectionId, stream, row, problem, clock.now())),
    );
    let stored = facts.length;
    if (isBlind) await table.write(facts);
    else stored = await table.writeChanged(facts);
    if (stream === 'user') {
      const ids = facts.map(({ id }) => id);
      await seenUsers.add(run, `${next.shard.id}.${pageNumber}`, ids);
    }
    this.facts += stored;
    await progress.save(run, { ...next, facts: this.facts });
    log.page(run, next.shard, { rows, stored });
  }

  private async park({ untilMs, resetMs }: Pick<ParkedTurn, 'untilMs' | 'resetMs'>): Promise<ChainEnd> {
    await this.replace((progress) => ({
      ...progress,
      waitingUntil: resetMs === null ? null : new Date(resetMs).toISOString(),
      parked: { at: new Date(this.ports.clock.now()).toISOString(), until: new Date(untilMs).toISOString() },
    }));
    return { kind: 'parked', untilMs };
  }

  /** Changes the progress when all that was read is stored, and saves it. */
  private async replace(change: (progress: ShardProgress) => ShardProgress): Promise<void> {
    await this.storing;
    this.progress = change({ ...this.progress, facts: this.facts });
    if (this.progress.state === 'failed') this.ports.log.gaveUp(this.context.run, this.progress.shard);
    await this.ports.progress.save(this.context.run, this.progress);
  }

  private async endGrant(reason: string): Promise<ChainEnd> {
    this.ports.log.reconnectNeeded(this.context.run);
    await markReconnectNeeded(this.ports.connections, this.context.run, reason);
    return { kind: 'stopped' };
  }
}

/**
 * The pacer of a shard's calls. The few of an increment do not wait behind a backfill's, and may be the day's last; one that
 * turns out to be long is as any other chain, and keeps its place with what is kept back.
 */
export function pacerOf(quota: AccountQuota, { shard, pages }: ShardProgress): Pacer {
  const isUrgent = shard.stream !== 'user' && shard.floor !== null && pages < URGENT_PAGES;
  return quota.pacer(STREAM_LABELS[shard.stream], isUrgent);
}

function mayStillRead(connection: ConnectionRecord | undefined, run: RunRef): connection is ReadableConnection {
  return connection !== undefined && mayRead(connection, run) && connection.zoomAccountId !== null;
}

/** The saved progress, its wait over, and from the start again when its page token has become too old. */
function usableNow(saved: ShardProgress, now: number): ShardProgress {
  const progress = { ...saved, waitedMs: waitedBy(saved, now), parked: null };
  const isTooOld = saved.pageTokenAt !== null && now - Date.parse(saved.pageTokenAt) > PAGE_TOKEN_MS;
  return isTooOld ? restarted(progress) : progress;
}
