import { isDeepStrictEqual } from 'node:util';
import type { RunPlan, RunRef } from '../../lambdas/contract/workflow';
import type { Fact } from '../../lambdas/core/facts/fact';
import { canonicalJson } from '../../lambdas/core/facts/stable-form';
import type { ShardProgress } from '../../lambdas/core/runs/ports';
import { addDays } from '../../lambdas/core/runs/shards';
import { utcDate } from '../../lambdas/core/dates';
import { startOf } from '../../lambdas/core/runs/run-conclusion';
import { DAY, MINUTE } from './clock';
import { SOURCE, keyOf } from './facts';
import type { LivingRow } from './living-account';
import {
  BACKFILL_DAYS,
  type Execution,
  OVERLAP_MINUTES,
  SWEEP_DAYS,
  type SimulatedConnector,
  type Watcher,
} from './simulated-connector';
import type { Trouble } from './troubled-zoom';

const DISORDER: readonly Trouble[] = ['oldestFirst', 'swapped'];

/** A law that the connector broke. */
export class BrokenLaw extends Error {}

/** A pass over all lists of users, and what was known when its conclusions were drawn. */
interface Pass {
  readonly startedAt: number;
  /** The run that missed users before, whom this one looks for once more. */
  readonly before: string | null;
  readonly recordsBefore: number;
}

/**
 * Holds a connector to its laws while it lives: each is checked when something happens, so that what is broken and mended
 * later is seen, too.
 */
export class ConnectorLaws implements Watcher {
  /** Rows that were not stored when somebody looked last. */
  private readonly open = new Set<LivingRow>();
  private noticed = 0;
  /** Rows that came, or were read, out of order: only a sweep is sure to find them. */
  private readonly displaced = new Set<LivingRow>();
  /** Executions that have something to read, with their runs. */
  private readonly readers = new Map<Execution, RunRef>();
  /** When a list named users last, epoch ms, by the facts' ids. */
  private readonly namedAt = new Map<string, number>();
  /** When the first page of users of a run was stored, epoch ms: a backfill waits with them for a sync. */
  private readonly listedFrom = new Map<string, number>();
  /** When users were told to be gone last, epoch ms, by the facts' keys. */
  private readonly goneAt = new Map<string, number>();
  private readonly passes = new Map<string, Pass>();
  /** The first date that the first read asked for: the last one that was begun for it. */
  private firstDate: string | undefined;
  /** The first law that was broken. */
  broken: BrokenLaw | undefined;

  constructor(
    private readonly connector: SimulatedConnector,
    private readonly consentMs: number,
    private readonly pageSize: number,
  ) {
    const { checkpoints, seenUsers, clock } = connector;
    const add = seenUsers.add.bind(seenUsers);
    seenUsers.add = async (run, page, ids) => {
      if (!this.listedFrom.has(run.runId)) this.listedFrom.set(run.runId, clock.now());
      for (const id of ids) this.namedAt.set(id, clock.now());
      await add(run, page, ids);
    };
    const save = checkpoints.save.bind(checkpoints);
    checkpoints.save = async (connectionId, stream, next) => {
      const known = await checkpoints.find(connectionId, stream);
      if (known !== undefined && (isBefore(next.readTo, known.readTo) || isBefore(next.asOf, known.asOf))) {
        this.isBroken(
          `the checkpoint of ${stream} moved back from ${JSON.stringify(known)} to ${JSON.stringify(next)}`,
        );
      }
      await this.heldRead(stream, next.asOf);
      await save(connectionId, stream, next);
    };
  }

  /** A checkpoint moves over what a run has read, or has a letter for. */
  private async heldRead(stream: string, asOf: string): Promise<void> {
    const { progress, deadLetters } = this.connector;
    const { connectionId } = SOURCE;
    const runIds = [...this.passes].flatMap(([id, { startedAt }]) => (startedAt === Date.parse(asOf) ? [id] : []));
    const unread: string[] = [];
    for (const runId of runIds) {
      const own = (await progress.list({ connectionId, runId })).filter(({ shard }) => shard.stream === stream);
      const isHeld = ({ shard: { id } }: ShardProgress) => deadLetters.ids.includes(`${connectionId}.read.${id}`);
      const open = own.find((progressOf) => progressOf.state !== 'done' && !isHeld(progressOf));
      if (open !== undefined) unread.push(`${open.shard.id} of ${runId}`);
    }
    // a backfill and a sync may begin in the same millisecond
    if (unread.length > 0 && unread.length === runIds.length) {
      this.isBroken(`the checkpoint of ${stream} moves over what was not read: ${unread.join()}`);
    }
  }

