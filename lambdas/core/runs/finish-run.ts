import type { Status } from '../../contract/connection';
import type { ReportKind, RunRef } from '../../contract/workflow';
import type { Clock } from '../clock';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionRecord } from '../connections/connection-record';
import { readingOf } from '../connections/freshness';
import type { ConnectionStore } from '../connections/ports';
import { DAY_MS, latest } from '../dates';
import { type ReadLetter, covers, isForgotten, readLetter } from '../dead-letters/dead-letter';
import type { DeadLetterStore } from '../dead-letters/ports';
import { LostProgressError } from '../errors';
import type { FactStore } from '../facts/ports';
import type { CheckpointStore, ProgressStore, SeenUsers, ShardProgress } from './ports';
import { areUsersComplete, reconcileUsers } from './reconcile-users';
import {
  conclusionOf,
  isCurrent,
  isLeftToNextSync,
  isUnread,
  startOf,
  totalsOf,
  wasCancelled,
  withoutLetters,
} from './run-conclusion';
import { isMissing, wasDeniedAtFirst } from './shard-progress';
import { REPORTS } from './shards';

export interface FinishRunPorts {
  readonly connections: ConnectionStore;
  readonly checkpoints: CheckpointStore;
  readonly progress: ProgressStore;
  readonly seenUsers: SeenUsers;
  readonly facts: FactStore;
  readonly deadLetters: DeadLetterStore;
  readonly clock: Clock;
}

/** What a run came to, for the log. */
export interface RunSummary {
  readonly status: Status | null;
  readonly shards: number;
  readonly unread: number;
  readonly facts: number;
  readonly calls: number;
  readonly usersGone: number;
  /** New letters, for shards that were not read. */
  readonly deadLetters: number;
}

/** Lists of users say who is gone for so long; a run that took longer leaves that to the next daily sweep. */
const LISTS_LAST_MS = DAY_MS;
/** A quiet report is taken as read to this long before the run: rows that are later still are the daily sweep's. */
const QUIET_MS = DAY_MS;

/**
 * Draws the conclusions of a run: who is gone, what is missing and what no longer is, how far each report is read, what
 * the grant covers, and what the connection's status is. May be repeated, also long after the run was noted as broken
 * off; of a run that is not the connection's (any more) nothing is concluded.
 *
 * @throws LostProgressError for a backfill of which nobody knows any more what it has read.
 */
