import type { DateRange } from '../../contract/connection';
import { FACT_KINDS, type FactKind } from '../../contract/fact';
import {
  BACKFILL_WORKERS,
  type PlanTask,
  type ReportKind,
  type RunPlan,
  type RunRef,
  type RunRequest,
  type Shard,
} from '../../contract/workflow';
import type { Clock } from '../clock';
import {
  type ConnectionChange,
  type ConnectionRecord,
  hasIdleGrant,
  isCancelled,
  isFirstReadOpen,
  isSyncRunning,
} from '../connections/connection-record';
import { changeConnection } from '../connections/change-connection';
import { readingOf, readingsWith, withRange } from '../connections/freshness';
import { markReconnectNeeded } from '../connections/mark-reconnect-needed';
import type { ConnectionStore } from '../connections/ports';
import { DAY_MS, utcDate } from '../dates';
import { type ReadLetter, isForgotten, readLetter } from '../dead-letters/dead-letter';
import type { DeadLetterStore } from '../dead-letters/ports';
import type { Denied } from '../zoom/ports';
import type { KeepAlive } from './keep-alive';
import type { Checkpoint, CheckpointStore, ProgressStore, ShardProgress } from './ports';
import type { ProbeStreams } from './probe-streams';
import { afterDenial, isCurrent, startOf } from './run-conclusion';
import {
  REPORTS,
  addDays,
  dailyShards,
  datesBetween,
  forgottenSince,
  oldestReportDate,
  shardsSince,
  userShards,
} from './shards';
import { deniedShard, isFinished, isMissing, plannedShard, wasDeniedAtFirst } from './shard-progress';
import { areUsersDue, areUsersTaken, isOfUsersToRead } from './users-due';

export interface PlanRunPorts {
  readonly connections: ConnectionStore;
  readonly checkpoints: CheckpointStore;
  readonly progress: ProgressStore;
  readonly deadLetters: DeadLetterStore;
  /** Finds out what the grant covers before a backfill reads it. */
  readonly probeStreams: ProbeStreams;
  readonly keepAlive: KeepAlive;
  readonly clock: Clock;
  readonly log: {
    /** Zoom has forgotten dates of a report before they were read. */
    lost(run: RunRef, stream: ReportKind, dates: DateRange): void;
  };
}

export interface PlanRunSettings {
  readonly backfillDays: number;
  readonly overlapMinutes: number;
  readonly sweepDays: number;
}

/** A sync is small. */
const SYNC_WORKERS = 1;
/** A sweep takes up at most so many shards that could not be read before. */
const MOST_HEALED = 20;

/**
 * Says what a run reads, and notes that it runs. No workers when there is nothing to do: the connection is gone or
 * stopped, another run of its kind has not ended, the run goes on for one that is over, or Zoom denies all. May be
 * repeated for the same run.
 */
