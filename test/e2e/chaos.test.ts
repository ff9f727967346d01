import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Differences, NO_DIFFERENCES, differences } from './support/differences';
import { type BackfillExecution, backfillExecutionsOf } from './support/executions';
import { scaleWaits, statusOf, syncNow, until, whenStatus } from './support/stack';
import { kill, workerPids } from './support/workers';
import { ZoomAccount, consent, zoomStats } from './support/zoom-account';

describe('a backfill whose workers are killed in the middle', () => {
  let executions: BackfillExecution[];
  let found: Differences;

  beforeAll(async () => {
    const account = await ZoomAccount.create({ users: 60, activitiesPerDay: 1_800 });
    const connectionId = await consent(account, 'Killed');
    const begun = await account.calls();
    await until('some pages', async () => ((await account.calls()) > begun + 15 ? true : undefined));
    for (const pid of await workerPids()) kill(pid);
    await whenStatus(connectionId, 'connected');
    executions = await backfillExecutionsOf(connectionId);
    found = await differences(account, connectionId);
  });

  it('goes on in the same execution', () => {
    expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(executions[0]?.events).toContain('TaskFailed');
  });

  it('stores all that Zoom has and tells each fact once', () => {
    expect(found).toEqual(NO_DIFFERENCES);
  });
});

describe('a backfill while everything goes wrong at Zoom and workers are killed', () => {
  const FAULTS = [
    { kind: 'serverError', rate: 0.05 },
    { kind: 'html', rate: 0.02 },
    { kind: 'truncated', rate: 0.02 },
    { kind: 'hang', rate: 0.01, delayMs: 1_000 },
    { kind: 'tooManyPerSecond', rate: 0.05 },
  ];
  /** As many as the workflow forgives each worker. */
  const MOST_KILLS = 5;
  let expiries = 0;
  let refreshes: number;
  let found: Differences;

  beforeAll(async () => {
    await scaleWaits(0.1);
    const account = await ZoomAccount.create({ plan: 'business', users: 50, activitiesPerDay: 1_800 });
    const before = await zoomStats();
    const connectionId = await consent(account, 'Chaos');
    const ends = await Promise.all(FAULTS.map((fault) => account.fail(fault)));

    const isOver = async () => (await statusOf(connectionId)).status !== 'backfilling';
    const refreshed = async () => (await zoomStats()).refreshes - before.refreshes;
    while (!(await isOver())) {
      await account.expireTokens();
      expiries++;
      await until('a refresh', async () => ((await refreshed()) >= expiries || (await isOver()) ? true : undefined));
      await sleep(1_000);
      // with Zoom's answer to a refresh in hand, a worker takes the only good token with it
      const pids = await workerPids();
      const victim = pids[Math.floor(Math.random() * pids.length)];
      if (expiries <= MOST_KILLS && victim !== undefined) kill(victim);
      await sleep(2_000);
    }
    await Promise.all(ends.map((end) => end()));
    await syncNow(connectionId);
    await whenStatus(connectionId, 'connected');
    refreshes = await refreshed();
    found = await differences(account, connectionId);
  });

  afterAll(() => scaleWaits(1));

  it('stores all that Zoom has and tells each fact once', () => {
    expect(found).toEqual(NO_DIFFERENCES);
  });

  it('refreshes once for each time that the token expires', () => {
    expect(refreshes).toBe(expiries);
  });
});
