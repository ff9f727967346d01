import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../dev/local/browser';
import { beginAttempt, callback, goToZoom } from './support/attempt';
import { NO_DIFFERENCES, differences } from './support/differences';
import { ask, operate, scaleWaits, stack, statusOf, syncNow, tokenSecretsOf, until, whenStatus } from './support/stack';
import { endRefreshLease } from './support/time';
import { kill, workerPids } from './support/workers';
import { ZoomAccount, connect, consent, zoomStats } from './support/zoom-account';

const TOKEN_ENDPOINT = '/oauth/token';
const SMALL = { users: 5, activitiesPerDay: 5, operationsPerDay: 5 };

/** A browser in which somebody changes what its cookies hold. */
class ForgingBrowser extends Browser {
  forgeConsent(change: (value: string) => string): void {
    for (const [name, value] of this.cookies) if (name.includes('consent-')) this.cookies.set(name, change(value));
  }
}

const exchanges = async () => (await zoomStats()).tokensIssued;

describe('the callback, attacked by its state', () => {
  it('replayed after a consent changes nothing', async () => {
    const account = await ZoomAccount.create(SMALL);
    const attempt = await beginAttempt('Replayed');
    const answer = (await account.allow(attempt)).href;
    await attempt.browser.open(answer);
    const before = await whenStatus(attempt.connectionId, 'connected');
    const again = await attempt.browser.open(answer);

    expect(again.status).toBe(409);
    expect(await statusOf(attempt.connectionId)).toMatchObject({
      connectedAt: before.connectedAt,
      status: 'connected',
    });
    await expect(account.grantsAlive()).resolves.toBe(1);
  });

  it('of an attacker’s own attempt, opened by a victim on the way to Zoom, connects nothing of the attacker’s', async () => {
    const [victims, attackers] = await Promise.all([ZoomAccount.create(SMALL), ZoomAccount.create(SMALL)]);
    const [victim, attacker] = await Promise.all([beginAttempt('The victim'), beginAttempt('The attacker')]);
    const trap = await victim.browser.open((await attackers.allow(attacker)).href);
    const own = await victim.browser.open((await victims.allow(victim)).href);

    expect(trap.status).toBe(403);
    expect(own).toMatchObject({ status: 200, url: `${stack.consoleUrl}/connections/${victim.connectionId}` });
    await expect(statusOf(attacker.connectionId)).resolves.toMatchObject({ status: 'pending', zoomAccountId: null });
    await expect(statusOf(victim.connectionId)).resolves.toMatchObject({ zoomAccountId: victims.id });
  });

  it('without the attempt’s cookie exchanges no code, and leaves the attempt as it was', async () => {
    const account = await ZoomAccount.create(SMALL);
    const attempt = await beginAttempt('No cookie');
    const answer = (await account.allow(attempt)).href;
    const before = await exchanges();
    const without = await new Browser().open(answer);
    const meanwhile = await exchanges();

    expect([without.status, meanwhile - before]).toEqual([403, 0]);
    await expect(attempt.browser.open(answer)).resolves.toMatchObject({ status: 200 });
  });

  it('of two tabs of one browser is each tab’s own, and the account has one token set in the end', async () => {
    const account = await ZoomAccount.create(SMALL);
    const invite = await ask({ command: 'invite', name: 'Two tabs' });
    const browser = new Browser();
    const [first, second] = [await goToZoom(invite, browser), await goToZoom(invite, browser)];
    const pages = [];
    for (const tab of [second, first]) pages.push(await browser.open((await account.allow(tab)).href));

    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    await expect(tokenSecretsOf(invite.connectionId)).resolves.toHaveLength(1);
    await expect(whenStatus(invite.connectionId, 'connected')).resolves.toMatchObject({ zoomAccountId: account.id });
  });

  it('with what would lead elsewhere leads to the connection’s own page', async () => {
    const account = await ZoomAccount.create(SMALL);
    const attempt = await beginAttempt('Led elsewhere');
    const answer = await account.allow(attempt);
    const evil = 'https://evil.example';
    for (const name of ['redirect_uri', 'redirect', 'next', 'return_to', 'iss', 'api_url']) {
      answer.searchParams.set(name, evil);
    }
    const page = await attempt.browser.open(answer.href);

    expect(page.url).toBe(`${stack.consoleUrl}/connections/${attempt.connectionId}`);
    expect(page.text).not.toContain('evil.example');
  });
});