  planned({ run, workers }: RunPlan, execution: Execution): void {
    if (workers.length === 0) return;
    const isUsual = run.kind === 'backfill' && execution.request.from === undefined;
    // one that is begun anew after it was cancelled reads the days before that
    if (isUsual && this.connector.connection.firstReadAt === null)
      this.firstDate = addDays(utcDate(this.startOf(run)), -BACKFILL_DAYS);
    for (const [other, { kind, runId, generation }] of this.readers) {
      // with an older consent nobody reads on
      if (!other.isOver && kind === run.kind && generation === run.generation && runId !== run.runId)
        this.isBroken(`${run.runId} reads beside ${runId}`);
    }
    this.readers.set(execution, run);
  }

  finishing(run: RunRef): void {
    const { connection, facts } = this.connector;
    // its workers have read what they could
    for (const [execution, { runId }] of this.readers) if (runId === run.runId) this.readers.delete(execution);
    const startedAt = startOf(connection, run);
    // a step that is repeated draws the same conclusions
    if (startedAt === undefined || this.passes.has(run.runId)) return;
    this.passes.set(run.runId, {
      startedAt: Date.parse(startedAt),
      before: connection.usersMissedBy,
      recordsBefore: facts.stream.length,
    });
  }

  async finished(run: RunRef): Promise<void> {
    this.heldGone(run);
    this.heldNothingSilent(run);
    await this.heldCheap(run);
  }

  /** Of a report whose rows come in order a sync reads no page but those that hold what is since its floor, and one more. */
  private async heldCheap(run: RunRef): Promise<void> {
    const { account, clock, progress, zoom } = this.connector;
    const since = this.passes.get(run.runId)?.startedAt;
    if (since === undefined || zoom.wasTroubled(DISORDER, since, clock.now())) return;
    for (const { shard, pages, inOrder } of await progress.list(run)) {
      if (shard.stream === 'user' || shard.floor === null || !inOrder) continue;
      const floor = shard.floor;
      const rows = account.rowsOf(shard, 'newestFirst', clock.now());
      const wanted = rows.filter(({ time }) => Date.parse(time as string) >= Date.parse(floor)).length;
      if (pages > Math.floor(wanted / this.pageSize) + 1) {
        this.isBroken(`${run.runId} read ${pages} pages of ${shard.id} for ${wanted} rows`);
      }
    }
  }

  /**
   * Nobody is told to be gone by one pass alone, nor whom any list has named since the first, nor who is there, unless
   * users came or went while the lists were read: both times.
   */
  private heldGone(run: RunRef): void {
    const { account, clock, facts } = this.connector;
    const pass = this.passes.get(run.runId);
    if (pass === undefined) return;
    const present = new Set(account.presentUsers().map(keyOf));
    for (const { fact } of facts.stream.slice(pass.recordsBefore)) {
      if (fact.kind !== 'user' || fact.state !== 'gone') continue;
      this.goneAt.set(keyOf(fact), clock.now());
      const before = pass.before === null ? undefined : this.passes.get(pass.before);
      const since = before?.startedAt ?? pass.startedAt;
      const isNamed = (this.namedAt.get(fact.id) ?? 0) >= (this.listedFrom.get(pass.before ?? '') ?? since);
      if (before === undefined || isNamed) {
        this.isBroken(`${run.runId} alone tells that ${JSON.stringify(fact.raw)} is gone`);
      }
      if (!present.has(keyOf(fact))) continue;
      const moves = account.moves.filter((at) => at >= since && at <= clock.now());
      const own = moves.filter((at) => at >= pass.startedAt);
      if (own.length === 0 || moves.length < 2) {
        this.isBroken(`${run.runId} tells that ${JSON.stringify(fact.raw)} is gone, who is there`);
      }
    }
  }

  /** What a connection that says that all is well has not stored, it could not know of yet. */
  private heldNothingSilent(run: RunRef): void {
    const { connection, clock, facts, zoom, account } = this.connector;
    for (const row of [...account.rows.values()].slice(this.noticed)) this.open.add(row);
    this.noticed = account.rows.size;
    for (const row of this.open) if (facts.items.has(row.key)) this.open.delete(row);
    const pass = this.passes.get(run.runId);
    if (pass === undefined) return;
    if (zoom.wasTroubled(DISORDER, pass.startedAt, clock.now())) {
      for (const row of this.open) this.displaced.add(row);
    }
    if (connection.status !== 'connected') return;
    const sweptAt = connection.sweptAt === null ? 0 : Date.parse(connection.sweptAt);
    for (const row of this.open) {
      const late = row.visibleAt - row.timeMs;
      const isAskedFor = (at: number) => row.visibleAt <= at && utcDate(row.timeMs) <= utcDate(at);
      const isSwept = sweptAt > 0 && isAskedFor(sweptAt) && late <= SWEEP_DAYS * DAY;
      const isRead =
        run.kind === 'sync' &&
        isAskedFor(pass.startedAt) &&
        late <= OVERLAP_MINUTES * MINUTE &&
        !this.displaced.has(row);
      if (this.isPromised(row) && (isSwept || isRead)) {
        const what = `${row.kind} of ${new Date(row.timeMs).toISOString()}, shown at ${new Date(row.visibleAt).toISOString()}`;
        this.isBroken(`${run.runId} left a silent gap: ${what}, sweptAt ${connection.sweptAt}`);
      }
    }
  }