export function makePlanRun(ports: PlanRunPorts, settings: PlanRunSettings) {
  const { connections, checkpoints, progress, deadLetters, clock } = ports;

  return async function planRun({ request, executionArn }: PlanTask): Promise<RunPlan> {
    const { connectionId, runId, kind } = request;
    const connection = await connections.find(connectionId);
    const run = { connectionId, runId, kind, generation: connection?.generation ?? '', part: request.part };
    if (connection === undefined) return { run, workers: [] };
    if (request.keepAlive) {
      if (hasIdleGrant(connection)) await ports.keepAlive(run);
      return { run, workers: [] };
    }

    const began = beginningOf(connection, request);
    const now = began ?? clock.now();
    // its lists of users may be days old by now, and would tell of users who came since that they are gone
    const goesOnForNone = (request.part ?? 1) > 1 && began === undefined;
    if (goesOnForNone || !mayBegin(connection, run, now)) return { run, workers: [] };
    let lost: Lost = new Map();
    // once a run is noted its plan is whole, and stays what it was
    if (began === undefined) {
      if (kind === 'backfill') await keepGaps(connection);
      let dealt: readonly ShardProgress[];
      if (kind === 'backfill') {
        const shards = backfillShards(connection, request, now);
        const denied = await deniedStreams(run, connection, shards);
        if (denied === undefined) return { run, workers: [] };
        dealt = dealtOut(shards, BACKFILL_WORKERS, denied);
      } else {
        // with nothing new it is to cost few calls, so what is denied it finds out by reading
        const known = await checkpointsOf(connection);
        lost = lostSince(known, now);
        dealt = dealtOut(await syncShards(connection, known, now), SYNC_WORKERS);
      }
      await progress.plan(run, dealt);
    }
    const planned = await progress.list(run);
    const isNoted = await noteStart(connection, run, request, executionArn, planned, now, lost);
    return { run, workers: isNoted ? workersOf(planned) : [] };
  };

  /** A backfill that broke off has left no letters, and is about to be forgotten. */
  async function keepGaps({ id, backfill }: ConnectionRecord): Promise<void> {
    if (backfill?.state !== 'failed') return;
    const shards = await progress.list({ connectionId: id, runId: backfill.runId });
    await deadLetters.put(shards.filter(isMissing).map((missing) => readLetter(id, missing, clock.now())));
  }

  function backfillShards(
    connection: ConnectionRecord,
    { from, to, shards }: RunRequest,
    now: number,
  ): readonly Shard[] {
    if (shards !== undefined) return shards;
    const today = utcDate(now);
    const dates = datesBetween(from ?? usualFrom(connection, now), to ?? today);
    return [...dailyShards(dates), ...userShards()];
  }

  /**
   * The streams of these shards that Zoom denies; they are noted on the connection.
   *
   * @returns `undefined` when Zoom no longer accepts the grant.
   */
  async function deniedStreams(
    run: RunRef,
    connection: ConnectionRecord,
    shards: readonly Shard[],
  ): Promise<DeniedStreams | undefined> {
    const streams = FACT_KINDS.filter((kind) => shards.some(({ stream }) => stream === kind));
    const probed = await ports.probeStreams(run, connection, streams);
    if (probed.kind === 'reconnectNeeded') {
      await markReconnectNeeded(connections, run, probed.reason);
      return undefined;
    }
    const { denied } = probed;
    if (denied.size > 0) {
      await changeConnection(connections, run.connectionId, (current) =>
        isCurrent(current, run) ? afterDenial(current, denied) : undefined,
      );
    }
    return denied;
  }

  async function checkpointsOf({ id }: ConnectionRecord): Promise<Checkpoints> {
    const found = REPORTS.map(async (stream) => [stream, await checkpoints.find(id, stream)] as const);
    return new Map(await Promise.all(found));
  }

  async function syncShards(connection: ConnectionRecord, known: Checkpoints, now: number): Promise<Shard[]> {
    const increments = REPORTS.flatMap((stream) => increment(connection, stream, known.get(stream), now));
    const isSweepDue = !isFirstReadOpen(connection) && isDayOld(connection.sweptAt, now);
    // whole dates would be read with the calls that keep the backfill's chains alive; the next sweep begins where the last did
    if (!isSweepDue || connection.backfill?.state === 'running') {
      const areUsersOld = isSweepDue && isDayOld(readingOf(connection, 'user').readAt, now);
      const isTime = areUsersOld || areUsersDue(connection);
      const readsUsers = isTime && !(await areUsersTaken(progress, connection, 'sync', now));
      return readsUsers ? [...userShards(), ...increments] : increments;
    }
    const swept = dailyShards(datesBetween(sweptFrom(connection, now), utcDate(now)));
    const shards = [...userShards(), ...increments, ...swept, ...(await missingShards(connection.id, now))];
    return [...new Map(shards.map((shard) => [shard.id, shard])).values()];
  }

  /** The oldest date of which Zoom may have added rows since the last sweep, when they come up to `sweepDays` late. */
  function sweptFrom({ sweptAt }: ConnectionRecord, now: number): string {
    const lastMs = sweptAt === null ? now : Date.parse(sweptAt);
    const first = utcDate(lastMs - settings.sweepDays * DAY_MS);
    const oldest = oldestReportDate(now);
    return first > oldest ? first : oldest;
  }

  /**
   * What could not be read: gaps heal by themselves, once Zoom gives again what it did not. Some of it at a time, so that
   * a sweep stays small, and what was not tried for longest first.
   */
  async function missingShards(connectionId: string, now: number): Promise<Shard[]> {
    const letters: ReadLetter[] = [];
    for await (const letter of deadLetters.list(connectionId, 'read')) letters.push(letter);
    return letters
      .filter((letter) => !isForgotten(letter, now))
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
      .slice(0, MOST_HEALED)
      .map(({ shard }) => shard);
  }

  /** Reads back to where the report is known, and over the time in which late rows may have come since. */
  function increment(connection: ConnectionRecord, stream: ReportKind, known: Checkpoint | undefined, now: number) {
    const floor =
      known === undefined
        ? unknownSince(connection, now)
        : Math.min(Date.parse(known.readTo), Date.parse(known.asOf) - settings.overlapMinutes * 60_000);
    return shardsSince(stream, floor, now);
  }

  /** From when on (epoch ms) a report is read of which nothing is known: what was there before a first backfill is left to that. */
  function unknownSince(connection: ConnectionRecord, now: number): number {
    const { backfill } = connection;
    if (backfill !== null && isFirstReadOpen(connection)) return Date.parse(backfill.startedAt);
    return Date.parse(usualFrom(connection, now));
  }

  /**
   * The first date of the usual range: so many days before today; while the first read is still to come, before the first
   * consent, for nobody has read what came since.
   */
  function usualFrom({ firstReadAt, firstConnectedAt }: ConnectionRecord, now: number): string {
    const since = firstReadAt === null && firstConnectedAt !== null ? Date.parse(firstConnectedAt) : now;
    const first = addDays(utcDate(since), -settings.backfillDays);
    const oldest = oldestReportDate(now);
    return first > oldest ? first : oldest;
  }

  /** @returns whether it is noted: a consent, a cancellation or another run may have come in between. */
  async function noteStart(
    connection: ConnectionRecord,
    run: RunRef,
    { from, shards, part = 1 }: RunRequest,
    executionArn: string,
    planned: readonly ShardProgress[],
    now: number,
    lost: Lost,
  ): Promise<boolean> {
    const { connectionId, runId, kind } = run;
    const startedAt = new Date(now).toISOString();
    const readsUsers = planned.some(isOfUsersToRead);
    const noted = await changeConnection(connections, connectionId, (current) => {
      if (!mayBegin(current, run, now)) return undefined;
      const { backfill, syncRun } = current;
      const firstRunId = current.firstRunId ?? runId;
      if (kind === 'sync') {
        if (syncRun?.runId === runId) return undefined;
        // one that has begun since it was planned may be reading users: the next sync sees
        if (readsUsers && backfill?.state === 'running' && backfill.runId !== connection.backfill?.runId)
          return undefined;
        return { firstRunId, syncRun: { runId, startedAt }, ...withLost(current, lost) };
      }
      // a step that is repeated, an execution that goes on for another, or one that was redriven
      if (backfill?.runId === runId)
        return { backfill: { ...backfill, part, executionArn, state: 'running', endedAt: null } };
      return {
        firstRunId,
        backfill: {
          runId,
          part,
          executionArn,
          isOfRange: from !== undefined || shards !== undefined,
          state: 'running',
          startedAt,
          endedAt: null,
          shardsDone: 0,
          shardsTotal: planned.filter((progress) => !wasDeniedAtFirst(progress)).length,
          facts: 0,
          calls: 0,
        },
      };
    });
    const isNoted = noted !== undefined && startOf(noted, run) !== undefined && mayBegin(noted, run, now);
    if (isNoted) for (const [stream, dates] of lost) ports.log.lost(run, stream, dates);
    return isNoted;
  }
}