describe('the callback, attacked by its code', () => {
  it('of another attempt, injected into one’s own, connects nothing', async () => {
    const [victims, attackers] = await Promise.all([ZoomAccount.create(SMALL), ZoomAccount.create(SMALL)]);
    const [victim, attacker] = await Promise.all([beginAttempt('The victim'), beginAttempt('The attacker')]);
    const stolen = (await victims.allow(victim)).searchParams.get('code') ?? '';
    const page = await attacker.browser.open(callback({ state: attacker.state, code: stolen }));

    expect(page.status).toBe(410);
    await expect(statusOf(attacker.connectionId)).resolves.toMatchObject({ status: 'pending', zoomAccountId: null });
    await expect(Promise.all([victims.grantsAlive(), attackers.grantsAlive()])).resolves.toEqual([0, 0]);
  });

  it('used twice connects once', async () => {
    const account = await ZoomAccount.create(SMALL);
    const first = await beginAttempt('First');
    const answer = await account.allow(first);
    await first.browser.open(answer.href);
    const second = await beginAttempt('Second', first.browser);
    const page = await first.browser.open(
      callback({ state: second.state, code: answer.searchParams.get('code') ?? '' }),
    );

    expect(page.status).toBe(410);
    await expect(statusOf(second.connectionId)).resolves.toMatchObject({ status: 'pending' });
    await expect(whenStatus(first.connectionId, 'connected')).resolves.toMatchObject({ zoomAccountId: account.id });
  });

  it('that has expired at Zoom says to begin again, and the same invite works then', async () => {
    const account = await ZoomAccount.create(SMALL);
    const attempt = await beginAttempt('A late code');
    const answer = (await account.allow(attempt)).href;
    const reason = 'Authorization code expired (4733)';
    await account.fail({ kind: 'oauthError', path: TOKEN_ENDPOINT, error: 'invalid_grant', reason, count: 1 });
    const page = await attempt.browser.open(answer);
    const again = await goToZoom({ ...attempt, url: attempt.inviteUrl, expiresAt: '' }, attempt.browser);

    expect(page.status).toBe(410);
    await expect(attempt.browser.open((await account.allow(again)).href)).resolves.toMatchObject({ status: 200 });
  });

  it('with a wrong verifier exchanges nothing', async () => {
    const account = await ZoomAccount.create(SMALL);
    const browser = new ForgingBrowser();
    const attempt = await beginAttempt('A forged verifier', browser);
    const answer = (await account.allow(attempt)).href;
    const before = await exchanges();
    browser.forgeConsent((value) => `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`);
    const page = await browser.open(answer);

    expect([page.status, (await exchanges()) - before]).toEqual([403, 0]);
    await expect(statusOf(attempt.connectionId)).resolves.toMatchObject({ status: 'pending' });
  });
});

/** What a token endpoint can come to, besides an answer. `graceSeconds`: Zoom takes the old refresh token a while longer. */
const TROUBLE = [
  ['a page of HTML', { kind: 'html' }],
  ['500', { kind: 'serverError' }],
  ['429', { kind: 'serverError', status: 429 }],
  ['nothing, and hangs up', { kind: 'hang', delayMs: 0 }],
  ['half a body', { kind: 'truncated', graceSeconds: 60 }],
  ['an error of the request', { kind: 'oauthError' }],
  ['nothing for longer than it is waited for', { kind: 'slow', delayMs: 25_000 }],
] as const;
const OTHER_CLIENT = [
  'another client’s error',
  { kind: 'oauthError', error: 'unauthorized_client', reason: 'Not for this client' },
] as const;

describe('a token endpoint that answers the exchange of a code with', () => {
  it.concurrent.each([
    ...TROUBLE.map(([what, fault]) => [what, fault, 503, 'Zoom is not answering'] as const),
    [...OTHER_CLIENT, 500, 'Zoom does not know this connector'] as const,
  ])('%s leaves the connection pending and the invite good', async (_what, fault, status, words) => {
    const account = await ZoomAccount.create(SMALL);
    const attempt = await beginAttempt('No tokens');
    const answer = (await account.allow(attempt)).href;
    await account.fail({ ...fault, path: TOKEN_ENDPOINT, count: 1 });
    const page = await attempt.browser.open(answer);
    const left = await statusOf(attempt.connectionId);
    const secrets = await tokenSecretsOf(attempt.connectionId);
    const again = await goToZoom({ ...attempt, url: attempt.inviteUrl, expiresAt: '' }, attempt.browser);
    const connected = await attempt.browser.open((await account.allow(again)).href);

    expect(page).toMatchObject({ status, text: expect.stringContaining(words) as unknown });
    expect([left.status, secrets]).toEqual(['pending', []]);
    expect(connected.status).toBe(200);
  });
});

