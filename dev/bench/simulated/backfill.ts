import type { RunRequest, Shard } from '../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../lambdas/core/connections/connection-record';
import { makeConnectionViews } from '../../../lambdas/core/connections/connection-views';
import { newConnection } from '../../../lambdas/core/connections/new-connection';
import { utcDate } from '../../../lambdas/core/dates';
import type { QuotaShare } from '../../../lambdas/core/quota/limits';
import { makeFinishRun } from '../../../lambdas/core/runs/finish-run';
import { makePlanRun } from '../../../lambdas/core/runs/plan-run';
import { makeProbeStreams } from '../../../lambdas/core/runs/probe-streams';
import { addDays, dailyShards, datesBetween, userShards } from '../../../lambdas/core/runs/shards';
import { makeWorker } from '../../../lambdas/core/runs/worker';
import { DEFAULT_API_URL } from '../../../lambdas/core/zoom/api-url';
import { type Chain, floorOf } from '../floor';
import type { MeasuredSimulated } from '../result';
import { Account } from './account';
import { SimulatedClock } from './clock';
import type { Profile } from './day-curve';
import { AwsDelays } from './delays';
import { CountingFactStore } from './facts';
import {
  ContendedLedger,
  NoDeadLetters,
  OneConnection,
  OneConnectionCheckpoints,
  OneRunProgress,
  OneRunSeenUsers,
} from './stores';
import { type Histories, runWorkflow } from './workflow';
import { SimulatedZoom } from './zoom';

/** What is backfilled, and how fast Zoom and the configuration let it. */
export interface SimulatedBackfillProps {
  readonly users: number;
  /** Rows of both reports on all dates together. */
  readonly rows: number;
  readonly plan: 'pro' | 'business';
  readonly latencyMs: number;
  readonly share: QuotaShare;
  readonly profile: Profile;
  /** Rows of a whole page. @default Zoom's largest: 2,000 users, 300 rows of a report */
  readonly pageSize?: (shard: Shard) => number;
  /** Told every thousand calls. */
  readonly tell?: (progress: Progress) => void;
}

/** How far a simulated backfill is. */
export interface Progress {
  readonly simulatedSeconds: number;
  readonly calls: number;
  readonly callsNeeded: number;
}

/** A Monday morning. */
const START_MS = Date.parse('2026-10-12T08:15:00Z');
const BACKFILL_DAYS = 7;
const SOURCE = { zoomAccountId: 'simulatedAccount', retentionDays: 365 };
const TOKENS = { get: () => Promise.resolve({ kind: 'token', accessToken: 'simulated' } as const) };
const SILENT = {
  page: () => undefined,
  malformed: () => undefined,
  fault: () => undefined,
  gaveUp: () => undefined,
  reconnectNeeded: () => undefined,
  lost: () => undefined,
};
/** It goes round in circles when it takes so many times the floor, and a day: then it is given up. */
const PATIENCE = 1.5;
const DAY_MS = 86_400_000;
const TELL_EVERY_CALLS = 1_000;

/**
 * Runs the real core's backfill of an account on simulated time, until it has finished or goes round in circles: then
 * facts are lost.
 */