/** The shards, each with the worker that reads it; those of denied streams have been tried for now, and are a gap. */
function dealtOut(shards: readonly Shard[], most: number, denied: DeniedStreams = new Map()): ShardProgress[] {
  const open = shards.filter(({ stream }) => !denied.has(stream));
  const workers = Math.min(most, open.length);
  return shards.map((shard) => {
    const refusal = denied.get(shard.stream);
    if (refusal !== undefined) return deniedShard(plannedShard(shard, 0), refusal);
    // in turn: each worker gets some of each report and some of each age. Users' lists are read one after another, by one
    return plannedShard(shard, shard.stream === 'user' ? 0 : open.indexOf(shard) % workers);
  });
}

/** The workers that have anything left to read. */
function workersOf(planned: readonly ShardProgress[]): number[] {
  const open = planned.filter((progress) => !isFinished(progress));
  return [...new Set(open.map(({ worker }) => worker))].sort();
}

type DeniedStreams = ReadonlyMap<FactKind, Denied>;
type Checkpoints = ReadonlyMap<ReportKind, Checkpoint | undefined>;
/** Dates that Zoom has forgotten and that were not read, by report. */
type Lost = ReadonlyMap<ReportKind, DateRange>;

/** What came since the checkpoints and cannot be read any more: an account may have been left alone for half a year. */
function lostSince(known: Checkpoints, now: number): Map<ReportKind, DateRange> {
  const lost = new Map<ReportKind, DateRange>();
  for (const [stream, checkpoint] of known) {
    const dates = checkpoint && forgottenSince(checkpoint.asOf, now);
    if (dates !== undefined) lost.set(stream, dates);
  }
  return lost;
}

