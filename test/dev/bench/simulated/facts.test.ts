import { describe, expect, it } from '@jest/globals';
import { Account } from '../../../../dev/bench/simulated/account';
import { SimulatedClock } from '../../../../dev/bench/simulated/clock';
import { AwsDelays } from '../../../../dev/bench/simulated/delays';
import { CountingFactStore } from '../../../../dev/bench/simulated/facts';
import type { Fact } from '../../../../lambdas/core/facts/fact';
import { dailyShards, userShards } from '../../../../lambdas/core/runs/shards';
import { NOW } from '../../../support/clock';
import { SOURCE, factOf } from '../../../support/facts';

const account = new Account({ users: 20, rows: 100, days: 7, profile: 'even', startMs: NOW });
const FACTS = [...dailyShards(['2026-10-09']), ...userShards()].flatMap((shard) =>
  account.slice(shard, 0, account.rowsOf(shard), NOW).map((row) => factOf(shard.stream, row)),
);

function makeStore() {
  const clock = new SimulatedClock(NOW);
  return { clock, store: new CountingFactStore(account, SOURCE, new AwsDelays(clock)) };
}

async function storeAfter(...pages: (readonly Fact[])[]) {
  const { clock, store } = makeStore();
  for (const page of pages) await clock.run(store.write(page));
  return store;
}

describe('the counting fact store', () => {
  it('counts each fact that is stored', async () => {
    expect((await storeAfter(FACTS)).facts).toBe(FACTS.length);
  });

  it('counts a fact once however often it comes', async () => {
    expect((await storeAfter(FACTS, FACTS)).facts).toBe(FACTS.length);
  });

  it('counts what comes again', async () => {
    expect((await storeAfter(FACTS, FACTS.slice(0, 7))).duplicated).toBe(7);
  });

  it('says how many were new to it', async () => {
    const { clock, store } = makeStore();
    let written = 0;
    await clock.run(store.write(FACTS.slice(0, 7)));
    await clock.run(store.writeChanged(FACTS).then((count) => void (written = count)));
    expect(written).toBe(FACTS.length - 7);
  });

  it('fails for a fact that no row of the account states', async () => {
    const { clock, store } = makeStore();
    const [fact] = FACTS as [Fact];
    await expect(
      clock.run(store.write([{ ...fact, raw: { ...fact.raw, ip_address: '203.0.113.1' } }])),
    ).rejects.toThrow('no such');
  });

  it('gives back the users that are stored', async () => {
    const { clock, store } = makeStore();
    const users = FACTS.filter(({ kind }) => kind === 'user').slice(3, 9);
    const read: Fact[] = [];
    const readAll = async () => {
      for await (const fact of store.read(SOURCE.connectionId, 'user')) read.push(fact);
    };
    await clock.run(store.write(users));
    await clock.run(readAll());
    expect(read).toEqual(users);
  });
});
