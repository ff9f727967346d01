import { StopExecutionCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../dev/local/browser';
import type { Connection } from '../../lambdas/contract/connection';
import { LONGEST_STEP_MINUTES } from '../../lambdas/contract/workflow';
import { NO_DIFFERENCES, differences } from './support/differences';
import {
  ask,
  cli,
  factsOf,
  itemsOf,
  operate,
  output,
  scaleWaits,
  stack,
  stateMachines,
  statusOf,
  storedSecrets,
  tick,
  until,
  whenStatus,
} from './support/stack';
import { ZoomAccount, connect, consent, failEverybody } from './support/zoom-account';

/** Slow enough to be caught in the middle: each date takes several pages. */
const SLOW = { kind: 'slow', path: '/v2/report', delayMs: 2_000 };
const DOWN = { kind: 'serverError', path: '/oauth' };

/** All that is left of a connection: nothing, but for its record. */
const NOTHING = {
  facts: 0,
  secrets: [] as string[],
  items: ['CONNECTION'],
  running: [] as string[],
  grants: 0,
};

/** Has the wait for the longest step take so many seconds. */
const settleIn = (seconds: number) => scaleWaits(seconds / (LONGEST_STEP_MINUTES * 60));

beforeAll(() => settleIn(5));
afterAll(() => scaleWaits(1));

describe('a disconnect in the middle of a backfill', () => {
  let account: ZoomAccount;
  let connectionId: string;
  let begun: Connection;
  let refused: { readonly status: number; readonly text: string; readonly grants: number };
  let ended: Connection;

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 60, activitiesPerDay: 1_500 });
    const endSlowness = await account.fail(SLOW);
    connectionId = await consent(account, 'Disconnected');
    await whenReading(connectionId);
    // long enough for somebody to come in between
    await settleIn(25);
    begun = await operate<Connection>('disconnect', connectionId);
    refused = await consentTo(account);
    ended = await whenStatus(connectionId, 'disconnected');
    await endSlowness();
    await settleIn(5);
  });

  it('is under way at once', () => {
    expect(begun).toMatchObject({
      status: 'disconnecting',
      disconnect: { cause: 'operator', attempt: 1, endedAt: null },
    });
  });

  it('refuses a consent meanwhile, and has Zoom take it back', () => {
    expect(refused).toMatchObject({
      status: 409,
      text: expect.stringContaining('This Zoom account is being disconnected'),
      grants: 0,
    });
  });

  it('leaves a receipt', () => {
    expect(ended).toMatchObject({
      reason: null,
      backfill: { state: 'cancelled' },
      disconnect: { keepFacts: false, revokedAtZoom: true, endedAt: expect.any(String) },
    });
    expect(ended.disconnect?.factsPurged).toBeGreaterThan(0);
  });

  it('leaves nothing else', async () => {
    expect(await leftOf(connectionId, account)).toEqual(NOTHING);
  });

  it('shows the receipt on its page', async () => {
    const { browser, origin } = await signedIn();
    const { text } = await browser.open(`${origin}/connections/${connectionId}`);
    expect(text).toMatch(/Receipt.*records deleted/s);
  });

  it('lets the account be connected anew, as another connection', async () => {
    const next = await connect(account, 'Connected anew');

    expect(next).not.toBe(connectionId);
    expect(await differences(account, next)).toEqual(NO_DIFFERENCES);
  });
});

