import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import type { Clock } from '../../../../lambdas/core/clock';
import type { QuotaLimit } from '../../../../lambdas/core/quota/limits';
import { Pacer, type SlotsWanted } from '../../../../lambdas/core/quota/pacer';
import { DAY, HOUR, MINUTE, NOW } from '../../../support/clock';
import { InMemoryQuotaLedger, busiestSecond, slotRequest } from '../../../support/quota';

const KEY = { zoomAccountId: 'account-1', label: 'heavy' } as const;
const PRO: QuotaLimit = { callsPerSecond: 10, callsPerDay: Infinity };

/** Workers of one account with chains that make calls of a length, for a minute unless told. */
async function callsOf(workers: number, chains: number, callMs: () => number, limit = PRO, lastsMs = MINUTE) {
  const clock = new SimulatedClock(NOW);
  const ledger = new InMemoryQuotaLedger();
  const startedAt: number[] = [];
  const startedBy: Pacer[] = [];
  const end = clock.now() + lastsMs;
  const chain = async (pacer: Pacer) => {
    await clock.sleep(0); // as in a worker, where all chains are there before one asks for its turn
    while (clock.now() < end && (await pacer.turn()).kind === 'now') {
      const began = clock.now();
      startedAt.push(began);
      startedBy.push(pacer);
      await clock.sleep(callMs());
      pacer.cameRound(clock.now() - began);
    }
  };
  const pacers = Array.from({ length: workers }, () => {
    const reserve = (wanted: SlotsWanted) => ledger.reserve(KEY, limit, slotRequest(wanted), clock.now());
    return new Pacer(reserve, clock, { callsPerSecond: () => limit.callsPerSecond, longestSleepMs: 30_000 });
  });
  const all = pacers.flatMap((pacer) => Array.from({ length: chains }, () => pacer.during(() => chain(pacer))));
  await clock.run(Promise.all(all));
  return { startedAt, startedBy, ledgerWrites: ledger.writes };
}

describe('the workers of an account', () => {
  it('never begin more calls in a second than the limit, however long their calls take', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 }),
        async (workers, chains, lengths) => {
          let call = 0;
          const { startedAt } = await callsOf(workers, chains, () => lengths[call++ % lengths.length] ?? 1);
          expect(busiestSecond(startedAt)).toBeLessThanOrEqual(10);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('come in no second above the limit when their first calls are 100 ms late, for connections are opened', async () => {
    const { startedAt, startedBy } = await callsOf(2, 8, () => 250);
    const before = new Map<Pacer, number>();
    const arrivedAt = startedAt.map((at, index) => {
      const worker = startedBy[index] as Pacer;
      const earlier = before.get(worker) ?? 0;
      before.set(worker, earlier + 1);
      return earlier < 8 ? at + 100 : at;
    });
    expect(busiestSecond(arrivedAt.sort((a, b) => a - b))).toBeLessThanOrEqual(10);
  });

  it.each([
    ['Pro', 10],
    ['Business', 40],
  ])('use nine tenths of the limit of %s at least with calls of 200 ms', async (_plan, callsPerSecond) => {
    const { startedAt } = await callsOf(4, 5, () => 200, { callsPerSecond, callsPerDay: Infinity });

    expect(startedAt.length).toBeGreaterThan(0.9 * callsPerSecond * 60);
  });

  it('all come to their turn', async () => {
    // who comes first is left to chance: an hour evens that out
    const { startedBy } = await callsOf(4, 5, () => 200, PRO, HOUR);
    const calls = [...Map.groupBy(startedBy, (worker) => worker).values()].map(({ length }) => length);

    expect(calls).toHaveLength(4);
    expect(Math.min(...calls)).toBeGreaterThan(0.5 * Math.max(...calls));
  });

  it('write the ledger once for four calls at most', async () => {
    const { startedAt, ledgerWrites } = await callsOf(4, 5, () => 200);

    expect(ledgerWrites / startedAt.length).toBeLessThan(0.25);
  });
});

