import type { BackfillOptions, IncrementOptions, SimulatedOptions } from './options';
import type { CpuSeconds } from './processor';
import type { SerialReading } from './serial';

/** What was measured of a backfill; `docs/performance.md` says how. */
export interface Measured {
  readonly seconds: number;
  readonly floorSeconds: number;
  readonly callsNeeded: number;
  readonly calls: number;
  readonly throttled: number;
  readonly faultsInjected: number;
  readonly facts: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly invented: number;
  readonly streamRecords: number;
  readonly ledgerWrites: number;
  readonly tableWrites: number;
  readonly lambdaSeconds: number;
  readonly peakRssMb: number | null;
  readonly historyEvents: number;
  readonly firstCallSeconds: number;
  readonly lastCallSeconds: number;
  readonly cpuSeconds: CpuSeconds | null;
  readonly loadBefore: number;
}

/** Step Functions ends an execution at 25,000 events; this is well below. */
const MOST_HISTORY_EVENTS = 10_000;

/** The one JSON object that a measurement of a backfill prints. */
export function resultOf(options: BackfillOptions, measured: Measured, serial: SerialReading | undefined) {
  const { seconds, floorSeconds, calls } = measured;
  return {
    scenario: 'backfill',
    ...options,
    ...rounded(measured),
    ratio: round(seconds / floorSeconds),
    ledgerWritesPerCall: round(measured.ledgerWrites / calls),
    tableWritesPerFact: round(measured.tableWrites / measured.facts),
    ...(serial && { serial: rounded(serial), timesFaster: round(serial.seconds / seconds) }),
  };
}

/** What is wrong with the backfill itself, however long it took: nothing may be lost, nothing told twice. */
export function problemsOf({ lost, duplicated, invented, historyEvents }: Measured): string[] {
  return [
    ...(lost > 0 ? [`${lost} facts are missing on the stream`] : []),
    ...(duplicated > 0 ? [`${duplicated} records on the stream repeat a fact`] : []),
    ...(invented > 0 ? [`${invented} facts on the stream are not Zoom's`] : []),
    ...tooManyEvents(historyEvents),
  ];
}

/** What a backfill on simulated time came to; `docs/performance.md` says how. */
export interface MeasuredSimulated {
  readonly simulatedSeconds: number;
  readonly floorSeconds: number;
  readonly callsNeeded: number;
  readonly calls: number;
  readonly throttled: number;
  readonly facts: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly restartedShards: number;
  readonly ledgerWrites: number;
  readonly historyEventsMax: number;
  readonly executions: number;
  readonly etaAtTenth: EtaCheck | null;
  readonly peakRssMb: number;
  readonly wallSeconds: number;
}

/** A prediction of the time left, held against the time that it took. */
export interface EtaCheck {
  /** `null` when none was given. */
  readonly predictedSeconds: number | null;
  readonly actualSeconds: number;
}

/** The one JSON object that a measurement of a backfill on simulated time prints. */
export function simulatedResultOf(options: SimulatedOptions, measured: MeasuredSimulated) {
  const { simulatedSeconds, floorSeconds, calls, ledgerWrites, etaAtTenth } = measured;
  return {
    scenario: 'simulated',
    ...options,
    ...rounded(measured),
    ratio: round(simulatedSeconds / floorSeconds),
    ledgerWritesPerCall: round(ledgerWrites / calls),
    etaAtTenth: etaAtTenth && rounded({ ...etaAtTenth, errorShare: errorShareOf(etaAtTenth) }),
  };
}

function errorShareOf({ predictedSeconds, actualSeconds }: EtaCheck): number | null {
  return predictedSeconds === null ? null : Math.abs(predictedSeconds - actualSeconds) / actualSeconds;
}

