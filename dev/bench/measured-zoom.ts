import { z } from 'zod';
import type { FactKind } from '../../lambdas/contract/fact';
import { SimulatedZoom } from '../local/simulated-zoom';
import { dayOf, formatDay } from '../zoom-simulator/days';
import { FAULT_MIXES } from './faults';
import type { BackfillOptions } from './options';
import { factOf, type Row, type Truth } from './truth';

const ACCOUNT_ID = 'BenchmarkAccountNo0001';
/** Of ten rows on a day nine are sign-ins. */
const OPERATIONS_SHARE = 0.1;

const ByLabel = z.record(z.string(), z.record(z.string(), z.number()));
const Stats = z.object({
  callsByLabel: ByLabel,
  tooManyRequests: ByLabel,
  admittedAtMs: z.record(z.string(), z.record(z.string(), z.array(z.number()))),
});
const ArmedFaults = z.object({ faults: z.array(z.object({ kind: z.string(), struck: z.number() })) });

/** What Zoom noticed since it was started. */
export interface ZoomCounts {
  readonly calls: number;
  /** Answers 429. */
  readonly throttled: number;
  /** Arrival of each call that was within the limits, epoch ms, ascending. */
  readonly callsAtMs: readonly number[];
  /** Calls that an ordered fault struck. */
  readonly faultsInjected: number;
}

/** How many of so many rows are of each report. */
export function byReport(rows: number): { readonly activities: number; readonly operations: number } {
  const operations = Math.round(rows * OPERATIONS_SHARE);
  return { activities: rows - operations, operations };
}

/** Adds the account to the simulator, which takes its time for every answer from now on. */
export async function createAccount(zoomUrl: string, options: BackfillOptions): Promise<SimulatedZoom> {
  const { activities, operations } = byReport(options.perDay);
  const zoom = await SimulatedZoom.create(zoomUrl, {
    id: ACCOUNT_ID,
    plan: options.plan,
    users: options.users,
    activitiesPerDay: activities,
    operationsPerDay: operations,
    historyDays: options.days + 1,
  });
  await zoom.control('POST', 'faults', { kind: 'slow', delayMs: options.latency });
  return zoom;
}

export async function orderFaults(zoom: SimulatedZoom, mix: BackfillOptions['faults']): Promise<void> {
  for (const fault of FAULT_MIXES[mix]) await zoom.control('POST', 'faults', fault);
}

export async function countsOf(zoom: SimulatedZoom): Promise<ZoomCounts> {
  const { callsByLabel, tooManyRequests, admittedAtMs } = Stats.parse(await zoom.control('GET', 'stats'));
  const { faults } = ArmedFaults.parse(await zoom.control('GET', 'faults'));
  const struck = faults.filter(({ kind }) => kind !== 'slow').map((fault) => fault.struck);
  return {
    calls: sum(Object.values(callsByLabel[zoom.accountId] ?? {})),
    throttled: sum(Object.values(tooManyRequests[zoom.accountId] ?? {})),
    callsAtMs: Object.values(admittedAtMs[zoom.accountId] ?? {})
      .flat()
      .sort((a, b) => a - b),
    faultsInjected: sum(struck),
  };
}

/** All that Zoom has of the account. @param dates - `yyyy-MM-dd`. */
export async function readTruth(zoom: SimulatedZoom, dates: readonly string[]): Promise<Truth> {
  const facts = new Set<string>();
  const users: Record<string, number> = { active: 0, inactive: 0, pending: 0 };
  const reports = { user_activity: [] as number[], admin_operation: [] as number[] };
  const read = async (kind: FactKind, query: Record<string, string>): Promise<Row[]> => {
    const parameters = new URLSearchParams({ account: zoom.accountId, ...query });
    const { rows } = (await zoom.control('GET', `truth?${parameters.toString()}`)) as { readonly rows: Row[] };
    for (const row of rows) facts.add(factOf(kind, row));
    return rows;
  };
  for (const { status } of await read('user', { stream: 'users' }))
    users[String(status)] = (users[String(status)] ?? 0) + 1;
  for (const date of dates) {
    const range = { from: date, to: date };
    reports.user_activity.push((await read('user_activity', { stream: 'activities', ...range })).length);
    reports.admin_operation.push((await read('admin_operation', { stream: 'operations', ...range })).length);
  }
  return { dates, users, reports, facts };
}

/** The dates of a backfill that begins at `startMs`, in UTC and oldest first: `days` whole ones, and that day. */
export function datesRead(startMs: number, days: number): string[] {
  const today = dayOf(startMs);
  return Array.from({ length: days + 1 }, (_, index) => formatDay(today - days + index));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
