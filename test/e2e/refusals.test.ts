import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { Browser } from '../../dev/local/browser';
import { hashSecretValue } from '../../lambdas/core/access/secret-value';
import { beginAttempt, callback } from './support/attempt';
import { ask, cli, dynamodb, itemsOf, output, stack, statusOf, whenStatus } from './support/stack';
import { ZoomAccount, connect } from './support/zoom-account';

/** What is left of an attempt in the control table, besides its key and its expiry. */
async function leftOf(state: string): Promise<Record<string, unknown>> {
  const items = await itemsOf('ControlTableName');
  const {
    pk: _pk,
    sk: _sk,
    expiresAt: _at,
    ...left
  } = items.find(({ pk }) => pk === `ATTEMPT#${hashSecretValue(state)}`) ?? {};
  return left;
}

describe('a consent that is not given as it should be', () => {
  it('declined at Zoom leaves the connection pending and the invite good', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    const page = await account.decide(attempt.browser, attempt.consentPage, 'decline');
    const connection = await statusOf(attempt.connectionId);

    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toMatch(/declined/);
    expect(connection).toMatchObject({ status: 'pending', zoomAccountId: null });
    await expect(leftOf(attempt.state)).resolves.toEqual({ status: 'used' });
    await expect(attempt.browser.open(attempt.inviteUrl)).resolves.toMatchObject({ status: 200 });
  });

  it('from a free account is refused in plain words, and the grant is revoked at Zoom', async () => {
    const account = await ZoomAccount.create({ plan: 'free', users: 5 });
    const attempt = await beginAttempt();
    const page = await account.decide(attempt.browser, attempt.consentPage, 'allow');
    const connection = await statusOf(attempt.connectionId);

    expect(page).toMatchObject({ status: 403 });
    expect(page.text).toMatch(/Zoom Pro or better/);
    expect(connection).toMatchObject({ status: 'refused', plan: 'free', zoomAccountId: null });
    await expect(account.grantsAlive()).resolves.toBe(0);
    await expect(leftOf(attempt.state)).resolves.toEqual({ status: 'used' });
  });

  it('from a member without the permissions is refused with the role named, and the grant is revoked', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    const page = await account.decide(attempt.browser, attempt.consentPage, 'allow', 'member');
    const connection = await statusOf(attempt.connectionId);

    expect(page).toMatchObject({ status: 403 });
    expect(page.text).toMatch(/Usage [Rr]eports/);
    expect(connection.status).toBe('refused');
    await expect(account.grantsAlive()).resolves.toBe(0);
  });

  it('refused once can be given by somebody else with the same invite', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    await account.decide(attempt.browser, attempt.consentPage, 'allow', 'member');
    const again = await attempt.browser.submit(attempt.inviteUrl);
    await account.decide(attempt.browser, again, 'allow', 'admin');

    await expect(whenStatus(attempt.connectionId, 'connected')).resolves.toMatchObject({ zoomAccountId: account.id });
  });

  it('without the permission for one report reads the rest, and says at once what it cannot', async () => {
    const account = await ZoomAccount.create({ users: 5 });
    const attempt = await beginAttempt();
    const scope = 'report:read:operation_logs:admin';
    await account.decide(attempt.browser, attempt.consentPage, 'allow', 'owner', { leave_out: scope });
    const { backfill, capabilities } = await whenStatus(attempt.connectionId, 'connected');

    expect(capabilities).toContainEqual({
      stream: 'admin_operation',
      state: 'unavailable',
      reason: expect.stringContaining(scope) as unknown,
      remedy: expect.stringMatching(/scope/) as unknown,
    });
    expect(backfill).toMatchObject({ state: 'done', shardsTotal: 11 });
  });

  it('that takes longer than an attempt may is refused, and says to begin again', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    await dynamodb.send(
      new UpdateCommand({
        TableName: output('ControlTableName'),
        Key: { pk: `ATTEMPT#${hashSecretValue(attempt.state)}`, sk: 'ATTEMPT' },
        UpdateExpression: 'SET attempt.expiresAt = :past',
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
    const page = await account.decide(attempt.browser, attempt.consentPage, 'allow');

    expect(page.status).toBe(410);
    await expect(statusOf(attempt.connectionId)).resolves.toMatchObject({ status: 'pending' });
  });

  it('that comes twice is taken once', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    await account.decide(attempt.browser, attempt.consentPage, 'decline');
    const again = await attempt.browser.open(callback({ state: attempt.state, code: 'somebody-elses-code' }));

    // the cookie of the attempt is gone with it; that the attempt was used is known all the same
    expect(again.status).toBe(409);
    await expect(statusOf(attempt.connectionId)).resolves.toMatchObject({ status: 'pending' });
  });

  it.each([
    ['with a state that nobody made', { state: 'A'.repeat(43), code: 'a-code' }],
    ['without a state', { code: 'a-code' }],
    ['without anything', {}],
  ])('that comes %s is refused', async (_how, query) => {
    await expect(new Browser().open(callback(query))).resolves.toMatchObject({ status: 400 });
  });

  it('brought by another browser is refused, and does not use up the attempt of the first', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    const stranger = await new Browser().open(callback({ state: attempt.state, code: 'injected-code' }));
    const page = await account.decide(attempt.browser, attempt.consentPage, 'allow');

    expect(stranger.status).toBe(403);
    expect(page).toMatchObject({ status: 200, url: `${stack.consoleUrl}/connections/${attempt.connectionId}` });
  });

  it('by an invite that was used up by a consent is refused', async () => {
    const account = await ZoomAccount.create();
    const attempt = await beginAttempt();
    await account.decide(attempt.browser, attempt.consentPage, 'allow');

    await expect(attempt.browser.open(attempt.inviteUrl)).resolves.toMatchObject({ status: 404 });
  });

  it('of another account than the connected one is refused, and the connection keeps working', async () => {
    const [account, other] = await Promise.all([ZoomAccount.create(), ZoomAccount.create()]);
    const connectionId = await connect(account, 'The first');
    const invite = await ask({ command: 'invite', name: 'The first', connectionId });
    const browser = new Browser();
    const page = await other.decide(browser, await browser.submit(invite.url), 'allow');

    expect(page.status).toBe(409);
    await expect(statusOf(connectionId)).resolves.toMatchObject({ status: 'connected', zoomAccountId: account.id });
    await expect(other.grantsAlive()).resolves.toBe(0);
  });
});

describe('pages and commands that somebody may not have', () => {
  it.each(['/', '/connections/0123456789abcdef', '/connections/new', '/api/connections'])(
    '%s answers 401 without a session',
    async (path) => {
      await expect(new Browser().open(`${stack.consoleUrl}${path}`)).resolves.toMatchObject({ status: 401 });
    },
  );

  it('an invite shows its own connection and no other', async () => {
    const other = await ask({ command: 'invite', name: 'Somebody else' });
    const { browser, connectionId } = await beginAttempt();

    await expect(browser.open(`${stack.consoleUrl}/connections/${connectionId}`)).resolves.toMatchObject({
      status: 200,
    });
    await expect(browser.open(`${stack.consoleUrl}/connections/${other.connectionId}`)).resolves.toMatchObject({
      status: 404,
    });
  });

  it('a command that names no connection says so, with what to do, and exits with 1', async () => {
    const { exitCode, stdout } = await cli('status', 'nobody', '--json');

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'not-found', remedy: 'list them: connector connections' },
    });
  });

  it('a command that is used wrongly exits with 2', async () => {
    await expect(cli('backfill', 'x', '--from', 'yesterday', '--json')).resolves.toMatchObject({ exitCode: 2 });
  });
});
