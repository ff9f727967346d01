import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays } from '../../lambdas/core/runs/shards';
import { setSchedule } from './support/schedule';
import { factsOf, scaleWaits, statusOf, syncNow, tick, until, whenStatus } from './support/stack';
import { endRests, makeUnread } from './support/time';
import { ZoomAccount, connect } from './support/zoom-account';

describe('the freshness of a connection', () => {
  let account: ZoomAccount;
  let connectionId: string;
  let mend: () => Promise<void>;

  beforeAll(async () => {
    await scaleWaits(0.01);
    account = await ZoomAccount.create({ users: 20, activitiesPerDay: 20, operationsPerDay: 10 });
    connectionId = await connect(account, 'Fresh');
  });

  afterAll(() => scaleWaits(1));

  it('is told by the newest row of each report, and by when it was read', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const range = { from: addDays(today, -1), to: addDays(today, 1) };
    const truth = await Promise.all([account.truth('activities', range), account.truth('operations', range)]);
    const newest = truth.map((rows) =>
      rows
        .map(({ time }) => time as string)
        .sort()
        .at(-1),
    );
    const beganAt = Date.now();
    await syncNow(connectionId);
    const [users, ...reports] = (await statusOf(connectionId)).freshness;

    expect(users).toMatchObject({ stream: 'user', newest: null, behind: false });
    expect(reports.map((known) => known.newest)).toEqual(newest);
    expect(reports.every(({ readAt }) => Date.parse(readAt ?? '') >= beganAt)).toBe(true);
  });

  it('is lost when nobody has read it for hours: the next tick of the schedule says so', async () => {
    mend = await account.fail({ kind: 'serverError', status: 503, path: '/v2/report' });
    await makeUnread(connectionId);
    await tick();
    const { reason, freshness } = await whenStatus(connectionId, 'degraded');

    expect(reason).toMatch(/^Not read since .* UTC: sign-ins, admin operations\. /);
    expect(freshness.map(({ behind }) => behind)).toEqual([false, true, true]);
  });

  it('comes back by itself once Zoom answers', async () => {
    await mend();
    const { reason, freshness } = await until('the end of the sync', async () => {
      await endRests(connectionId);
      const connection = await statusOf(connectionId);
      return connection.status === 'connected' ? connection : undefined;
    });

    expect([reason, freshness.some(({ behind }) => behind)]).toEqual([null, false]);
  });
});

describe('the schedule', () => {
  afterAll(() => setSchedule('DISABLED'));

  it('has new activity read without anybody asking', async () => {
    const account = await ZoomAccount.create({ users: 5, activitiesPerDay: 5, operationsPerDay: 5 });
    const connectionId = await connect(account, 'Scheduled');
    const ip_address = '198.51.100.90';
    await account.change({ kind: 'addActivities', rows: [{ ip_address }] });
    await setSchedule('ENABLED');
    const [found] = await until('the activity', async () => {
      const facts = (await factsOf(connectionId)).filter(({ raw }) => raw['ip_address'] === ip_address);
      return facts.length > 0 ? facts : undefined;
    });

    expect(found?.kind).toBe('user_activity');
  });
});
