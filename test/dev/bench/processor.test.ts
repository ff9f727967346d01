import { describe, expect, it } from '@jest/globals';
import { type ProcessorUse, usedBetween } from '../../../dev/bench/processor';

type Use = ProcessorUse['processes'][number];

const use = (pid: number, part: Use['part'], cpuSeconds: number, peakRssMb = 50): Use => ({
  pid,
  part,
  cpuSeconds,
  peakRssMb,
});

const look = (cpuSeconds: number, ...processes: Use[]): ProcessorUse => ({ processes, cpuSeconds });

describe('what used the processor', () => {
  const before = look(100, use(1, 'emulator', 3), use(2, 'zoom-simulator', 1));
  const after = look(
    120,
    use(1, 'emulator', 10),
    use(2, 'zoom-simulator', 1.5),
    use(3, 'functions', 2),
    use(4, 'functions', 4),
  );

  it('is added up by part, without what was used before', () => {
    expect(usedBetween(before, after).cpuSeconds).toMatchObject({ emulator: 7, 'zoom-simulator': 0.5, functions: 6 });
  });

  it('tells what everything else on the machine used', () => {
    expect(usedBetween(before, after).cpuSeconds).toMatchObject({ others: 6.5 });
  });

  it('tells the most memory of a function, and of no other process', () => {
    const functions = [use(1, 'emulator', 1, 900), use(2, 'functions', 1, 120), use(3, 'functions', 1, 180)];
    expect(usedBetween(look(0), look(10, ...functions)).peakRssMb).toBe(180);
  });

  it('is unknown where the system does not tell', () => {
    expect(usedBetween(undefined, undefined)).toEqual({ cpuSeconds: null, peakRssMb: null });
  });
});
