import type { IncrementOptions, SimulatedOptions } from '../options';
import type { MeasuredSimulated } from '../result';
import { type Progress, simulateBackfill } from './backfill';
import { simulateIncrement } from './increment';

const TELL_EVERY_MS = 10_000;

/** Runs a backfill on simulated time, and tells now and then on standard error how far it is. */
export async function measureSimulated({
  latency: latencyMs,
  share,
  ...options
}: SimulatedOptions): Promise<MeasuredSimulated> {
  const beganAt = performance.now();
  let toldAt = beganAt;
  const tell = ({ simulatedSeconds, calls, callsNeeded }: Progress) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    const days = (simulatedSeconds / 86_400).toFixed(2);
    console.error(`after ${days} simulated days: ${calls} calls; ${callsNeeded} are needed`);
  };
  const simulated = await simulateBackfill({
    ...options,
    latencyMs,
    share: { perSecond: share, perDay: share },
    tell,
  });
  return {
    ...simulated,
    ...costOfProcess(beganAt),
  };
}

/** Runs ticks of the schedule on simulated time, and tells on standard error of each that is over. */
export async function measureSimulatedIncrement(options: IncrementOptions) {
  const beganAt = performance.now();
  const measured = await simulateIncrement(options, (tick) => console.error(`over: ${tick}`));
  return { ...measured, ...costOfProcess(beganAt) };
}

function costOfProcess(beganAt: number) {
  return {
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    wallSeconds: (performance.now() - beganAt) / 1000,
  };
}
