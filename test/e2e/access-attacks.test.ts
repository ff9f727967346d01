import { describe, expect, it } from '@jest/globals';
import { Browser } from '../../dev/local/browser';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import type { AuditFact } from '../../lambdas/core/audit/audit-fact';
import { newSecretValue } from '../../lambdas/core/access/secret-value';
import { schemaProblems } from './support/schemas';
import { ask, cli, itemsOf, logLines, operate, stack, statusOf, until } from './support/stack';
import { ZoomAccount } from './support/zoom-account';

const HOME = `${stack.consoleUrl}/`;
const MARKUP = '<script>alert(1)</script>';

/** The entries of the audit log about a connection, or about none, oldest first. */
async function auditOf(connectionId = 'connector'): Promise<AuditFact[]> {
  const facts = (await itemsOf('FactsTableName')) as unknown as AuditFact[];
  return facts.filter(({ pk }) => pk === `audit#${connectionId}`).sort((a, b) => (a.sk < b.sk ? -1 : 1));
}

/** Waits for an entry: it is stored after the action. */
async function entry(action: string, details: object, connectionId?: string): Promise<AuditFact> {
  return until(`the entry ${action}`, async () =>
    (await auditOf(connectionId)).find(
      ({ raw }) =>
        raw.action === action && Object.entries(details).every(([name, value]) => raw.details[name] === value),
    ),
  );
}

async function newLink(): Promise<string> {
  return (await ask({ command: 'link' })).url;
}

async function signedIn(): Promise<Browser> {
  const browser = new Browser();
  await browser.submit(await newLink());
  return browser;
}

/** Sends a form as a browser does, without following where it leads. */
function post(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams({ name: 'Forged' }), redirect: 'manual' });
}

/** The session that an answer gives to a browser, as its Cookie header. */
function sessionOf(answer: Response): string {
  const cookie = answer.headers.getSetCookie().find((line) => /^(__Host-)?session=/.test(line)) ?? '';
  return cookie.split(';')[0] ?? '';
}

describe('session fixation', () => {
  it('gives an attacker nothing: who signs in gets a new session, and the planted one stays unknown', async () => {
    const planted = `session=${newSecretValue()}`;
    const answer = await post(await newLink(), { origin: stack.consoleUrl, cookie: planted });
    const withPlanted = await fetch(HOME, { headers: { cookie: planted } });
    const withOwn = await fetch(HOME, { headers: { cookie: sessionOf(answer) } });

    expect(sessionOf(answer)).not.toBe(planted);
    expect([withPlanted.status, withOwn.status]).toEqual([401, 200]);
  });

  it('gives an attacker nothing by a session of their own: signing in ends the one that the browser had', async () => {
    const attackers = sessionOf(await post(await newLink(), { origin: stack.consoleUrl }));
    await post(await newLink(), { origin: stack.consoleUrl, cookie: attackers });

    expect((await fetch(HOME, { headers: { cookie: attackers } })).status).toBe(401);
  });

  it('is no use after signing out: the session is over at the server', async () => {
    const cookie = sessionOf(await post(await newLink(), { origin: stack.consoleUrl }));
    await post(`${stack.consoleUrl}/sign-out`, { origin: stack.consoleUrl, cookie });

    expect((await fetch(HOME, { headers: { cookie } })).status).toBe(401);
  });
});

describe('a link scanner', () => {
  it.each(['GET', 'HEAD'])('that opens a sign-in link by %s leaves it good, once', async (method) => {
    const url = await newLink();
    for (let visit = 0; visit < 3; visit++) expect((await fetch(url, { method })).status).toBe(200);
    const first = await new Browser().submit(url);
    const second = await new Browser().submit(url);

    expect([first.status, second.status]).toEqual([200, 404]);
  });

  it.each(['GET', 'HEAD'])('that opens an invite by %s leaves it good and gets no session', async (method) => {
    const { url } = await ask({ command: 'invite', name: 'Scanned' });
    const answer = await fetch(url, { method });

    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    expect((await new Browser().submit(url)).status).toBe(200);
  });
});