  /** What holds in the end, when nothing has happened for a while. */
  heldInTheEnd(): void {
    const { account, facts, connection, deadLetters } = this.connector;
    if (connection.status !== 'connected') this.isBroken(`it ends ${connection.status}: ${connection.reason}`);
    if (deadLetters.ids.length > 0) this.isBroken(`it ends with letters: ${deadLetters.ids.join()}`);

    const reports = [...facts.items.values()].filter(({ kind }) => kind !== 'user').map(keyOf);
    const truth = account.rows;
    const lost = [...truth.values()].filter((row) => this.isPromised(row) && !facts.items.has(row.key));
    if (lost.length > 0) this.isBroken(`lost for good: ${lost.map(({ key }) => key).join()}`);
    const invented = reports.filter((key) => !truth.has(key));
    if (invented.length > 0) this.isBroken(`nobody did that: ${invented.join()}`);

    const present = new Map(account.presentUsers().map((fact) => [keyOf(fact), fact]));
    for (const [key, fact] of present) this.sameUser(facts.items.get(key), fact);
    for (const fact of facts.ofKind('user')) {
      if (!present.has(keyOf(fact)) && fact.state !== 'gone') this.isBroken(`still there: ${JSON.stringify(fact)}`);
    }
    const ids = new Set([...present.values()].map(({ id }) => id));
    for (const [key, { invitedAt, successor }] of account.accepted) {
      const invitation = facts.items.get(key);
      // one that was sent and accepted between two passes was never seen
      const isSeen = invitation !== undefined && (this.goneAt.get(key) ?? 0) > invitedAt;
      if (isSeen && ids.has(successor) && invitation.supersededBy !== successor) {
        this.isBroken(`an invitation does not name its successor ${successor}: ${JSON.stringify(invitation)}`);
      }
    }
    this.heldStream();
  }

  /** Whether the connector promised to read a row: of a date that the first read asked for, or since consent. */
  private isPromised({ timeMs }: LivingRow): boolean {
    return timeMs >= this.consentMs || (this.firstDate !== undefined && utcDate(timeMs) >= this.firstDate);
  }

  private sameUser(stored: Fact | undefined, fact: Fact): void {
    if (!isDeepStrictEqual(stored, fact)) {
      this.isBroken(`Zoom has ${JSON.stringify(fact)}, the facts have ${JSON.stringify(stored)}`);
    }
  }

  /** Each report fact is told once; a user's images follow from one another, as they did at Zoom. */
  private heldStream(): void {
    const { facts, account } = this.connector;
    const last = new Map<string, Fact>();
    const places = new Map<string, number>();
    for (const { event, fact, old } of facts.stream) {
      const key = keyOf(fact);
      const before = last.get(key);
      last.set(key, fact);
      if ((event === 'INSERT') !== (before === undefined) || !isDeepStrictEqual(old, before))
        this.isBroken(`${event} out of turn: ${key}`);
      if (fact.kind !== 'user') {
        if (event !== 'INSERT') this.isBroken(`told twice: ${key}`);
        continue;
      }
      if (isDeepStrictEqual(before, fact)) this.isBroken(`nothing changed: ${key}`);
      if (isDeepStrictEqual(before?.raw, fact.raw)) continue;
      const after = places.get(key) ?? -1;
      const place = account.versions.get(key)?.indexOf(canonicalJson(fact.raw), after + 1) ?? -1;
      if (place < 0) this.isBroken(`Zoom never showed, or not then, ${JSON.stringify(fact.raw)}`);
      places.set(key, place);
    }
  }

  private startOf(run: RunRef): number {
    return Date.parse(startOf(this.connector.connection, run) ?? '');
  }

  /** What is broken is kept, since what is thrown within a function would be taken for its fault. */
  isBroken(how: string): void {
    this.broken ??= new BrokenLaw(`${new Date(this.connector.clock.now()).toISOString()}: ${how}`);
  }
}

/** Instants are ISO 8601, of any precision. */
function isBefore(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}
