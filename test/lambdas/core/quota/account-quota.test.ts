import { describe, expect, it } from '@jest/globals';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { AccountQuota } from '../../../../lambdas/core/quota/account-quota';
import { MINUTE, NOW, SECOND } from '../../../support/clock';
import { InMemoryQuotaLedger } from '../../../support/quota';

/** The longest block of start times of Pro's ten calls a second. */
const BLOCK = 10;

/** Two workers, each with eight chains that always want more. Zoom refuses the first call after 20 s of the first of them. */
async function refused(per: 'second' | 'day', pauseMs: number) {
  const clock = new SimulatedClock(NOW);
  const ledger = new InMemoryQuotaLedger();
  const calls: { worker: number; at: number }[] = [];
  let refusedAt: number | undefined;
  const chain = async (quota: AccountQuota, worker: number) => {
    const pacer = quota.pacer('heavy', false);
    await clock.sleep(0); // as in a worker, where all chains are there before one asks for its turn
    while (clock.now() < NOW + MINUTE) {
      if ((await pacer.turn()).kind === 'parked') return;
      const at = clock.now();
      calls.push({ worker, at });
      await clock.sleep(200);
      if (worker === 0 && refusedAt === undefined && at >= NOW + 20 * SECOND) {
        refusedAt = clock.now();
        await quota.heed('heavy', { per, retryAtMs: refusedAt + pauseMs });
      }
      pacer.cameRound(clock.now() - at);
    }
  };
  const workers = [0, 1].flatMap((worker) => {
    const quota = new AccountQuota(ledger, clock, {
      zoomAccountId: 'account-1',
      plan: 'pro',
      share: { perSecond: 1, perDay: 1 },
      openChains: () => 16,
      longestSleepMs: 30_000,
    });
    return Array.from({ length: 8 }, () => quota.pacer('heavy', false).during(() => chain(quota, worker)));
  });
  await clock.run(Promise.all(workers));
  const during = calls.filter(({ at }) => at > refusedAt! && at < refusedAt! + pauseMs);
  return [0, 1].map((own) => during.filter(({ worker }) => worker === own).length);
}

describe('a call that Zoom refuses among many', () => {
  it.each([
    ['second', 1_500],
    ['second', 5_000],
    ['day', MINUTE],
  ] as const)(
    'for the calls of a %s is followed by none of that worker for %d ms, and by a block of another',
    async (per, ms) => {
      const [own, other] = await refused(per, ms);
      expect(own).toBe(0);
      expect(other).toBeLessThanOrEqual(BLOCK);
    },
  );
});