describe('a disconnect', () => {
  it('ends when Zoom is down, and says what its admin has to do', async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const connectionId = await connect(account, 'Zoom down');
    const endOutage = await failEverybody(DOWN);
    await operate('disconnect', connectionId);
    const ended = await whenStatus(connectionId, 'disconnected').finally(endOutage);

    expect(ended).toMatchObject({
      reason: expect.stringContaining('has to remove the app there'),
      disconnect: { revokedAtZoom: false },
    });
    expect(await leftOf(connectionId, account)).toEqual({ ...NOTHING, grants: 1 });
  });

  it('ends when the grant is dead', async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const connectionId = await connect(account, 'Dead grant');
    await account.revokeGrants();
    await operate('disconnect', connectionId);
    const ended = await whenStatus(connectionId, 'disconnected');

    expect(ended).toMatchObject({ reason: null, disconnect: { revokedAtZoom: true } });
    expect(await leftOf(connectionId, account)).toEqual(NOTHING);
  });

  it.each([
    ['it is asked for again', (connectionId: string) => operate('disconnect', connectionId)],
    ['the schedule comes to its next tick', tick],
  ])('goes on after its workflow was killed when %s', async (_when, goOn) => {
    await scaleWaits(1);
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const connectionId = await connect(account, 'Killed');
    const facts = (await factsOf(connectionId)).length;
    await operate('disconnect', connectionId);
    const purged = await until('the first purge', async () => {
      const { disconnect } = await statusOf(connectionId);
      return disconnect?.factsPurged === facts ? disconnect : undefined;
    });
    await stateMachines.send(new StopExecutionCommand({ executionArn: purged.executionArn ?? '' }));
    await settleIn(5);
    await goOn(connectionId);
    const ended = await whenStatus(connectionId, 'disconnected');

    expect(ended.disconnect).toMatchObject({ attempt: 2, revokedAtZoom: true, factsPurged: facts });
    expect(await leftOf(connectionId, account)).toEqual(NOTHING);
  });

  it('keeps the facts when it is told to, until it is told otherwise', async () => {
    const account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const connectionId = await connect(account, 'Facts kept');
    const facts = (await factsOf(connectionId)).length;
    await operate('disconnect', connectionId, '--keep-facts');
    const kept = await whenStatus(connectionId, 'disconnected');
    const left = await leftOf(connectionId, account);
    await operate('disconnect', connectionId);
    const deleted = await whenStatus(connectionId, 'disconnected');

    expect([kept.disconnect?.factsPurged, left]).toEqual([0, { ...NOTHING, facts }]);
    expect([deleted.disconnect?.factsPurged, await leftOf(connectionId, account)]).toEqual([facts, NOTHING]);
  });

  it('deletes a connection that nobody has consented to', async () => {
    const { connectionId } = await ask({ command: 'invite', name: 'Never connected' });
    await operate('disconnect', connectionId);
    const { exitCode, stdout } = await cli('status', connectionId, '--json');

    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'not-found' } }]);
  });
});

describe('the form on the page of a connection', () => {
  let account: ZoomAccount;
  let connectionId: string;
  let invited: Browser;
  const page = () => `${stack.consoleUrl}/connections/${connectionId}`;

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 20, activitiesPerDay: 5 });
    const invite = await ask({ command: 'invite', name: 'By form' });
    invited = new Browser();
    await account.decide(invited, await invited.submit(invite.url), 'allow');
    connectionId = invite.connectionId;
    await whenStatus(connectionId, 'connected');
  });

  it('is not taken from another site', async () => {
    const { status } = await invited.submit(`${page()}/disconnect`, {}, 'https://elsewhere.example');
    expect([status, (await statusOf(connectionId)).status]).toEqual([403, 'connected']);
  });

  it('is not taken from somebody else', async () => {
    const { status } = await new Browser().submit(`${page()}/disconnect`, {});
    expect([status, (await statusOf(connectionId)).status]).toEqual([401, 'connected']);
  });

  it('lets the admin who was invited disconnect, and shows the receipt to them', async () => {
    const asked = await invited.open(`${page()}/disconnect`);
    const begun = await invited.submit(`${page()}/disconnect`, {});
    const ended = await whenStatus(connectionId, 'disconnected');
    const { text } = await invited.open(page());

    expect(asked.text).toContain('Disconnect By form?');
    expect([begun.status, begun.url]).toEqual([200, page()]);
    expect(ended.disconnect?.cause).toBe('admin');
    expect(text).toContain('Receipt');
    expect(await leftOf(connectionId, account)).toEqual(NOTHING);
  });
});