describe('workers whose clocks are apart', () => {
  /** When workers with clocks that are so far off, of eight chains each, begin their calls of 200 ms, for half a minute. */
  async function callsApart(skewsMs: readonly number[], callsPerSecond: number) {
    const clock = new SimulatedClock(NOW);
    const ledger = new InMemoryQuotaLedger();
    const limit = { callsPerSecond, callsPerDay: Infinity };
    const calls: number[] = [];
    const chain = async (pacer: Pacer) => {
      await clock.sleep(0); // as in a worker, where all chains are there before one asks for its turn
      while (clock.now() < NOW + MINUTE / 2 && (await pacer.turn()).kind === 'now') {
        calls.push(clock.now());
        await clock.sleep(200);
        pacer.cameRound(200);
      }
    };
    const chains = skewsMs.flatMap((skewMs) => {
      const own: Clock = { now: () => clock.now() + skewMs, sleep: clock.sleep };
      const reserve = (wanted: SlotsWanted) => ledger.reserve(KEY, limit, slotRequest(wanted), own.now());
      const pacer = new Pacer(reserve, own, { callsPerSecond: () => callsPerSecond, longestSleepMs: 30_000 });
      return Array.from({ length: 8 }, () => pacer.during(() => chain(pacer)));
    });
    await clock.run(Promise.all(chains));
    return calls;
  }
  const limits = fc.constantFrom(5, 10, 20, 40);
  const spreadOf = (skewsMs: readonly number[]) => Math.max(...skewsMs) - Math.min(...skewsMs);

  it('by less than 40 ms keep the limit all the same: start times are so much further apart', async () => {
    const skews = fc.array(fc.integer({ min: -19, max: 20 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(skews, limits, async (skewsMs, limit) => {
        expect(busiestSecond(await callsApart(skewsMs, limit))).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 30 },
    );
  });

  it('by more exceed it by what the limit has in the time between them', async () => {
    const skews = fc.array(fc.integer({ min: -250, max: 250 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(skews, limits, async (skewsMs, limit) => {
        const most = limit + Math.ceil((spreadOf(skewsMs) / 1000) * limit);
        expect(busiestSecond(await callsApart(skewsMs, limit))).toBeLessThanOrEqual(most);
      }),
      { numRuns: 30 },
    );
  });
});

describe('beside another app of the account', () => {
  /** Zoom's limit of ten calls in any second, whoever makes them. */
  function makeLimiter(clock: Clock) {
    let admitted: number[] = [];
    return (): boolean => {
      admitted = admitted.filter((at) => at > clock.now() - 1000);
      const isAdmitted = admitted.length < 10;
      if (isAdmitted) admitted.push(clock.now());
      return isAdmitted;
    };
  }

  /** Half an hour in which another app wants so many calls a second. @returns the shares of ours and its that Zoom refused. */
  async function refusedBeside(callsPerSecond: number) {
    const clock = new SimulatedClock(NOW);
    const ledger = new InMemoryQuotaLedger();
    const admits = makeLimiter(clock);
    const ours = { calls: 0, refused: 0 };
    const theirs = { calls: 0, refused: 0 };
    const end = clock.now() + 30 * MINUTE;
    const call = (app: typeof ours): boolean => {
      const isAdmitted = admits();
      app.calls++;
      if (!isAdmitted) app.refused++;
      return isAdmitted;
    };
    const chain = async (pacer: Pacer) => {
      await clock.sleep(0); // as in a worker, where all chains are there before one asks for its turn
      while (clock.now() < end && (await pacer.turn()).kind === 'now') {
        if (!call(ours)) await ledger.heed(KEY, { per: 'second', retryAtMs: clock.now() + 1500 }, PRO, clock.now());
        await clock.sleep(200);
      }
    };
    const other = async () => {
      while (clock.now() < end) {
        call(theirs);
        await clock.sleep(1000 / callsPerSecond);
      }
    };
    const pacer = new Pacer((wanted) => ledger.reserve(KEY, PRO, slotRequest(wanted), clock.now()), clock, {
      callsPerSecond: () => 10,
      longestSleepMs: 30_000,
    });
    await clock.run(Promise.all([other(), ...Array.from({ length: 5 }, () => pacer.during(() => chain(pacer)))]));
    return { ours: ours.refused / ours.calls, theirs: theirs.refused / theirs.calls, calls: ours.calls };
  }

  it.each([2, 5, 8])(
    'that makes %d calls a second, few of ours are refused, and few of its',
    async (callsPerSecond) => {
      const { ours, theirs } = await refusedBeside(callsPerSecond);

      expect(ours).toBeLessThan(0.05);
      expect(theirs).toBeLessThan(0.02);
    },
  );

  it('most of what it leaves is used', async () => {
    const { calls } = await refusedBeside(5);

    expect(calls).toBeGreaterThan(0.6 * 5 * 30 * 60);
  });
});

describe('a chain', () => {
  it('is parked when nobody may call for longer than it would sleep', async () => {
    const clock = new SimulatedClock(NOW);
    const settings = { callsPerSecond: () => 10, longestSleepMs: 30_000 };
    const block = { untilMs: NOW + HOUR, resetMs: NOW + DAY };
    const pacer = new Pacer(() => Promise.resolve({ ...block, kind: 'blocked' as const }), clock, settings);

    await expect(clock.run(pacer.turn())).resolves.toEqual({ ...block, kind: 'parked' });
  });

  it('sleeps a short block through', async () => {
    const clock = new SimulatedClock(NOW);
    const ledger = new InMemoryQuotaLedger();
    await ledger.heed(KEY, { per: 'day', retryAtMs: NOW + 5000 }, PRO, NOW);
    const reserve = (wanted: SlotsWanted) => ledger.reserve(KEY, PRO, slotRequest(wanted), clock.now());
    const pacer = new Pacer(reserve, clock, { callsPerSecond: () => 10, longestSleepMs: 30_000 });

    await expect(clock.run(pacer.turn())).resolves.toEqual({ kind: 'now' });
    expect(clock.now()).toBeGreaterThanOrEqual(NOW + 5000);
  });

  it('gives up a start time that it slept through, and takes another', async () => {
    const clock = new SimulatedClock(NOW);
    const given = [[NOW], [NOW + 1000]];
    const reserve = () => Promise.resolve({ kind: 'slots' as const, startsAtMs: given.shift() ?? [] });
    const pacer = new Pacer(reserve, clock, { callsPerSecond: () => 10, longestSleepMs: 30_000 });
    await clock.run(clock.sleep(500));
    await clock.run(pacer.turn());

    expect(clock.now()).toBe(NOW + 1000);
  });

  it('comes to its turn in time, however long the ledger takes to answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3000 }), async (ledgerMs) => {
        const clock = new SimulatedClock(NOW);
        const ledger = new InMemoryQuotaLedger();
        const reserve = async (wanted: SlotsWanted) => {
          const reservation = await ledger.reserve(KEY, PRO, slotRequest({ ...wanted, urgent: true }), clock.now());
          await clock.sleep(ledgerMs);
          return reservation;
        };
        const pacer = new Pacer(reserve, clock, { callsPerSecond: () => 10, longestSleepMs: 30_000 });
        await clock.run(pacer.turn());
        // what two quick answers of before would be good for, and the third with the time to use it
        expect(clock.now() - NOW).toBeLessThanOrEqual(3.5 * ledgerMs + 200);
      }),
    );
  });

  it('leaves no start times unused after one slow answer', async () => {
    const clock = new SimulatedClock(NOW);
    const answersMs = [800, 10];
    const earliestMs: number[] = [];
    const reserve = async (wanted: SlotsWanted) => {
      earliestMs.push(wanted.earliestMs - clock.now());
      await clock.sleep(answersMs.shift() ?? 0);
      return { kind: 'slots' as const, startsAtMs: [clock.now()] };
    };
    const pacer = new Pacer(reserve, clock, { callsPerSecond: () => 10, longestSleepMs: 30_000 });
    await clock.run(pacer.turn());
    await clock.run(pacer.turn());

    expect(earliestMs[1]).toBeLessThan(100);
  });

  it('comes to its turn on a machine that oversleeps each time', async () => {
    const clock = new SimulatedClock(NOW);
    const late: Clock = { now: clock.now, sleep: (milliseconds) => clock.sleep(milliseconds + 400) };
    const ledger = new InMemoryQuotaLedger();
    const reserve = (wanted: SlotsWanted) => ledger.reserve(KEY, PRO, slotRequest(wanted), clock.now());
    const pacer = new Pacer(reserve, late, { callsPerSecond: () => 10, longestSleepMs: 30_000 });

    await expect(clock.run(pacer.turn())).resolves.toEqual({ kind: 'now' });
  });

  it('hears of it when the ledger cannot be reached', async () => {
    const clock = new SimulatedClock(NOW);
    const pacer = new Pacer(() => Promise.reject(new Error('no ledger')), clock, {
      callsPerSecond: () => 10,
      longestSleepMs: 1,
    });

    await expect(clock.run(pacer.turn())).rejects.toThrow('no ledger');
  });
});