describe('a token endpoint that answers a refresh with', () => {
  let account: ZoomAccount;
  let connectionId: string;

  beforeAll(async () => {
    await scaleWaits(0.1);
    account = await ZoomAccount.create(SMALL);
    connectionId = await connect(account, 'No refresh');
  });
  afterAll(() => scaleWaits(1));

  it.each([
    ...TROUBLE,
    OTHER_CLIENT,
    ['nothing after it has rotated', { kind: 'lostAfterRotation', graceSeconds: 60 }] as const,
    ['500 again and again', { kind: 'serverError', count: 12 }] as const,
  ])('%s costs no connection its grant', async (_what, fault) => {
    await account.expireTokens();
    await account.fail({ count: 1, ...fault, path: TOKEN_ENDPOINT });
    const { status, lastSync } = await syncNow(connectionId);

    expect(await account.hasFailed()).toBe(true);
    expect([status, lastSync?.result]).toEqual(['connected', 'ok']);
  });
});

describe('a worker that is killed between Zoom’s rotation and the storing', () => {
  it('costs nothing when the next one presents the old refresh token in time', async () => {
    const account = await ZoomAccount.create(SMALL);
    const connectionId = await connect(account, 'Killed in between');
    await account.expireTokens();
    await account.fail({
      kind: 'lostAfterRotation',
      path: TOKEN_ENDPOINT,
      count: 1,
      delayMs: 9_000,
      graceSeconds: 120,
    });
    const rotated = await exchanges();
    await operate('sync', connectionId);
    await until('the rotation', async () => ((await exchanges()) > rotated ? true : undefined));
    for (const pid of await workerPids()) kill(pid);
    expect(await endRefreshLease(connectionId)).toBe(true);
    const synced = await until('the sync', async () => {
      const connection = await statusOf(connectionId);
      return connection.lastSync?.result === 'ok' ? connection : undefined;
    });

    expect(synced.status).toBe('connected');
  });
});

describe('a grant that Zoom ends', () => {
  it('in the middle of a backfill stops it, and another consent reads what is missing, each fact once', async () => {
    const account = await ZoomAccount.create({ ...SMALL, activitiesPerDay: 900 });
    const connectionId = await consent(account, 'Ended in the middle');
    const begun = await account.calls();
    await until('some pages', async () => ((await account.calls()) > begun + 6 ? true : undefined));
    await account.revokeGrants();
    const dead = await whenStatus(connectionId, 'reconnect_needed');
    await account.reconnect(connectionId);
    await whenStatus(connectionId, 'connected');

    expect(dead.reason).toMatch(/no longer accepts the permission/);
    expect(await differences(account, connectionId)).toEqual(NO_DIFFERENCES);
  });

  it('because its owner was deactivated asks for another admin, who can reconnect', async () => {
    const account = await ZoomAccount.create(SMALL);
    const connectionId = await connect(account, 'Owner gone');
    await account.change({ kind: 'deactivateUser', user: await account.emailOf('owner') });
    await operate('sync', connectionId);
    const dead = await whenStatus(connectionId, 'reconnect_needed');
    await account.reconnect(connectionId, 'admin');

    expect(dead.reason).toMatch(/Reconnect with another owner or admin/);
    await expect(whenStatus(connectionId, 'connected')).resolves.toMatchObject({ reason: null });
  });
});

describe('two consents for one account at the same moment', () => {
  it('end in one connection with one token set, which works', async () => {
    const account = await ZoomAccount.create(SMALL);
    const attempts = await Promise.all([beginAttempt('One'), beginAttempt('The other')]);
    const answers = await Promise.all(attempts.map((attempt) => account.allow(attempt)));
    await Promise.all(attempts.map(({ browser }, index) => browser.open(answers[index]?.href ?? '')));
    const connections = await Promise.all(attempts.map(({ connectionId }) => statusOf(connectionId)));
    const kept = connections.filter(({ zoomAccountId }) => zoomAccountId === account.id);
    const secrets = (await Promise.all(attempts.map(({ connectionId }) => tokenSecretsOf(connectionId)))).flat();
    const id = kept[0]?.id ?? '';
    await whenStatus(id, 'connected');

    expect([kept.length, secrets.length, await account.grantsAlive()]).toEqual([1, 1, 1]);
    await expect(syncNow(id)).resolves.toMatchObject({ status: 'connected', lastSync: { result: 'ok' } });
  });
});