/** Notes for ever what is lost: no later run can make up for it. */
function withLost(current: ConnectionRecord, lost: Lost): Pick<ConnectionChange, 'freshness'> {
  if (lost.size === 0) return {};
  return {
    freshness: readingsWith(current, (reading) => {
      const dates = reading.stream === 'user' ? undefined : lost.get(reading.stream);
      return dates === undefined ? reading : { ...reading, lost: withRange(reading.lost, dates) };
    }),
  };
}

/** Whether it was done (ISO 8601 UTC) a day before `now` (epoch ms), or never. */
function isDayOld(at: string | null, now: number): boolean {
  return at === null || now - Date.parse(at) >= DAY_MS;
}

/**
 * Whether the run may begin, or go on, at `now` (epoch ms): with the consent in force, and no other of its kind. The first
 * that reads with a new consent is its backfill.
 */
function mayBegin(connection: ConnectionRecord, run: RunRef, now: number): boolean {
  const isTooEarly = run.kind === 'sync' && connection.status === 'backfilling';
  return (
    isCurrent(connection, run) &&
    !isTooEarly &&
    !isCancelled(connection, run.runId) &&
    !isAnotherRunning(connection, run, now)
  );
}

/** When a run began that is planned again: what it reads is counted from then. */
function beginningOf({ backfill, syncRun }: ConnectionRecord, { runId }: RunRequest): number | undefined {
  const known = [backfill, syncRun].find((run) => run?.runId === runId);
  return known == null ? undefined : Date.parse(known.startedAt);
}

function isAnotherRunning(connection: ConnectionRecord, { kind, runId }: RunRef, now: number): boolean {
  const { backfill, syncRun } = connection;
  if (kind === 'backfill') return backfill?.state === 'running' && backfill.runId !== runId;
  return syncRun?.runId !== runId && isSyncRunning(connection, now);
}
