import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Browser } from '../../dev/local/browser';
import { PARTITION } from '../../lambdas/contract/control-table';
import { addDays } from '../../lambdas/core/runs/shards';
import { distinctRows, rowsOf } from './support/compare';
import { NO_DIFFERENCES, differences } from './support/differences';
import { backfillExecutionsOf } from './support/executions';
import {
  ask,
  dynamodb,
  factsOf,
  operate,
  output,
  scaleWaits,
  stack,
  statusOf,
  syncNow,
  until,
  whenStatus,
} from './support/stack';
import { streamRecordsOf } from './support/stream';
import { endDay, makeSweepDue } from './support/time';
import { ZoomAccount, connect, consent } from './support/zoom-account';

const today = new Date().toISOString().slice(0, 10);
const tomorrow = addDays(today, 1);

/** What the quota ledger holds of an account's reports. */
async function ledgerOf(account: ZoomAccount): Promise<Record<string, unknown> | undefined> {
  const Key = { pk: `${PARTITION.quota}#${account.id}`, sk: 'heavy' };
  return (await dynamodb.send(new GetCommand({ TableName: output('ControlTableName'), Key }))).Item;
}

/** Whether the sweep that was due has ended. */
async function wasSweptToday(connectionId: string): Promise<boolean> {
  const Key = { pk: PARTITION.connections, sk: connectionId };
  const { Item } = await dynamodb.send(new GetCommand({ TableName: output('ControlTableName'), Key }));
  return Date.parse(String(Item?.['sweptAt'])) > Date.now() - 86_400_000;
}

/** The text of a connection's page, as an operator sees it. */
async function pageOf(connectionId: string): Promise<string> {
  const { url } = await ask({ command: 'link' });
  const browser = new Browser();
  await browser.submit(url);
  return (await browser.open(`${stack.consoleUrl}/connections/${connectionId}`)).text;
}