describe('cross-site request forgery', () => {
  it('is refused on every form, and uses nothing up', async () => {
    const cookie = sessionOf(await post(await newLink(), { origin: stack.consoleUrl }));
    const invite = await ask({ command: 'invite', name: 'Forgery' });
    const link = await newLink();
    const forms = [
      `${stack.consoleUrl}/sign-out`,
      `${stack.consoleUrl}/connections`,
      `${stack.consoleUrl}/connections/${invite.connectionId}/consent`,
      invite.url,
      link,
    ];
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const form of forms) {
      for (const headers of foreign) {
        expect([form, (await post(form, { ...headers, cookie })).status]).toEqual([form, 403]);
      }
    }
    const { connections } = await operate<OperatorAnswers['connections']>('connections');

    expect((await fetch(HOME, { headers: { cookie } })).status).toBe(200);
    expect((await new Browser().submit(link)).status).toBe(200);
    expect(connections.filter(({ name }) => name === 'Forged')).toEqual([]);
  });
});

describe('cross-site scripting', () => {
  it('by the name of a connection shows it as text, on every page that has it', async () => {
    const name = `${MARKUP}"'><img src=x onerror=alert(1)>`;
    const { url, connectionId } = await ask({ command: 'invite', name });
    const operator = await signedIn();
    const pages = [
      await new Browser().open(url),
      await operator.open(HOME),
      await operator.open(`${stack.consoleUrl}/connections/${connectionId}`),
    ];
    for (const { text } of pages) {
      expect(text).toContain('&lt;script&gt;alert(1)');
      expect(text).not.toMatch(/<script|<img src=x/);
    }
  });

  it("by an error in Zoom's answer shows it as text", async () => {
    const { url } = await ask({ command: 'invite', name: 'Error text' });
    const browser = new Browser();
    const state = new URL((await browser.submit(url)).url).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, error: MARKUP });
    const page = await browser.open(`${stack.callbackUrl}?${query.toString()}`);

    expect(page.text).toContain('&lt;script&gt;');
    expect(page.text).not.toContain('<script');
  });

  it("by a user's name in Zoom reaches no page: facts are shown nowhere", async () => {
    const account = await ZoomAccount.create({ users: 3 });
    const [user] = await account.truth('users');
    await account.change({ kind: 'changeUser', user: user?.['id'], fields: { display_name: MARKUP } });
    const { url, connectionId } = await ask({ command: 'invite', name: 'Display name' });
    const browser = new Browser();
    await account.decide(browser, await browser.submit(url), 'allow');
    await until('the end of the backfill', async () =>
      (await statusOf(connectionId)).status === 'connected' ? true : undefined,
    );
    const page = await browser.open(`${stack.consoleUrl}/connections/${connectionId}`);

    expect([page.status, page.text.includes('alert(1)')]).toEqual([200, false]);
  });

  it('has no script to run in, no frame to be in and no type to be mistaken for', async () => {
    const { headers } = await fetch(HOME);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/script-src|unsafe/);
    expect([headers.get('x-frame-options'), headers.get('x-content-type-options')]).toEqual(['DENY', 'nosniff']);
  });
});