/** As {@link problemsOf}; each execution of the run has a history of its own. */
export function problemsOfSimulated({ lost, duplicated, historyEventsMax }: MeasuredSimulated): string[] {
  return [
    ...(lost > 0 ? [`${lost} facts are missing`] : []),
    ...(duplicated > 0 ? [`${duplicated} facts were read and stored a second time`] : []),
    ...tooManyEvents(historyEventsMax),
  ];
}

/** Rows that come for each connection before the second tick. */
export const NEW_ROWS = 1000;
/** A sync that finds nothing new makes no more calls of Zoom. */
const MOST_QUIET_CALLS = 4;

/** What a tick of the schedule came to, all connections together unless said otherwise. */
export interface MeasuredTick {
  readonly calls: number;
  /** Of the connection that made the most. */
  readonly callsMost: number;
  readonly lambdaSeconds: number;
  readonly workerInvocations: number;
  readonly tableReads: number;
  readonly tableWrites: number;
  readonly streamRecords: number;
  readonly seconds: number;
}

/** The same on a deployed stack. */
export interface DeployedTick extends MeasuredTick {
  /** What the functions have logged. */
  readonly logKb: number;
  /** Requests to AWS by functions, by service and operation. */
  readonly requests: Readonly<Record<string, number>>;
}

/** The same on simulated time. */
export interface SimulatedTick extends MeasuredTick {
  readonly ledgerWrites: number;
  /** From the dispatcher's beginning to its end. */
  readonly dispatchSeconds: number;
  /** Requests of the dispatcher for pages of connections, and the read units that they take. */
  readonly dispatchQueries: number;
  readonly dispatchReadUnits: number;
  /** The most syncs that were started within any second. */
  readonly startsPerSecondMost: number;
  /** The most syncs, and the most functions of them, that ran at a time. */
  readonly syncsAtATimeMost: number;
  readonly functionsAtATimeMost: number;
}

/** What ticks of the schedule came to; `docs/performance.md` says how. */
export interface MeasuredIncrement<Tick extends MeasuredTick = MeasuredTick> {
  readonly nothingNew: Tick;
  readonly thousandNewRows: Tick;
  readonly oneDayLate: Tick;
  readonly lost: number;
  readonly duplicated: number;
  readonly invented: number;
}

/** The one JSON object that a measurement of ticks prints. */
export function incrementResultOf(options: IncrementOptions, measured: object) {
  return { scenario: 'increment', ...options, ...rounded(measured) };
}

/** What is wrong with the ticks themselves, however long they took. */
export function problemsOfIncrement(
  { connections }: Pick<IncrementOptions, 'connections'>,
  measured: MeasuredIncrement,
): string[] {
  const { nothingNew, lost, duplicated, invented } = measured;
  const { callsMost, workerInvocations, streamRecords } = nothingNew;
  return [
    ...(callsMost > MOST_QUIET_CALLS
      ? [`with nothing new a connection made ${callsMost} calls, and ${MOST_QUIET_CALLS} at most are wanted`]
      : []),
    ...(workerInvocations === connections
      ? []
      : [`with nothing new ${workerInvocations} workers were invoked for ${connections} connections`]),
    ...(streamRecords > 0 ? [`with nothing new ${streamRecords} records came on the stream`] : []),
    ...(lost > 0 ? [`${lost} facts are missing`] : []),
    ...(duplicated > 0 ? [`${duplicated} records repeat a fact`] : []),
    ...(invented > 0 ? [`${invented} facts are not Zoom's`] : []),
  ];
}

function tooManyEvents(events: number): string[] {
  if (events < MOST_HISTORY_EVENTS) return [];
  return [`an execution has ${events} events, and fewer than ${MOST_HISTORY_EVENTS} are wanted`];
}

function rounded<Values extends object>(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, unknown]) => [name, roundedValue(value)]),
  ) as Values;
}

function roundedValue(value: unknown): unknown {
  if (typeof value === 'number') return round(value);
  return typeof value === 'object' && value !== null ? rounded(value) : value;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
