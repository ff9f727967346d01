import { describe, expect, it } from '@jest/globals';
import { parseWebhook } from '../../../../lambdas/adapters/zoom/parse-webhook';
import type { WebhookKey } from '../../../../lambdas/core/webhooks/ports';
import { MAX_BODY_BYTES, makeReceiveWebhook } from '../../../../lambdas/core/webhooks/receive-webhook';
import { hmac } from '../../../../lambdas/core/webhooks/signature';
import { FakeClock, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import {
  APP_DEAUTHORIZED,
  InMemoryReceivedEvents,
  KEY,
  RecordingEventQueue,
  USER_DEACTIVATED,
  signed,
} from '../../../support/webhooks';

function receiving(keys: readonly WebhookKey[] = [KEY]) {
  let keysRead = 0;
  const ports = {
    keys: {
      list: () => {
        keysRead++;
        return Promise.resolve(keys);
      },
    },
    parse: parseWebhook,
    received: new InMemoryReceivedEvents(),
    queue: new RecordingEventQueue(),
    clock: new FakeClock(),
  };
  return { ...ports, keysRead: () => keysRead, receive: makeReceiveWebhook(ports) };
}

const validation = (plainToken: unknown) => ({
  event: 'endpoint.url_validation',
  event_ts: NOW,
  payload: { plainToken },
});
const refused = (why: string) => ({ kind: 'refused', why });

describe('a webhook about a user', () => {
  it('is passed on, with ids alone', async () => {
    const { receive, queue } = receiving();
    const reception = await receive(signed(USER_DEACTIVATED));
    expect([reception, queue.sent]).toEqual([
      { kind: 'passedOn', name: 'user.deactivated' },
      [{ kind: 'usersChanged', zoomAccountId: 'account-1', at: instant() }],
    ]);
  });

  it('that is signed with the secret token before is passed on', async () => {
    const before = { ...KEY, secretToken: 'the one before' };
    const { receive } = receiving([KEY, before]);
    expect(await receive(signed(USER_DEACTIVATED, before))).toMatchObject({ kind: 'passedOn' });
  });

  it.each([
    ['90 minutes old, as after three attempts of Zoom', -90 * MINUTE],
    ['5 minutes ahead of our clock', 5 * MINUTE],
  ])('is passed on when it is %s', async (_, offset) => {
    expect(await receiving().receive(signed(USER_DEACTIVATED, KEY, NOW + offset))).toMatchObject({ kind: 'passedOn' });
  });
});

describe('a webhook is refused', () => {
  it.each([
    ['old', -90 * MINUTE - SECOND],
    ['from the future', 5 * MINUTE + SECOND],
  ])('when it is %s', async (_, offset) => {
    const { receive, queue } = receiving();
    expect(await receive(signed(USER_DEACTIVATED, KEY, NOW + offset))).toEqual(refused('stale'));
    expect(queue.sent).toEqual([]);
  });

  it('when somebody else has signed it', async () => {
    const { receive, queue, received } = receiving();
    expect(await receive(signed(USER_DEACTIVATED, { secretToken: 'guessed' }))).toEqual(refused('forged'));
    expect([queue.sent, received.events.size]).toEqual([[], 0]);
  });

  it('when its body is not what was signed', async () => {
    const other = Buffer.from(JSON.stringify(APP_DEAUTHORIZED));
    expect(await receiving().receive({ ...signed(USER_DEACTIVATED), body: other })).toEqual(refused('forged'));
  });

  it.each([
    ['not signed', { ...signed(USER_DEACTIVATED), signature: undefined }, 'unsigned'],
    ['too large', signed('x'.repeat(MAX_BODY_BYTES + 1)), 'tooLarge'],
    ['old', signed(USER_DEACTIVATED, KEY, 0), 'stale'],
  ])('before the secret token is read when it is %s', async (_, request, why) => {
    const { receive, keysRead } = receiving();
    expect([await receive(request), keysRead()]).toEqual([refused(why), 0]);
  });

  it('when it is signed and cannot be understood', async () => {
    expect(await receiving().receive(signed('{"event":'))).toEqual(refused('malformed'));
  });

  it('and not when it is as large as one may be', async () => {
    const padded = { ...USER_DEACTIVATED, padding: '' };
    padded.padding = 'x'.repeat(MAX_BODY_BYTES - JSON.stringify(padded).length);
    expect(await receiving().receive(signed(padded))).toMatchObject({ kind: 'passedOn' });
  });
});

describe('a webhook that comes again', () => {
  it('has no second effect, also under another signature of the same day', async () => {
    const { receive, queue, clock } = receiving();
    await receive(signed(USER_DEACTIVATED));
    clock.advance(20 * MINUTE);
    const repeated = [
      await receive(signed(USER_DEACTIVATED)),
      await receive(signed(USER_DEACTIVATED, KEY, clock.now())),
    ];
    expect(repeated).toEqual([1, 2].map(() => ({ kind: 'repeated', name: 'user.deactivated' })));
    expect(queue.sent).toHaveLength(1);
  });

  it('twice at the same time is passed on once, and the other time asked for again', async () => {
    const { receive, queue } = receiving();
    const both = await Promise.all([receive(signed(USER_DEACTIVATED)), receive(signed(USER_DEACTIVATED))]);
    expect(both).toEqual([
      { kind: 'passedOn', name: 'user.deactivated' },
      { kind: 'notNow', why: 'underWay' },
    ]);
    expect(queue.sent).toHaveLength(1);
  });

  it('after it could not be passed on is passed on', async () => {
    const { receive, queue, clock } = receiving();
    queue.before = () => {
      throw new Error('queue out of order');
    };
    await expect(receive(signed(USER_DEACTIVATED))).rejects.toThrow('queue out of order');
    queue.before = () => undefined;
    clock.advance(5 * MINUTE);
    expect(await receive(signed(USER_DEACTIVATED))).toMatchObject({ kind: 'passedOn' });
    expect(queue.sent).toHaveLength(1);
  });
});

describe('a check of the address', () => {
  it('is answered', async () => {
    expect(await receiving().receive(signed(validation('qgg8vlvZRS6UYooatFL8Aw')))).toEqual({
      kind: 'urlValidation',
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: '5b9d90277ee649af2f9c7f9ecb5cf926c5a77ae4af1f7329f4bf6b63a84ce519',
    });
  });

  it('is answered each time', async () => {
    const { receive } = receiving();
    const request = signed(validation('abc'));
    expect(await receive(request)).toEqual(await receive(request));
  });

  it('is answered with the secret token that it was signed with', async () => {
    const before = { ...KEY, secretToken: 'the one before' };
    expect(await receiving([KEY, before]).receive(signed(validation('abc'), before))).toMatchObject({
      encryptedToken: hmac(before.secretToken, 'abc'),
    });
  });

  it('is refused when Zoom has not signed it', async () => {
    expect(await receiving().receive(signed(validation('abc'), { secretToken: 'guessed' }))).toEqual(refused('forged'));
  });

  it('signs nothing that could be taken for a webhook', async () => {
    expect(await receiving().receive(signed(validation('v0:1790000000:{}')))).toEqual(refused('malformed'));
  });
});

describe('the news that an account has removed the app', () => {
  it('is passed on, with its time', async () => {
    const { receive, queue } = receiving();
    const time = instant(-MINUTE);
    const payload = { ...APP_DEAUTHORIZED.payload, deauthorization_time: time };
    await receive(signed({ ...APP_DEAUTHORIZED, payload }));
    expect(queue.sent).toEqual([{ kind: 'deauthorized', zoomAccountId: 'account-1', at: time }]);
  });

  it('counts from when it came when Zoom does not say when it was', async () => {
    const { receive, queue } = receiving();
    const { deauthorization_time: _time, client_id: _client, ...payload } = APP_DEAUTHORIZED.payload;
    await receive(signed({ ...APP_DEAUTHORIZED, payload }));
    expect(queue.sent).toEqual([{ kind: 'deauthorized', zoomAccountId: 'account-1', at: instant() }]);
  });

  it('is of no effect when it is about another app', async () => {
    const { receive, queue } = receiving();
    const payload = { ...APP_DEAUTHORIZED.payload, client_id: 'anotherApp' };
    const reception = await receive(signed({ ...APP_DEAUTHORIZED, payload }));
    expect([reception, queue.sent]).toEqual([{ kind: 'foreign', name: 'app_deauthorized' }, []]);
  });
});

describe('other webhooks', () => {
  it('that nothing is done about are of no effect', async () => {
    const { receive, queue, received } = receiving();
    const reception = await receive(signed({ event: 'meeting.started', event_ts: NOW, payload: {} }));
    expect([reception, queue.sent, received.events.size]).toEqual([{ kind: 'unused', name: 'meeting.started' }, [], 0]);
  });

  it('are asked for again while there is no secret token', async () => {
    const { receive, queue } = receiving([]);
    expect(await receive(signed(USER_DEACTIVATED))).toEqual({ kind: 'notNow', why: 'noSecretToken' });
    expect(queue.sent).toEqual([]);
  });
});