describe('a connection that is paused', () => {
  let account: ZoomAccount;
  let connectionId: string;
  let endSlowness: () => Promise<void>;

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 60, activitiesPerDay: 1_500 });
    endSlowness = await account.fail(SLOW);
    connectionId = await consent(account, 'Paused');
    await whenReading(connectionId);
  });

  it('runs nothing', async () => {
    const { status } = await operate<Connection>('pause', connectionId);
    const running = await until('the end of all executions', async () =>
      (await runningOf(connectionId)).length === 0 ? [] : undefined,
    );
    expect([status, running]).toEqual(['paused', []]);
  });

  it('is not read by hand', async () => {
    const { exitCode, stdout } = await cli('sync', connectionId, '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'conflict', remedy: /resume/ } }]);
  });

  it('goes on with its backfill when it is resumed, and loses nothing', async () => {
    const before = (await statusOf(connectionId)).backfill;
    await endSlowness();
    const { status } = await operate<Connection>('resume', connectionId);
    const after = await whenStatus(connectionId, 'connected');

    expect(status).toBe('backfilling');
    expect(before?.state).toBe('cancelled');
    expect(after.backfill?.startedAt).toBe(before?.startedAt);
    expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
  });

  it('stays paused with the grant of a new consent', async () => {
    await operate('pause', connectionId);
    await account.reconnect(connectionId);
    const reconnected = await statusOf(connectionId);
    await operate('resume', connectionId);
    await whenStatus(connectionId, 'connected');

    expect([reconnected.status, await account.grantsAlive()]).toEqual(['paused', 1]);
  });

  it('is not resumed twice', async () => {
    const { exitCode, stdout } = await cli('resume', connectionId, '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'conflict' } }]);
  });
});

/** Waits for the backfill to have read something, and to be far from its end. */
async function whenReading(connectionId: string): Promise<void> {
  await until('a backfill in the middle', async () => {
    const { backfill } = await statusOf(connectionId);
    return backfill?.state === 'running' && backfill.facts > 0 ? backfill : undefined;
  });
}

/** What is there of a connection, besides the counts of calls of its Zoom account. */
async function leftOf(connectionId: string, account: ZoomAccount): Promise<typeof NOTHING> {
  const [facts, secrets, items, running, grants] = await Promise.all([
    factsOf(connectionId),
    storedSecrets(),
    itemsOf('ControlTableName'),
    runningOf(connectionId),
    account.grantsAlive(),
  ]);
  const own = items.filter(
    ({ pk, sk, connectionId: holder }) =>
      `${String(pk)} ${String(sk)}`.includes(connectionId) || holder === connectionId,
  );
  return {
    facts: facts.length,
    secrets: [...secrets.values()].filter((name) => name.includes(connectionId)),
    items: own.map(({ pk }) => String(pk).split('#')[0] ?? '').sort(),
    running: running,
    grants,
  };
}

/** The names of a connection's executions that run. */
async function runningOf(connectionId: string): Promise<string[]> {
  const names: string[] = [];
  for (const machine of ['BackfillStateMachineArn', 'SyncStateMachineArn']) {
    const pages = paginateListExecutions({ client: stateMachines }, { stateMachineArn: output(machine) });
    for await (const { executions = [] } of pages) {
      names.push(...executions.filter(({ status }) => status === 'RUNNING').map(({ name }) => name ?? ''));
    }
  }
  return names.filter((name) => name.startsWith(connectionId));
}

/** Connects the account by an invite of its own. @returns what the admin sees, and the grants that are good then. */
async function consentTo(account: ZoomAccount): Promise<{ status: number; text: string; grants: number }> {
  const { url } = await ask({ command: 'invite', name: 'Too early' });
  const browser = new Browser();
  const { status, text } = await account.decide(browser, await browser.submit(url), 'allow');
  return { status, text, grants: await account.grantsAlive() };
}

/** A browser with an operator's session. */
async function signedIn(): Promise<{ browser: Browser; origin: string }> {
  const { url } = await ask({ command: 'link' });
  const browser = new Browser();
  await browser.submit(url);
  return { browser, origin: stack.consoleUrl };
}