export function makeFinishRun(ports: FinishRunPorts) {
  const { connections, checkpoints, progress, deadLetters, clock } = ports;

  return async function finishRun(run: RunRef): Promise<RunSummary> {
    const shards = await progress.list(run);
    const connection = await connections.find(run.connectionId);
    const startedAt = connection === undefined ? undefined : startOf(connection, run);
    const summary = { shards: shards.length, usersGone: 0, deadLetters: 0, ...totalsOf(shards) };
    if (connection === undefined || startedAt === undefined) return { status: connection?.status ?? null, ...summary };

    let usersMissedBy: string | null = null;
    const isAlone = readAlone(connection, run, startedAt);
    // who is looked for once more is left to the sync that does, when a backfill ends meanwhile
    const looked = shards.some(({ shard }) => shard.stream === 'user') && (isAlone || run.kind === 'sync');
    const counts = isCurrent(connection, run) && !wasCancelled(connection, run, shards);
    if (counts) {
      assertWhole(connection, run, shards);
      const isFresh = clock.now() - Date.parse(startedAt) < LISTS_LAST_MS;
      // the first read has stored whom it saw and nobody else; its conclusions may be drawn again
      const isFirst = run.kind === 'backfill' && (connection.firstReadAt ?? startedAt) === startedAt;
      if (!isFirst && isFresh && isAlone && areUsersComplete(shards)) {
        const before = missedBefore(connection, run);
        const { gone, missed, isFirstLook } = await reconcileUsers(ports, run, startedAt, before);
        summary.usersGone = gone;
        // whom a second look misses anew is left to the next sweep: so the lists are not read over and over
        if (isFirstLook && missed > 0) usersMissedBy = run.runId;
      }
      summary.deadLetters = await writeLetters(run, shards);
      await settleLetters(run, shards);
    }
    const gaps = await gapsOf(run);
    if (counts) {
      for (const stream of REPORTS) {
        const own = shards.filter(({ shard }) => shard.stream === stream);
        const isKnown = own.length > 0 && withoutLetters(own, gaps).every(({ state }) => state === 'done');
        if (isKnown) await moveCheckpoint(connection, run, stream, own, startedAt);
      }
    }
    const changed = await changeConnection(connections, run.connectionId, (current) =>
      startOf(current, run) === undefined
        ? undefined
        : { ...conclusionOf(current, run, shards, gaps, clock.now()), ...(looked && { usersMissedBy }) },
    );
    // what is lost is noted by now, once and for all
    const lost = gaps.filter((gap) => isForgotten(gap, clock.now()));
    if (counts && changed !== undefined && isCurrent(changed, run)) await deadLetters.delete(lost);
    return { status: changed?.status ?? null, ...summary };
  };

  /** The run that missed users whom this one has looked for once more. A run that is concluded again is none. */
  function missedBefore({ usersMissedBy }: ConnectionRecord, run: RunRef): RunRef | undefined {
    return usersMissedBy === null || usersMissedBy === run.runId ? undefined : { ...run, runId: usersMissedBy };
  }

  /**
   * Writes the letters of what this run has left out. What Zoom denies is none of a sweep's business, but for what a letter
   * stands for already: that has been tried once more.
   */
  async function writeLetters(run: RunRef, shards: readonly ShardProgress[]): Promise<number> {
    const held = new Set((await gapsOf(run)).map(({ shard }) => shard.id));
    const left = shards.filter(
      (progress) =>
        !isLeftToNextSync(progress) &&
        (isUnread(progress) || (isMissing(progress) && (run.kind === 'backfill' || held.has(progress.shard.id)))),
    );
    return deadLetters.put(left.map((progress) => readLetter(run.connectionId, progress, clock.now())));
  }

  /** Deletes the letters whose shards this run has read. */
  async function settleLetters(run: RunRef, shards: readonly ShardProgress[]): Promise<void> {
    const done = shards.filter(({ state }) => state === 'done');
    const letters = await gapsOf(run);
    await deadLetters.delete(letters.filter((letter) => done.some(({ shard }) => covers(shard, letter.shard))));
  }

  async function gapsOf({ connectionId }: RunRef): Promise<readonly ReadLetter[]> {
    const letters: ReadLetter[] = [];
    for await (const letter of deadLetters.list(connectionId, 'read')) letters.push(letter);
    return letters;
  }

  /**
   * A checkpoint moves when everything since the last one has been read or has a letter, and never back.
   *
   * @param own - the run's shards of the report.
   */
  async function moveCheckpoint(
    { backfill }: ConnectionRecord,
    run: RunRef,
    stream: ReportKind,
    own: readonly ShardProgress[],
    startedAt: string,
  ): Promise<void> {
    const known = await checkpoints.find(run.connectionId, stream);
    if (run.kind === 'backfill') {
      const readsAll = backfill?.isOfRange === false;
      const checkpoint = { readTo: startedAt, asOf: startedAt };
      if (known === undefined && readsAll) await checkpoints.save(run.connectionId, stream, checkpoint);
      return;
    }
    // one that was slow to begin may end after a later one
    if (known !== undefined && Date.parse(known.asOf) > Date.parse(startedAt)) return;
    const quietTo = new Date(Date.parse(startedAt) - QUIET_MS).toISOString();
    const readTo = latest(known?.readTo, ...own.map(({ newest }) => newest), quietTo) ?? quietTo;
    await checkpoints.save(run.connectionId, stream, { readTo, asOf: startedAt });
  }
}

/** Whether no other run stored users since this one began: those whom it stored are in that one's lists alone. */
function readAlone(connection: ConnectionRecord, { kind }: RunRef, startedAt: string): boolean {
  if (kind === 'sync') return connection.backfill?.state !== 'running';
  const { readAt } = readingOf(connection, 'user');
  return connection.syncRun === null && (readAt === null || Date.parse(readAt) <= Date.parse(startedAt));
}

/** @throws LostProgressError when less is known of a backfill than it was planned with. */
function assertWhole({ backfill }: ConnectionRecord, { kind }: RunRef, shards: readonly ShardProgress[]): void {
  const known = shards.filter((progress) => !wasDeniedAtFirst(progress)).length;
  if (kind !== 'backfill' || backfill === null || known >= backfill.shardsTotal) return;
  throw new LostProgressError(known, backfill.shardsTotal);
}
