import { describe, expect, it } from '@jest/globals';
import type { BackfillOptions } from '../../../dev/bench/options';
import { type Measured, problemsOf, resultOf } from '../../../dev/bench/result';

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
  cpuSeconds: { emulator: 40, functions: 20.000_04, 'zoom-simulator': 2 },
  loadBefore: 0.3,
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
