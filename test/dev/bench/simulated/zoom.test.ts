import { describe, expect, it } from '@jest/globals';
import { Account } from '../../../../dev/bench/simulated/account';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { SimulatedZoom } from '../../../../dev/bench/simulated/zoom';
import { nextUtcMidnight } from '../../../../lambdas/core/dates';
import type { Shard } from '../../../../lambdas/contract/workflow';
import { dailyShards } from '../../../../lambdas/core/runs/shards';
import type { PageAnswer } from '../../../../lambdas/core/zoom/ports';
import { MINUTE, NOW, SECOND } from '../../../support/clock';

const ACCESS = { accessToken: 'access', apiUrl: 'https://api.zoom.us' };
const [SHARD] = dailyShards(['2026-10-09']) as [Shard];

function makeZoom(pageSize = 30) {
  const clock = new SimulatedClock(NOW);
  const account = new Account({ users: 10, rows: 1000, days: 7, profile: 'even', startMs: NOW });
  const zoom = new SimulatedZoom({ account, plan: 'pro', latencyMs: 200, pageSize: () => pageSize }, clock);
  return { clock, account, zoom };
}

type World = ReturnType<typeof makeZoom>;

async function answerTo({ clock, zoom }: World, pageToken: string | null): Promise<PageAnswer> {
  let answer: PageAnswer | undefined;
  await clock.run(zoom.fetchPage(ACCESS, SHARD, pageToken).then((given) => void (answer = given)));
  if (answer === undefined) throw new Error('no answer came');
  return answer;
}

const tokenOf = (answer: PageAnswer) => (answer.kind === 'page' ? answer.nextPageToken : null);
const pass = (world: World, ms: number) => world.clock.run(world.clock.sleep(ms));

describe('the simulated Zoom', () => {
  it('gives all rows of a shard, page after page', async () => {
    const world = makeZoom();
    const rows = [];
    let token: string | null = null;
    do {
      const answer = await answerTo(world, token);
      rows.push(...(answer.kind === 'page' ? answer.rows : []));
      token = tokenOf(answer);
    } while (token !== null);

    expect(rows).toEqual(world.account.slice(SHARD, 0, 1000, NOW));
  });

  it('takes its time', async () => {
    const world = makeZoom();
    await answerTo(world, null);
    expect(world.clock.now() - NOW).toBe(200);
  });

  it('knows a page token after 14 minutes', async () => {
    const world = makeZoom();
    const token = tokenOf(await answerTo(world, null));
    await pass(world, 14 * MINUTE);
    expect((await answerTo(world, token)).kind).toBe('page');
  });

  it('refuses a page token after 16 minutes', async () => {
    const world = makeZoom();
    const token = tokenOf(await answerTo(world, null));
    await pass(world, 16 * MINUTE);
    expect((await answerTo(world, token)).kind).toBe('pageTokenRejected');
  });

  it('refuses the eleventh call within a second, for that second', async () => {
    const world = makeZoom();
    const answers = await allAtOnce(world, 11);
    expect(answers.at(-1)).toMatchObject({ kind: 'throttled', throttling: { per: 'second' } });
  });

  it('refuses a call over those of the day until midnight', async () => {
    const world = makeZoom(1);
    for (let calls = 0; calls < 30_000; calls += 10) {
      await allAtOnce(world, 10);
      await pass(world, SECOND);
    }
    await expect(answerTo(world, null)).resolves.toEqual({
      kind: 'throttled',
      throttling: { per: 'day', retryAtMs: nextUtcMidnight(NOW) },
    });
  });

  it('counts how often a shard was begun', async () => {
    const world = makeZoom();
    await allAtOnce(world, 2);
    expect(world.zoom.begun.get(SHARD.id)).toBe(2);
  });
});

async function allAtOnce({ clock, zoom }: World, calls: number): Promise<PageAnswer[]> {
  const answers: PageAnswer[] = [];
  const call = async () => void answers.push(await zoom.fetchPage(ACCESS, SHARD, null));
  await clock.run(Promise.all(Array.from({ length: calls }, call)).then(() => undefined));
  return answers;
}
