import { describe, expect, it } from '@jest/globals';
import type { BackfillOptions, SimulatedOptions } from '../../../dev/bench/options';
import {
  incrementResultOf,
  type Measured,
  type MeasuredIncrement,
  type MeasuredSimulated,
  problemsOf,
  problemsOfIncrement,
  problemsOfSimulated,
  resultOf,
  simulatedResultOf,
} from '../../../dev/bench/result';

const options: BackfillOptions = {
  users: 2000,
  perDay: 20_000,
  days: 7,
  plan: 'pro',
  latency: 200,
  faults: 'none',
  share: 1,
};

const measured: Measured = {
  seconds: 57.2,
  floorSeconds: 52,
  callsNeeded: 523,
  calls: 524,
  throttled: 0,
  faultsInjected: 0,
  facts: 150_000,
  lost: 0,
  duplicated: 0,
  invented: 0,
  streamRecords: 150_000,
  ledgerWrites: 131,
  tableWrites: 150_300,
  lambdaSeconds: 220.123_456,
  peakRssMb: 180.5,
  historyEvents: 40,
  firstCallSeconds: 0.9,
  lastCallSeconds: 56,
  cpuSeconds: { emulator: 40, functions: 20.000_04, 'zoom-simulator': 2, others: 1 },
  loadBefore: 0.3,
};

const simulatedOptions: SimulatedOptions = {
  users: 10_000,
  rows: 1_000_000,
  plan: 'pro',
  latency: 200,
  share: 1,
  profile: 'even',
};

const simulated: MeasuredSimulated = {
  simulatedSeconds: 345.000_4,
  floorSeconds: 300,
  callsNeeded: 3000,
  calls: 3000,
  throttled: 0,
  facts: 1_010_000,
  lost: 0,
  duplicated: 0,
  restartedShards: 0,
  ledgerWrites: 600,
  historyEventsMax: 60,
  executions: 1,
  etaAtTenth: { predictedSeconds: 306, actualSeconds: 300 },
  peakRssMb: 240.123_45,
  wallSeconds: 12,
};

describe('the JSON of a measured backfill', () => {
  it('has every figure that scripts rely on', () => {
    expect(Object.keys(resultOf(options, measured, undefined))).toEqual(
      expect.arrayContaining([
        ...['seconds', 'floorSeconds', 'ratio', 'calls', 'throttled', 'facts', 'lost', 'duplicated'],
        ...['streamRecords', 'ledgerWrites', 'tableWrites', 'lambdaSeconds', 'peakRssMb', 'historyEvents', 'plan'],
      ]),
    );
  });

  it('works out what the targets are about', () => {
    expect(resultOf(options, measured, undefined)).toMatchObject({
      ratio: 1.1,
      ledgerWritesPerCall: 0.25,
      tableWritesPerFact: 1.002,
    });
  });

  it('keeps thousandths', () => {
    expect(resultOf(options, measured, undefined)).toMatchObject({
      lambdaSeconds: 220.123,
      cpuSeconds: { functions: 20 },
    });
  });

  it('says how much slower a plain reader is, when there was one', () => {
    const serial = { seconds: 1144, calls: 5200, isExtrapolated: true, pagesMeasured: 180 };
    expect(resultOf(options, measured, serial)).toMatchObject({ serial, timesFaster: 20 });
  });

  it('leaves the plain reader out when there was none', () => {
    expect(resultOf(options, measured, undefined)).not.toHaveProperty('serial');
  });
});

describe('what is wrong with a backfill', () => {
  it('is nothing when each fact came once', () => {
    expect(problemsOf(measured)).toEqual([]);
  });

  it.each<[string, Partial<Measured>, string]>([
    ['facts are lost', { lost: 1 }, '1 facts are missing'],
    ['records repeat', { duplicated: 2 }, '2 records'],
    ['facts are made up', { invented: 3 }, "3 facts on the stream are not Zoom's"],
    ['its history grows long', { historyEvents: 10_000 }, '10000 events'],
  ])('is told when %s', (_, change, words) => {
    expect(problemsOf({ ...measured, ...change })).toEqual([expect.stringContaining(words)]);
  });
});

