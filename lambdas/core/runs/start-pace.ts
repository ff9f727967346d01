import type { Clock } from '../clock';

/** Waits until it is somebody's turn to start something. */
export type StartPace = () => Promise<void>;

/**
 * Turns that are `1 ÷ perSecond` seconds apart at least. A turn that nobody takes in time is lost, so that a pause is never
 * followed by a burst.
 *
 * @param pacedUntil - epoch ms; from then on nobody waits any more.
 */
export function makeStartPace(clock: Clock, perSecond: number, pacedUntil: number): StartPace {
  let next = clock.now();
  return async () => {
    const now = clock.now();
    const turn = Math.max(next, now);
    if (turn >= pacedUntil) return;
    next = turn + 1000 / perSecond;
    if (turn > now) await clock.sleep(turn - now);
  };
}
