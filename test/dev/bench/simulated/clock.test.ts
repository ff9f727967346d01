import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { NOW, SECOND } from '../../../support/clock';

const sleeps = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 10 }), { maxLength: 20 });

describe('the simulated clock', () => {
  it('wakes everybody at their time, and nobody before somebody earlier', async () => {
    await fc.assert(
      fc.asyncProperty(sleeps, async (sleepers) => {
        const clock = new SimulatedClock(NOW);
        const woken: { at: number; due: number }[] = [];
        const sleepAll = async (durations: readonly number[]) => {
          for (const duration of durations) {
            const due = clock.now() + duration;
            await clock.sleep(duration);
            woken.push({ at: clock.now(), due });
          }
        };
        await clock.run(Promise.all(sleepers.map(sleepAll)));

        expect(woken).toHaveLength(sleepers.flat().length);
        expect(woken.every(({ at, due }) => at === due)).toBe(true);
        expect(woken.map(({ at }) => at)).toEqual(woken.map(({ at }) => at).sort((a, b) => a - b));
      }),
    );
  });

  it('wakes those of the same instant in the order in which they fell asleep', async () => {
    const clock = new SimulatedClock(NOW);
    const woken: number[] = [];
    const names = Array.from({ length: 20 }, (_, name) => name);
    await clock.run(Promise.all(names.map((name) => clock.sleep(SECOND).then(() => woken.push(name)))));

    expect(woken).toEqual(names);
  });

  it('hands on what the work comes to', async () => {
    const clock = new SimulatedClock(NOW);
    await expect(clock.run(clock.sleep(SECOND).then(() => 'done'))).resolves.toBe('done');
  });

  it('says when the work is not over in time', async () => {
    const clock = new SimulatedClock(NOW);
    await expect(clock.runUntil(clock.sleep(2 * SECOND), NOW + SECOND)).resolves.toBe(false);
  });

  it('fails when nobody sleeps and the work waits', async () => {
    const clock = new SimulatedClock(NOW);
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('nobody sleeps');
  });
});