describe('the JSON of a backfill on simulated time', () => {
  it('has every figure that scripts rely on', () => {
    expect(Object.keys(simulatedResultOf(simulatedOptions, simulated))).toEqual(
      expect.arrayContaining([
        ...['simulatedSeconds', 'floorSeconds', 'ratio', 'calls', 'throttled', 'facts', 'lost', 'duplicated'],
        ...[
          'restartedShards',
          'ledgerWrites',
          'historyEventsMax',
          'executions',
          'etaAtTenth',
          'peakRssMb',
          'wallSeconds',
        ],
      ]),
    );
  });

  it('works out what the targets are about', () => {
    expect(simulatedResultOf(simulatedOptions, simulated)).toMatchObject({
      ratio: 1.15,
      ledgerWritesPerCall: 0.2,
      etaAtTenth: { errorShare: 0.02 },
    });
  });

  it('knows no error of a time that was not told', () => {
    const etaAtTenth = { predictedSeconds: null, actualSeconds: 300 };
    expect(simulatedResultOf(simulatedOptions, { ...simulated, etaAtTenth })).toMatchObject({
      etaAtTenth: { ...etaAtTenth, errorShare: null },
    });
  });
});

describe('what is wrong with a backfill on simulated time', () => {
  it('is nothing when each fact came once', () => {
    expect(problemsOfSimulated(simulated)).toEqual([]);
  });

  it.each<[string, Partial<MeasuredSimulated>, string]>([
    ['facts are lost', { lost: 1 }, '1 facts are missing'],
    ['facts come twice', { duplicated: 2 }, '2 facts'],
    ['a history grows long', { historyEventsMax: 10_000 }, '10000 events'],
  ])('is told when %s', (_, change, words) => {
    expect(problemsOfSimulated({ ...simulated, ...change })).toEqual([expect.stringContaining(words)]);
  });
});

describe('the result of ticks', () => {
  const tick = {
    calls: 4,
    callsMost: 2,
    lambdaSeconds: 1.234_56,
    workerInvocations: 2,
    tableReads: 500,
    tableWrites: 18,
    streamRecords: 0,
    seconds: 1,
  };
  const ticks: MeasuredIncrement = {
    nothingNew: tick,
    thousandNewRows: { ...tick, streamRecords: 2000 },
    oneDayLate: { ...tick, callsMost: 13, streamRecords: 400 },
    lost: 0,
    duplicated: 0,
    invented: 0,
  };
  const connections = { connections: 2 };

  it('has the arguments, and each tick rounded', () => {
    const arguments_ = { users: 5, perDay: 10, connections: 2, plan: 'pro', latency: 200, simulate: false } as const;
    expect(incrementResultOf(arguments_, ticks)).toMatchObject({
      scenario: 'increment',
      perDay: 10,
      nothingNew: { calls: 4, lambdaSeconds: 1.235 },
      oneDayLate: { streamRecords: 400 },
    });
  });

  it('is as it should be when nothing is lost and quiet is cheap', () => {
    expect(problemsOfIncrement(connections, ticks)).toEqual([]);
  });

  it.each<[string, Partial<MeasuredIncrement>]>([
    ['with nothing new a connection made 5 calls', { nothingNew: { ...tick, callsMost: 5 } }],
    ['with nothing new 3 workers were invoked for 2', { nothingNew: { ...tick, workerInvocations: 3 } }],
    ['with nothing new 1 records came on the stream', { nothingNew: { ...tick, streamRecords: 1 } }],
    ['1 facts are missing', { lost: 1 }],
    ['2 records repeat a fact', { duplicated: 2 }],
    ["3 facts are not Zoom's", { invented: 3 }],
  ])('fails when %s', (problem, change) => {
    expect(problemsOfIncrement(connections, { ...ticks, ...change })).toEqual([expect.stringContaining(problem)]);
  });
});