export async function simulateBackfill(
  props: SimulatedBackfillProps,
): Promise<Omit<MeasuredSimulated, 'peakRssMb' | 'wallSeconds'>> {
  const { users, rows, plan, latencyMs, share, profile, pageSize = largestPage, tell = () => undefined } = props;
  const account = new Account({ users, rows, days: BACKFILL_DAYS, profile, startMs: START_MS });
  const { floorSeconds, callsNeeded } = floorOf(chainsOf(account, pageSize), {
    plan,
    share,
    latencyMs,
    startMs: START_MS,
  });

  const clock = new SimulatedClock(START_MS);
  const delays = new AwsDelays(clock);
  const zoom = new SimulatedZoom({ account, plan, latencyMs, pageSize }, clock);
  const connection = consentedConnection(plan);
  const facts = new CountingFactStore(account, { connectionId: connection.id, ...SOURCE }, delays);
  const quota = new ContendedLedger(delays);
  const stores = {
    connections: new OneConnection(connection, delays),
    checkpoints: new OneConnectionCheckpoints(delays),
    progress: new OneRunProgress(delays),
    seenUsers: new OneRunSeenUsers(delays),
    deadLetters: new NoDeadLetters(),
    facts,
    quota,
  };
  const views = makeConnectionViews({ ...stores, quotaShare: share, everyMinutes: 15, now: clock.now });
  const predict = async () => {
    const view = await views.find(connection.id);
    return { predictedSeconds: view?.backfill?.etaSeconds ?? null, atMs: clock.now() };
  };
  let prediction: ReturnType<typeof predict> | undefined;
  zoom.onCall = (calls) => {
    if (calls === Math.ceil(callsNeeded / 10)) prediction = predict();
    if (calls % TELL_EVERY_CALLS === 0) tell({ simulatedSeconds: (clock.now() - START_MS) / 1000, calls, callsNeeded });
  };

  const histories: Histories = { executions: 0, longest: 0 };
  const ports = { ...stores, tokens: TOKENS, zoom, clock, log: SILENT };
  const probeStreams = makeProbeStreams(ports, { quotaShare: share, apiUrl: DEFAULT_API_URL });
  // no connection is paused here
  const keepAlive = () => Promise.resolve();
  const steps = {
    plan: makePlanRun(
      { ...ports, probeStreams, keepAlive },
      { backfillDays: BACKFILL_DAYS, overlapMinutes: 60, sweepDays: 3 },
    ),
    read: makeWorker(ports, { quotaShare: share, retentionDays: SOURCE.retentionDays, apiUrl: DEFAULT_API_URL }),
    finish: makeFinishRun(ports),
  };
  const request: RunRequest = { connectionId: connection.id, runId: 'consent-g1', kind: 'backfill' };
  const run = runWorkflow(request, steps, { clock, delays, histories });
  await clock.runUntil(run, START_MS + PATIENCE * floorSeconds * 1000 + DAY_MS);

  const predicted = await prediction;
  return {
    simulatedSeconds: (clock.now() - START_MS) / 1000,
    floorSeconds,
    callsNeeded,
    calls: zoom.calls,
    throttled: zoom.throttled,
    facts: facts.facts,
    lost: account.total - facts.facts,
    duplicated: facts.duplicated,
    restartedShards: [...zoom.begun.values()].filter((times) => times > 1).length,
    ledgerWrites: quota.writes,
    historyEventsMax: histories.longest,
    executions: histories.executions,
    etaAtTenth: predicted
      ? { predictedSeconds: predicted.predictedSeconds, actualSeconds: (clock.now() - predicted.atMs) / 1000 }
      : null,
  };
}

function largestPage({ stream }: Shard): number {
  return stream === 'user' ? 2_000 : 300;
}

function consentedConnection(plan: ConnectionRecord['plan']): ConnectionRecord {
  const connection = newConnection('Simulated', START_MS);
  const { zoomAccountId } = SOURCE;
  return {
    ...connection,
    status: 'backfilling',
    zoomAccountId,
    plan,
    connectedAt: connection.createdAt,
    generation: 'g1',
  };
}

/** The chains of pages in which a backfill reads the account. */
function chainsOf(account: Account, pageSize: (shard: Shard) => number): Chain[] {
  const today = utcDate(START_MS);
  const shards = [...dailyShards(datesBetween(addDays(today, -BACKFILL_DAYS), today)), ...userShards()];
  return shards.map((shard) => ({
    label: shard.stream === 'user' ? 'Medium' : 'Heavy',
    rows: account.rowsOf(shard),
    pageSize: pageSize(shard),
  }));
}
