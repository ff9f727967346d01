import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../dev/zoom-simulator/webhooks';
import {
  appCredentials,
  ask,
  factsOf,
  itemsOf,
  lambda,
  logLines,
  output,
  scaleWaits,
  statusOf,
  storedSecrets,
  syncNow,
  tick,
  until,
  whenStatus,
} from './support/stack';
import { streamRecordsOf } from './support/stream';
import { post, postWebhook, secretToken } from './support/webhooks';
import { ZoomAccount, connect, control } from './support/zoom-account';

const MINUTE = 60_000;

/** An event about a user of an account, with a text in it by which it would be found anywhere. */
const userEvent = (accountId: string, mark: string = randomUUID()) =>
  JSON.stringify({
    event: 'user.updated',
    event_ts: Date.now(),
    payload: { account_id: accountId, object: { id: mark, first_name: mark } },
  });

/** Waits until all events that were sent before have been dealt with: one of an account that nobody knows comes last. */
async function whenDealtWith(secret: string): Promise<void> {
  const effect = '"effect":"noConnection"';
  const before = (await logLines('an event of Zoom was dealt with')).filter((line) => line.includes(effect)).length;
  expect(await postWebhook(userEvent('nobody'), { secretToken: secret })).toBe(204);
  await until('the end of the events', async () => {
    const lines = (await logLines('an event of Zoom was dealt with')).filter((line) => line.includes(effect));
    return lines.length > before || undefined;
  });
}

/** How often an event had an effect on a connection. */
async function effectsOn(connectionId: string): Promise<number> {
  const lines = await logLines('an event of Zoom was dealt with');
  return lines.filter((line) => line.includes(connectionId)).length;
}

let secret: string;
beforeAll(async () => {
  secret = await secretToken();
});

describe('what is not surely from Zoom and new', () => {
  const marks: string[] = [];
  const marked = () => {
    const mark = randomUUID();
    marks.push(mark);
    return userEvent('nobody', mark);
  };

  it.each<[string, number, (body: string) => Promise<number>]>([
    ['unsigned', 401, (body) => post(body, { 'content-type': 'application/json' })],
    ['forged', 401, (body) => postWebhook(body, { secretToken: 'guessed' })],
    ['changed', 401, (body) => postWebhook(body, { secretToken: secret, sent: body.replace('nobody', 'noBody') })],
    ['cut', 401, (body) => postWebhook(body, { secretToken: secret, sent: body.slice(0, -1) })],
    ['old', 401, (body) => postWebhook(body, { secretToken: secret, at: Date.now() - 91 * MINUTE })],
    ['from the future', 401, (body) => postWebhook(body, { secretToken: secret, at: Date.now() + 6 * MINUTE })],
    ['too large', 413, (body) => postWebhook(body + ' '.repeat(2 ** 20), { secretToken: secret })],
    ['malformed', 400, (body) => postWebhook(body.slice(0, -1), { secretToken: secret })],
  ])('is refused: %s', async (_, status, send) => {
    expect(await send(marked())).toBe(status);
  });

  it('has left no word of itself in any log', async () => {
    for (const mark of marks) expect(await logLines(mark)).toEqual([]);
  });

  it('has left nothing in the table', async () => {
    const before = (await itemsOf('ControlTableName')).filter(({ pk }) => String(pk).startsWith('EVENT#')).length;
    await postWebhook(marked(), { secretToken: 'guessed' });
    const after = (await itemsOf('ControlTableName')).filter(({ pk }) => String(pk).startsWith('EVENT#')).length;
    expect(after).toBe(before);
  });
});

describe('the address of webhooks', () => {
  it('is one that Zoom finds valid', async () => {
    expect(await control('POST', 'webhooks/validate')).toEqual({ valid: true });
  });

  it('takes what is signed with the secret token before, for a day after another is stored', async () => {
    const stored = await appCredentials();
    const setCredentials = async (webhookSecret: string) => {
      const Payload = JSON.stringify({ ...stored, command: 'set-credentials', webhookSecret });
      await lambda.send(new InvokeCommand({ FunctionName: output('OperatorFunctionName'), Payload }));
    };
    const other = randomUUID();
    await setCredentials(other);
    try {
      const answers = await until('the new secret token', async () => {
        const answer = await postWebhook(userEvent('nobody'), { secretToken: other });
        return answer === 204 ? [answer, await postWebhook(userEvent('nobody'), { secretToken: secret })] : undefined;
      });
      expect(answers).toEqual([204, 204]);
    } finally {
      await setCredentials(secret);
    }
  });
});

