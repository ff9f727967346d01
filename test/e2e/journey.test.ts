import { DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../../dev/local/paths';
import { launchChromium } from '../../dev/pages-preview/browser';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import { addDays } from '../../lambdas/core/runs/shards';
import { distinctRows, rowsOf } from './support/compare';
import { schemaProblems } from './support/schemas';
import {
  factsOf,
  itemsOf,
  logLines,
  operate,
  output,
  stack,
  stateMachines,
  storedSecrets,
  syncNow,
  until,
  whenStatus,
} from './support/stack';
import { streamRecordsOf } from './support/stream';
import { ZoomAccount } from './support/zoom-account';

const MINUTE_MS = 60_000;
const PICTURES = join(ROOT, '.local/pictures');

describe('the journey of a connection, in a browser', () => {
  let browser: Browser;
  let page: Page;
  let account: ZoomAccount;
  let invite: OperatorAnswers['invite'];
  const today = new Date().toISOString().slice(0, 10);

  /** What Zoom showed in the address bar while the journey went on. */
  const seenInAddresses = new Set<string>();

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    account = await ZoomAccount.create({ users: 60, activitiesPerDay: 320 });
    invite = await operate<OperatorAnswers['invite']>('invite', '--name', 'Contoso Zoom');
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('request', (request) => {
      const { searchParams } = new URL(request.url());
      for (const name of ['code', 'state']) {
        const value = searchParams.get(name);
        if (value !== null) seenInAddresses.add(value);
      }
    });
  });

  afterAll(() => browser.close());

  it('shows the invited admin what is read, why and how to undo it', async () => {
    await page.goto(invite.url);
    await page.screenshot({ path: join(PICTURES, 'invite.png'), fullPage: true });

    const words = await page.locator('main').textContent();

    expect(words).toMatch(/Contoso Zoom.*report:read:user_activities:admin.*Added Apps/s);
  });

  it('leads to Zoom and back to the connection, which reads and then is connected', async () => {
    await page.getByRole('button', { name: /Connect in Zoom/ }).click();
    await page.waitForURL(/\/oauth\/authorize/);
    await page.locator(`input[value="${account.id}/owner"]`).check();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${stack.consoleUrl}/connections/${invite.connectionId}`);
    await page.screenshot({ path: join(PICTURES, 'backfilling.png'), fullPage: true });
    await whenStatus(invite.connectionId, 'connected');
    await page.reload();
    await page.screenshot({ path: join(PICTURES, 'connected.png'), fullPage: true });

    await expect(page.locator('main').innerText()).resolves.toMatch(/Connected/);
  });

  it('has stored what Zoom holds, and nothing else', async () => {
    const facts = await factsOf(invite.connectionId);
    const range = { from: addDays(today, -7), to: addDays(today, 1) };
    const [users, activities, operations] = await Promise.all([
      account.truth('users'),
      account.truth('activities', range),
      account.truth('operations', range),
    ]);

    expect(rowsOf(facts, 'user')).toEqual(distinctRows(users));
    expect(rowsOf(facts, 'user_activity')).toEqual(distinctRows(activities));
    expect(rowsOf(facts, 'admin_operation')).toEqual(distinctRows(operations));
  });

  it('has put one record for each fact on the stream, and a second run adds none', async () => {
    const facts = await factsOf(invite.connectionId);
    await syncNow(invite.connectionId);
    const records = await streamRecordsOf(invite.connectionId);

    expect(records.map(({ event }) => event)).toEqual(facts.map(() => 'INSERT'));
    expect(records.map(({ after }) => after?.id).sort()).toEqual(facts.map(({ id }) => id).sort());
  });

  it('brings a new activity and a late one as one record each', async () => {
    const before = await streamRecordsOf(invite.connectionId);
    const late = new Date(Date.now() - 30 * MINUTE_MS).toISOString().replace(/\.\d+Z/, 'Z');
    await account.change({
      kind: 'addActivities',
      rows: [{ ip_address: '198.51.100.77' }, { ip_address: '198.51.100.78', time: late }],
    });
    const { lastSync } = await syncNow(invite.connectionId);
    await syncNow(invite.connectionId);
    const added = (await streamRecordsOf(invite.connectionId)).slice(before.length);

    expect(lastSync?.result).toBe('ok');
    expect(added.map(({ after }) => after?.raw['ip_address']).sort()).toEqual(['198.51.100.77', '198.51.100.78']);
  });

  it('brings a user who changed when it is told to read all users, as they were and as they are', async () => {
    const user = (await account.truth('users')).find(({ status }) => status === 'active');
    await account.change({ kind: 'changeUser', user: user?.['email'], fields: { dept: 'Moved' } });
    await operate('sync', invite.connectionId, '--users');
    const record = await until('the change', async () => {
      const records = await streamRecordsOf(invite.connectionId);
      return records.find(({ event, after }) => event === 'MODIFY' && after?.raw['id'] === user?.['id']);
    });

    expect([record.before?.raw['dept'], record.after?.raw['dept']]).toEqual([user?.['dept'], 'Moved']);
  });

  it('is counted and logged by the sample consumer, a line a fact', async () => {
    const facts = await factsOf(invite.connectionId);
    const lines = await until('a line for each fact', async () => {
      const own = (await logLines(invite.connectionId)).filter(
        (line) => line.includes('"message":"fact"') && !line.includes('"kind":"connector_audit"'),
      );
      return own.length >= facts.length ? own : undefined;
    });
    const metrics = await logLines('FactsConsumed');

    expect(new Set(lines.map((line) => /"id":"([0-9a-f]+)"/.exec(line)?.[1]))).toEqual(
      new Set(facts.map(({ id }) => id)),
    );
    expect(metrics.length).toBeGreaterThanOrEqual(facts.length);
  });

  it('shows an operator the connection on the connectors page', async () => {
    const { url } = await operate<OperatorAnswers['link']>('link');
    const operatorPage = await browser.newPage();
    await operatorPage.goto(url);
    await operatorPage.getByRole('button', { name: /sign in/i }).click();
    await operatorPage.waitForURL(`${stack.consoleUrl}/`);
    await operatorPage.screenshot({ path: join(PICTURES, 'connectors.png'), fullPage: true });

    await expect(operatorPage.locator('main').innerText()).resolves.toContain('Contoso Zoom');
  });

  it('connects by the plus sign, a name and Zoom; a known account renews its connection', async () => {
    const { url } = await operate<OperatorAnswers['link']>('link');
    const operatorPage = await browser.newPage();
    await operatorPage.goto(url);
    await operatorPage.getByRole('button', { name: /sign in/i }).click();
    await operatorPage.waitForURL(`${stack.consoleUrl}/`);
    await operatorPage.locator('a[href="/connections/new"]').first().click();
    await operatorPage.locator('a[href="/connections/new/zoom"]').first().click();
    await operatorPage.locator('input[name="name"]').fill('Contoso again');
    await operatorPage.getByRole('button', { name: /Connect in Zoom/ }).click();
    await operatorPage.locator(`input[value="${account.id}/owner"]`).check();
    await operatorPage.getByRole('button', { name: 'Allow' }).click();
    await operatorPage.waitForURL(/\/oauth\/callback/);
    await operatorPage.screenshot({ path: join(PICTURES, 'merged.png'), fullPage: true });
    await whenStatus(invite.connectionId, 'connected');
    const { connections } = await operate<OperatorAnswers['connections']>('connections');

    expect(connections.filter(({ mergedInto }) => mergedInto === invite.connectionId)).toHaveLength(1);
    await expect(account.grantsAlive()).resolves.toBe(1);
  });

  it('stores no item that the published schemas do not allow', async () => {
    const facts = await factsOf(invite.connectionId);

    expect(facts.flatMap(schemaProblems)).toEqual([]);
  });

  it('leaves no token, code or secret in logs, tables, workflows, pages or process lists', async () => {
    const kept = await storedSecrets();
    const secrets = [...kept, ...[...seenInAddresses].map((value) => [value, 'a code or state'] as const)];
    const places = {
      logs: (await logLines()).join('\n'),
      facts: JSON.stringify(await itemsOf('FactsTableName')),
      control: JSON.stringify(await itemsOf('ControlTableName')),
      workflows: await workflowTexts(),
      page: await page.content(),
      processes: (await promisify(execFile)('ps', ['-eo', 'args'])).stdout,
    };
    const found = Object.entries(places).flatMap(([place, text]) =>
      secrets.filter(([value]) => text.includes(value)).map(([, what]) => `${what} in ${place}`),
    );

    expect([...kept.values()]).toContainEqual(expect.stringMatching(/^refreshToken/));
    expect([...kept.values()]).toContainEqual(expect.stringMatching(/^clientSecret/));
    expect(seenInAddresses.size).toBeGreaterThan(1);
    expect(found).toEqual([]);
  });

  async function workflowTexts(): Promise<string> {
    const texts: unknown[] = [];
    for (const machine of ['BackfillStateMachineArn', 'SyncStateMachineArn']) {
      const { executions = [] } = await stateMachines.send(
        new ListExecutionsCommand({ stateMachineArn: output(machine) }),
      );
      for (const { executionArn } of executions) {
        texts.push(await stateMachines.send(new DescribeExecutionCommand({ executionArn })));
        texts.push(await stateMachines.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 })));
      }
    }
    return JSON.stringify(texts);
  }
});
