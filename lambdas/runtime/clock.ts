import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock';

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    await sleep(milliseconds);
  },
};