describe('a name that steers', () => {
  it.each([
    ['a terminal', 'Contoso\u202egpj\u009b31m'],
    ['a log (log injection)', 'x\n{"level":"INFO","message":"forged by a name"}'],
  ])('%s is refused, and what says so steers nothing', async (_what, name) => {
    const [forPerson, forProgram] = await Promise.all([
      cli('invite', '--name', name),
      cli('invite', '--name', name, '--json'),
    ]);
    const lines = await logLines();

    expect([forPerson.exitCode, forProgram.exitCode]).toEqual([2, 2]);
    for (const text of [forPerson.stderr, forProgram.stdout]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(lines.filter((line) => line.startsWith('{"level":"INFO","message":"forged'))).toEqual([]);
  });
});

describe('revoked sessions', () => {
  it('end at once, all of them, with the sign-in links that are out; a new link lets in again', async () => {
    const operator = await signedIn();
    const link = await newLink();
    const invite = await ask({ command: 'invite', name: 'Revoked' });
    const admin = new Browser();
    await admin.submit(invite.url);
    const ownPage = `${stack.consoleUrl}/connections/${invite.connectionId}`;
    const before = [(await operator.open(HOME)).status, (await admin.open(ownPage)).status];
    await expect(operate('sessions', 'revoke')).resolves.toMatchObject({ revoked: true });

    expect(before).toEqual([200, 200]);
    expect((await operator.open(HOME)).status).toBe(401);
    expect((await admin.open(ownPage)).status).toBe(401);
    expect((await new Browser().open(link)).status).toBe(404);
    expect((await new Browser().submit(link)).status).toBe(404);
    expect((await (await signedIn()).open(HOME)).status).toBe(200);
    await entry('sessions_revoked', {});
  });

  it('of one connection end with its invites, and nobody else notices', async () => {
    const operator = await signedIn();
    const invites = await Promise.all(['One', 'Other'].map((name) => ask({ command: 'invite', name })));
    const [one, other] = invites as [OperatorAnswers['invite'], OperatorAnswers['invite']];
    const admin = new Browser();
    await admin.submit(one.url);
    await operate('sessions', 'revoke', '--connection', one.connectionId);
    const ownPage = `${stack.consoleUrl}/connections/${one.connectionId}`;

    expect((await admin.open(ownPage)).status).toBe(401);
    expect((await new Browser().submit(one.url)).status).toBe(404);
    expect((await new Browser().open(other.url)).status).toBe(200);
    expect((await operator.open(ownPage)).status).toBe(200);
    await entry('sessions_revoked', {}, one.connectionId);
  });

  it('of a connection that is not there are an error, and end nothing', async () => {
    const operator = await signedIn();
    const { exitCode, stdout } = await cli('sessions', 'revoke', '--connection', 'nobody', '--json');

    expect([exitCode, (JSON.parse(stdout) as { error: { code: string } }).error.code]).toEqual([1, 'not-found']);
    expect((await operator.open(HOME)).status).toBe(200);
  });
});

describe('the audit log', () => {
  it('leads from a consent to its invite, and says who gave it and in which role', async () => {
    const account = await ZoomAccount.create({ users: 3 });
    const { url, connectionId } = await ask({ command: 'invite', name: 'Audited' });
    const browser = new Browser();
    await account.decide(browser, await browser.submit(url), 'allow');
    const consent = await entry('consent_given', { invitedAs: connectionId }, connectionId);
    const invite = await entry('invite_created', { link: consent.raw.details['link'] }, connectionId);

    expect(consent).toMatchObject({ connectionId, zoomAccountId: account.id, raw: { via: 'consent' } });
    expect(consent.actor).toMatch(/@/);
    expect(consent.raw.details['role']).toBe('Owner');
    expect(invite.raw).toMatchObject({ via: 'operator', details: { name: 'Audited' } });
    expect(invite.raw.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect([consent, invite].flatMap(schemaProblems)).toEqual([]);
  });

  it('says who was refused, and why', async () => {
    const account = await ZoomAccount.create({ plan: 'free', users: 3 });
    const { url, connectionId } = await ask({ command: 'invite', name: 'Refused' });
    const browser = new Browser();
    await account.decide(browser, await browser.submit(url), 'allow');
    const refused = await entry('consent_refused', { why: 'free_plan', revoked: true }, connectionId);

    expect(refused).toMatchObject({ zoomAccountId: account.id, raw: { details: { role: 'Owner' } } });
    expect(refused.actor).toMatch(/@/);
  });

  it('leads from a sign-in to the command that made its link', async () => {
    const { url } = await ask({ command: 'link' });
    const before = (await auditOf()).length;
    await new Browser().submit(url);
    const made = await until('both entries', async () => {
      const entries = await auditOf();
      const signIns = entries.filter(({ raw }) => raw.action === 'signed_in').map(({ raw }) => raw.details['link']);
      const created = entries.filter(({ raw }) => raw.action === 'sign_in_link_created');
      return created.find(({ raw }) => signIns.includes(raw.details['link'] ?? null) && entries.length > before);
    });

    expect(made.raw.via).toBe('operator');
  });
});