describe('a user who changes in Zoom', () => {
  let account: ZoomAccount;
  let connectionId: string;
  let changed: string;
  const isAbout = (raw: Record<string, unknown> | undefined, email: string) =>
    String(raw?.['email']).toLowerCase() === email.toLowerCase();

  beforeAll(async () => {
    account = await ZoomAccount.create({ users: 40, activitiesPerDay: 5, operationsPerDay: 5, webhooks: true });
    connectionId = await connect(account, 'Told');
    const active = (await account.truth('users')).filter(({ status }) => status === 'active');
    changed = String(active.at(-1)?.['email']);
    await account.change({ kind: 'changeUser', user: changed, fields: { dept: 'Moved' } });
  });

  it('is on the stream as changed, without waiting for the daily sweep', async () => {
    const record = await until('the change', async () => {
      const records = await streamRecordsOf(connectionId);
      return records.find(({ event, after }) => event === 'MODIFY' && isAbout(after?.raw, changed));
    });
    expect(record.after?.raw).toMatchObject({ dept: 'Moved' });
  });

  it('is not read again once a sync has', async () => {
    const note = await until('the end of the note', async () => {
      const records = await itemsOf('ControlTableName');
      const { usersChangedAt } = records.find(({ pk, sk }) => pk === 'CONNECTION' && sk === connectionId) ?? {};
      return usersChangedAt === null ? 'none' : undefined;
    });
    expect(note).toBe('none');
  });

  it('has no second effect when the webhook is sent again', async () => {
    const { deliveries } = (await control('GET', 'webhooks')) as { deliveries: Delivery[] };
    const [delivery] = deliveries.filter((sent) => sent.account === account.id);
    const before = await effectsOn(connectionId);
    const answers = [1, 2].map(() => postWebhook(delivery?.body ?? '', { secretToken: secret }));
    expect([delivery?.status, await Promise.all(answers)]).toEqual([204, [204, 204]]);
    await whenDealtWith(secret);
    expect([before, await effectsOn(connectionId)]).toEqual([1, 1]);
  });
});

describe('the news that an app was removed', () => {
  // the wait for the longest step, which takes minutes
  beforeAll(() => scaleWaits(0.01));
  afterAll(() => scaleWaits(1));

  it('ends the connection once its grant is dead: facts and secret are gone, and a receipt is left', async () => {
    const account = await ZoomAccount.create({ users: 12, activitiesPerDay: 5, operationsPerDay: 5, webhooks: true });
    const connectionId = await connect(account, 'Removed');
    await account.revokeGrants();
    await whenStatus(connectionId, 'reconnect_needed');
    await tick();
    const ended = await whenStatus(connectionId, 'disconnected');
    const secrets = [...(await storedSecrets()).values()].filter((name) => name.includes(connectionId));

    expect(ended.disconnect).toMatchObject({
      cause: 'deauthorized',
      revokedAtZoom: true,
      factsPurged: expect.any(Number),
    });
    expect([await factsOf(connectionId), secrets]).toEqual([[], []]);
  });

  it('after a consent that was not kept deletes nothing', async () => {
    const account = await ZoomAccount.create({ users: 12, activitiesPerDay: 5, operationsPerDay: 5, webhooks: true });
    const connectionId = await connect(account, 'Not kept');
    const facts = (await factsOf(connectionId)).length;
    // the same person, whose new consent ends the earlier one at Zoom, and who may not read any more
    await account.change({ kind: 'changeUser', user: await account.emailOf('owner'), fields: { role_id: '2' } });
    await account.reconnect(connectionId);
    await until(
      'the news',
      async () => (await logLines('"effect":"ownDoing"')).some((line) => line.includes(connectionId)) || undefined,
    );
    // the sync that Zoom's news of the user started may have found out already
    await ask({ command: 'sync', connectionId }).catch(() => undefined);
    await whenStatus(connectionId, 'reconnect_needed');
    await tick();
    expect((await statusOf(connectionId)).status).toBe('reconnect_needed');
    expect((await factsOf(connectionId)).length).toBeGreaterThanOrEqual(facts);
  });

  it('deletes nothing of an account whose admin has answered the invite of another', async () => {
    const options = { users: 12, activitiesPerDay: 5, operationsPerDay: 5, webhooks: true };
    const [invited, other] = [await ZoomAccount.create(options), await ZoomAccount.create(options)];
    const connectionId = await connect(invited, 'Invited');
    const otherId = await connect(other, 'Other');
    await other.reconnect(connectionId);
    const renewed = await whenStatus(otherId, 'connected');
    await syncNow(otherId);
    await tick();
    expect([(await statusOf(otherId)).status, await other.grantsAlive()]).toEqual(['connected', 1]);
    expect([(await statusOf(connectionId)).zoomAccountId, renewed.zoomAccountId]).toEqual([invited.id, other.id]);
  });

  it('is of no effect when it is about another app', async () => {
    const account = await ZoomAccount.create({ users: 12, activitiesPerDay: 5, operationsPerDay: 5 });
    const connectionId = await connect(account, 'Of another app');
    const payload = { account_id: account.id, client_id: 'anotherApp', user_id: 'somebody' };
    const answer = await postWebhook(JSON.stringify({ event: 'app_deauthorized', payload }), { secretToken: secret });
    await whenDealtWith(secret);
    expect([answer, (await statusOf(connectionId)).status, await effectsOn(connectionId)]).toEqual([
      204,
      'connected',
      0,
    ]);
  });
});
