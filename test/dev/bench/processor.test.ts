import { describe, expect, it } from '@jest/globals';
import { type ProcessUse, usedBetween } from '../../../dev/bench/processor';

const use = (pid: number, part: ProcessUse['part'], cpuSeconds: number, peakRssMb = 50): ProcessUse => ({
  pid,
  part,
  cpuSeconds,
  peakRssMb,
});

describe('what processes used', () => {
  it('is added up by part, without what they had used before', () => {
    const before = [use(1, 'emulator', 3), use(2, 'zoom-simulator', 1)];
    const after = [
      use(1, 'emulator', 10),
      use(2, 'zoom-simulator', 1.5),
      use(3, 'functions', 2),
      use(4, 'functions', 4),
    ];
    expect(usedBetween(before, after).cpuSeconds).toEqual({ emulator: 7, 'zoom-simulator': 0.5, functions: 6 });
  });

  it('tells the most memory of a function, and of no other process', () => {
    const after = [use(1, 'emulator', 1, 900), use(2, 'functions', 1, 120), use(3, 'functions', 1, 180)];
    expect(usedBetween([], after).peakRssMb).toBe(180);
  });

  it('is unknown where the system does not tell', () => {
    expect(usedBetween([], [])).toEqual({ cpuSeconds: null, peakRssMb: null });
  });
});
