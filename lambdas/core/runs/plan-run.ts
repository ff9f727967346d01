import type { PlanTask, RunPlan, RunRequest, Shard } from '../../contract/workflow';
import type { Clock } from '../clock';
import { type ConnectionRecord, isReadable } from '../connections/connection-record';
import { changeConnection } from '../connections/change-connection';
import type { ConnectionStore } from '../connections/ports';
import { utcDate } from '../dates';
import type { CheckpointStore, ProgressStore } from './ports';
import { REPORTS, addDays, dailyShards, datesBetween, shardsSince, userShards } from './shards';
import { plannedShard } from './shard-progress';

export interface PlanRunPorts {
  readonly connections: ConnectionStore;
  readonly checkpoints: CheckpointStore;
  readonly progress: ProgressStore;
  readonly clock: Clock;
}

export interface PlanRunSettings {
  readonly backfillDays: number;
  readonly overlapMinutes: number;
  readonly sweepDays: number;
}

/** Side by side: turning pages into facts takes more than one function's processor at Zoom's limits. A sync is small. */
const BACKFILL_WORKERS = 4;
/** A sync that never reported its end (its execution was stopped by hand) bars the next one no longer than this. */
const SYNC_ABANDONED_MS = 6 * 60 * 60 * 1000;
const DAY_MS = 86_400_000;

/**
 * Says what a run reads, and notes that it runs. No workers when there is nothing to do: the connection is gone or
 * stopped, or another sync of it is still running. May be repeated for the same run.
 */
export function makePlanRun({ connections, checkpoints, progress, clock }: PlanRunPorts, settings: PlanRunSettings) {
  return async function planRun({ request, executionArn }: PlanTask): Promise<RunPlan> {
    const { connectionId, runId, kind } = request;
    const connection = await connections.find(connectionId);
    const run = { connectionId, runId, kind, generation: connection?.generation ?? '' };
    if (connection === undefined || !isReadable(connection)) return { run, workers: [] };

    const now = beginningOf(connection, request) ?? clock.now();
    const shards = kind === 'backfill' ? backfillShards(request, now) : await syncShards(connection, now);
    if (kind === 'sync' && isAnotherSyncRunning(connection, runId, now)) return { run, workers: [] };
    const workers = Math.min(kind === 'backfill' ? BACKFILL_WORKERS : 1, shards.length);
    // dealt out in turn: each worker gets some of each report and some of each age
    await progress.plan(
      run,
      shards.map((shard, index) => plannedShard(shard, index % workers)),
    );
    await noteStart(request, executionArn, shards.length, new Date(now).toISOString());
    return { run, workers: Array.from({ length: workers }, (_, index) => index) };
  };

  function backfillShards({ from, to }: RunRequest, now: number): Shard[] {
    const today = utcDate(now);
    const dates = datesBetween(from ?? addDays(today, -settings.backfillDays), to ?? today);
    return [...dailyShards(dates), ...userShards()];
  }

  async function syncShards(connection: ConnectionRecord, now: number): Promise<Shard[]> {
    const isSweepDue = connection.sweptAt === null || now - Date.parse(connection.sweptAt) >= DAY_MS;
    const today = utcDate(now);
    const swept = isSweepDue ? dailyShards(datesBetween(addDays(today, -settings.sweepDays), today)) : [];
    const increments = await Promise.all(REPORTS.map((stream) => increment(connection, stream, now)));
    return [...(isSweepDue ? userShards() : []), ...increments.flat(), ...swept];
  }

  /** Reads back to where the report is known, and over the time in which late rows may have come since. */
  async function increment(connection: ConnectionRecord, stream: (typeof REPORTS)[number], now: number) {
    const known = await checkpoints.find(connection.id, stream);
    const floor =
      known === undefined
        ? now - settings.backfillDays * DAY_MS
        : Math.min(Date.parse(known.readTo), Date.parse(known.asOf) - settings.overlapMinutes * 60_000);
    return shardsSince(stream, floor, now);
  }

  async function noteStart(
    { connectionId, runId, kind, from, shards }: RunRequest,
    executionArn: string,
    shardsTotal: number,
    at: string,
  ) {
    await changeConnection(connections, connectionId, ({ backfill }) => {
      if (kind === 'sync') return { syncRun: { runId, startedAt: at } };
      // a step that is repeated, an execution that goes on for another, or one that was redriven
      if (backfill?.runId === runId)
        return { backfill: { ...backfill, executionArn, state: 'running', endedAt: null } };
      return {
        backfill: {
          runId,
          executionArn,
          isOfRange: from !== undefined || shards !== undefined,
          state: 'running',
          startedAt: at,
          endedAt: null,
          shardsDone: 0,
          shardsTotal,
          facts: 0,
          calls: 0,
        },
      };
    });
  }
}

/** When a run began that is planned again: what it reads is counted from then. */
function beginningOf({ backfill, syncRun }: ConnectionRecord, { runId }: RunRequest): number | undefined {
  const known = [backfill, syncRun].find((run) => run?.runId === runId);
  return known == null ? undefined : Date.parse(known.startedAt);
}

function isAnotherSyncRunning({ syncRun }: ConnectionRecord, runId: string, now: number): boolean {
  return syncRun !== null && syncRun.runId !== runId && now - Date.parse(syncRun.startedAt) < SYNC_ABANDONED_MS;
}
