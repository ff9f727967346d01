import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseWebhook } from '../../../../lambdas/adapters/zoom/parse-webhook';
import { APP_DEAUTHORIZED, USER_DEACTIVATED } from '../../../support/webhooks';

const parse = (body: unknown) => parseWebhook(Buffer.from(JSON.stringify(body)));
const MALFORMED = { kind: 'malformed' };

describe('the body of a webhook', () => {
  it.each([
    'user.created',
    'user.updated',
    'user.activated',
    'user.deactivated',
    'user.deleted',
    'user.disassociated',
    'user.invitation_accepted',
  ])('says that users have changed: %s', (event) => {
    expect(parse({ ...USER_DEACTIVATED, event })).toEqual({
      kind: 'usersChanged',
      name: event,
      zoomAccountId: 'account-1',
    });
  });

  it.each(['account.updated', 'account.settings_updated', 'account.lock_settings_updated'])(
    'says that the account has changed: %s',
    (event) => {
      expect(parse({ ...USER_DEACTIVATED, event })).toMatchObject({ kind: 'accountChanged', name: event });
    },
  );

  it.each(['user.signed_in', 'user.settings_updated', 'meeting.started', 'toString'.toLowerCase(), 'tomorrow.event'])(
    'says nothing that matters: %s',
    (event) => {
      expect(parse({ event, payload: { account_id: 'account-1' } })).toEqual({ kind: 'other', name: event });
    },
  );

  it('says that the app was removed', () => {
    expect(parse(APP_DEAUTHORIZED)).toEqual({
      kind: 'deauthorized',
      name: 'app_deauthorized',
      zoomAccountId: 'account-1',
      clientId: 'exampleClientId',
      at: APP_DEAUTHORIZED.payload.deauthorization_time,
    });
  });

  it.each([
    ['is not there', undefined],
    ['is in another form', '2024-09-08 15:58:40'],
    ['is no text', 1790000456000],
  ])('says so also when the time %s', (_, time) => {
    const payload = { ...APP_DEAUTHORIZED.payload, deauthorization_time: time };
    expect(parse({ ...APP_DEAUTHORIZED, payload })).toMatchObject({ kind: 'deauthorized', at: null });
  });

  it.each<[string, unknown]>([
    ['no object', null],
    ['a list', [USER_DEACTIVATED]],
    ['no event', { payload: {} }],
    ['a name that is none', { event: 'user.deactivated\n{"level":"INFO"}', payload: {} }],
    ['no payload', { event: 'user.deactivated' }],
    ['no account', { event: 'user.deactivated', payload: { object: {} } }],
    ['an account that is no text', { event: 'user.deactivated', payload: { account_id: { $ne: '' } } }],
    ['no account that has removed the app', { event: 'app_deauthorized', payload: {} }],
    ['nothing to check the address by', { event: 'endpoint.url_validation', payload: {} }],
    ['a check that would sign a webhook', { event: 'endpoint.url_validation', payload: { plainToken: 'v0:1:{}' } }],
  ])('is malformed with %s', (_, body) => {
    expect(parse(body)).toEqual(MALFORMED);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['cut', Buffer.from(JSON.stringify(USER_DEACTIVATED).slice(0, -2))],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('is malformed when it is %s', (_, bytes) => {
    expect(parseWebhook(bytes)).toEqual(MALFORMED);
  });

  it('never makes it fail', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          expect(() => parseWebhook(bytes)).not.toThrow();
        },
      ),
    );
  });
});