describe('a backfill', () => {
  // a wait for tomorrow ends after some seconds
  beforeAll(() => scaleWaits(6_000 / (Date.parse(`${tomorrow}T00:00:00Z`) - Date.now())));
  afterAll(() => scaleWaits(1));

  it.concurrent('that Zoom refuses calls for the second goes on slower and loses nothing', async () => {
    const account = await ZoomAccount.create({ users: 60, activitiesPerDay: 40 });
    // the consent asks for today
    const path = `/v2/report/activities?from=${addDays(today, -1)}`;
    await account.fail({ kind: 'tooManyPerSecond', path, count: 3 });
    const connectionId = await consent(account, 'Too fast');
    await whenStatus(connectionId, 'connected');

    expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
    expect((await ledgerOf(account))?.['pace']).toBeLessThan(1);
  });

  it.concurrent.each(['date', 'seconds', 'absent'])(
    'that Zoom refuses calls for the day waits, and is continued on another (Retry-After: %s)',
    async (retryAfter) => {
      const account = await ZoomAccount.create({ users: 60, activitiesPerDay: 40 });
      const connectionId = await consent(account, `No calls left, ${retryAfter}`);
      const endRefusals = await account.fail({ kind: 'tooManyPerDay', label: 'Heavy', retryAfter });
      const waiting = await until('waiting', async () => {
        const { backfill } = await statusOf(connectionId);
        return backfill?.state === 'waiting' ? backfill : undefined;
      });
      const page = await pageOf(connectionId);
      const users = rowsOf(await factsOf(connectionId), 'user');
      await endRefusals();
      // a worker that was refused late may note it after that
      await until('the end', async () => {
        await endDay(account);
        return (await statusOf(connectionId)).status === 'connected' ? true : undefined;
      });
      const executions = await until('the end of all executions', async () => {
        const found = await backfillExecutionsOf(connectionId);
        return found.some(({ status }) => status === 'RUNNING') ? undefined : found;
      });

      expect(waiting.waitingUntil?.slice(0, 10)).toBe(tomorrow);
      expect(page).toMatch(/Waiting for Zoom’s daily quota/);
      expect(users).toEqual(distinctRows(await account.truth('users')));
      expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
      expect(executions[1]?.name).toBe(`${executions[0]?.name}_2`);
      expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'SUCCEEDED'));
      expect(Math.max(...executions.map(({ events }) => events.length))).toBeLessThan(200);
    },
  );

  it.concurrent('whose page token is refused in the middle begins the date again and tells nothing twice', async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 0, operationsPerDay: 5 });
    const yesterday = addDays(today, -1);
    const rows = Array.from({ length: 6_200 }, (_, second) => ({
      time: new Date(Date.parse(`${yesterday}T00:00:00Z`) + second * 10_000).toISOString().replace('.000', ''),
      ip_address: `10.0.${Math.floor(second / 256)}.${second % 256}`,
    }));
    await account.change({ kind: 'addActivities', rows });
    const path = `/v2/report/activities?from=${yesterday}&to=${yesterday}&page_size=300`;
    // the first of 21 pages needs no token
    await account.fail({ kind: 'pageTokenRefused', path, skip: 18, count: 1 });
    const connectionId = await consent(account, 'A refused page token');
    const { backfill } = await whenStatus(connectionId, 'connected');

    expect(await account.hasFailed()).toBe(true);
    expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
    expect(backfill?.calls).toBeGreaterThan(40);
  });

  it.concurrent('whose pages come oldest first finds everything, and so does the sync after it', async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 320 });
    const connectionId = await consent(account, 'Oldest first');
    await account.fail({ kind: 'outOfOrder' });
    await whenStatus(connectionId, 'connected');
    const atFirst = await differences(account, connectionId);
    const hourAgo = new Date(Date.now() - 30 * 60_000).toISOString().replace(/\.\d+/, '');
    await account.change(
      { kind: 'addActivities', rows: [{ ip_address: '198.51.100.77' }] },
      { kind: 'addActivities', rows: [{ ip_address: '198.51.100.78', time: hourAgo }] },
    );
    await syncNow(connectionId);

    expect(atFirst).toEqual(NO_DIFFERENCES);
    expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
  });
});

describe('a list of users that changes while it is read', () => {
  const secondPage = '/v2/users?status=active&page_size=2000&next_page_token=';
  let account: ZoomAccount;
  let connectionId: string;
  let deleted: unknown;
  let gone: readonly unknown[];

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 2_300, activitiesPerDay: 5, operationsPerDay: 5 });
    const active = (await account.truth('users')).filter(({ status }) => status === 'active').map(({ id }) => id);
    deleted = active.at(-20);
    connectionId = await connect(account, 'Comings and goings');
    await makeSweepDue(connectionId);
    // the first page is answered by then, and the one of those who are not active
    await account.fail({ kind: 'slow', path: secondPage, count: 1, delayMs: 10_000 });
    await operate('sync', connectionId);
    await until('the second page', async () => ((await account.hasFailed()) ? true : undefined));
    await account.change(
      { kind: 'deactivateUser', user: active[100] },
      { kind: 'deactivateUser', user: active.at(-10) },
      { kind: 'deleteUser', user: deleted },
      { kind: 'inviteUser', email: 'newcomer@example.com' },
      { kind: 'activateUser', user: 'newcomer@example.com' },
    );
    await until('the end of the sweep', async () => ((await wasSweptToday(connectionId)) ? true : undefined));
    await syncNow(connectionId);
    const records = await streamRecordsOf(connectionId);
    gone = records.flatMap(({ after }) => (after?.state === 'gone' ? [after.raw['id']] : []));
  });

  it('is right after the next sync', async () => {
    expect(rowsOf(await factsOf(connectionId), 'user')).toEqual(distinctRows(await account.truth('users')));
  });

  it('says of those who are deleted that they are gone, and never of anybody else', () => {
    expect(gone).toEqual([deleted]);
  });
});
