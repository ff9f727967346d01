import { describe, expect, it } from '@jest/globals';
import { deliveryOf } from '../lambda/alert';
import { operationFact, replayedRecord, streamRecord, userFact } from './records';

const MEMBER = userFact({});
const ADMIN = userFact({ role_id: '1' });

describe('an operation of an admin', () => {
  it('is told with who did what, and when', () => {
    expect(deliveryOf(streamRecord(operationFact()))?.alert).toEqual({
      alert: 'admin_operation',
      id: 'a71389f831f5d4b2b3bfb18e468e109f',
      connectionId: '5f0c2e9a41b7d386',
      zoomAccountId: 'Nw3kQ8rTSdeVb1XyZ0aFgA',
      time: '2026-09-28T07:15:30Z',
      who: 'admin@example.com',
      what: {
        category_type: 'Account',
        action: 'Update',
        operation_detail: 'Security  - Sign in with Two-Factor Authentication: from On to Off',
      },
    });
  });

  it('is not told when Zoom shows it otherwise later', () => {
    expect(deliveryOf(streamRecord(operationFact(), { before: operationFact({ expiresAt: 1 }) }))).toBeUndefined();
  });

  it('is one delivery, whether it comes by the stream or is replayed', () => {
    expect(deliveryOf(replayedRecord(operationFact()))).toEqual(deliveryOf(streamRecord(operationFact())));
  });
});

describe('a new user', () => {
  it('is told when the role is more than a member', () => {
    expect(deliveryOf(streamRecord(ADMIN))?.alert).toMatchObject({
      alert: 'privileged_user',
      who: 'leo.kim@example.com',
      what: { role_id: '1', status: 'active' },
    });
  });

  it.each([
    ['is a member', MEMBER],
    ['is gone', userFact({ role_id: '1', state: 'gone' })],
    ['has a role that Zoom does not name', userFact({ role_id: undefined })],
  ])('is not told who %s', (_what, fact) => {
    const named = JSON.parse(JSON.stringify(fact)) as object; // without what is undefined
    expect(deliveryOf(streamRecord(named))).toBeUndefined();
  });
});

describe('a user who changes', () => {
  it.each([
    ['role', MEMBER, ADMIN, { role_id: { from: '2', to: '1' } }],
    ['status', MEMBER, userFact({ status: 'inactive' }), { status: { from: 'active', to: 'inactive' } }],
    ['presence', MEMBER, userFact({ state: 'gone' }), { state: { from: 'present', to: 'gone' } }],
  ])('is told by %s, with what it was', (_field, before, after, what) => {
    expect(deliveryOf(streamRecord(after, { before }))?.alert).toMatchObject({ alert: 'user_changed', what });
  });

  it('is not told for a sign-in or a new name', () => {
    const after = userFact({ last_login_time: '2026-09-28T07:15:30Z', display_name: 'Leo' });
    expect(deliveryOf(streamRecord(after, { before: MEMBER }))).toBeUndefined();
  });

  it('is told again by each change, also by one that was there before', () => {
    const keys = [
      streamRecord(ADMIN, { before: MEMBER, eventID: '1' }),
      streamRecord(MEMBER, { before: ADMIN, eventID: '2' }),
      streamRecord(ADMIN, { before: MEMBER, eventID: '3' }),
    ].map((record) => deliveryOf(record)?.key);
    expect(new Set(keys).size).toBe(3);
  });

  it('is one delivery, however often the record comes', () => {
    const record = streamRecord(ADMIN, { before: MEMBER });
    expect(deliveryOf(record)?.key).toBe(deliveryOf(structuredClone(record))?.key);
  });
});

describe('a user who is replayed', () => {
  it('is told once as they are', () => {
    const signedIn = userFact({ role_id: '1', last_login_time: '2026-09-28T07:15:30Z' });
    expect(deliveryOf(replayedRecord(ADMIN))).toEqual(deliveryOf(replayedRecord(signedIn)));
  });

  it('is the delivery that told of them when they were new', () => {
    expect(deliveryOf(replayedRecord(ADMIN))).toEqual(deliveryOf(streamRecord(ADMIN)));
  });

  it('is told again with another role', () => {
    const owner = userFact({ role_id: '0' });
    expect(deliveryOf(replayedRecord(owner))?.key).not.toBe(deliveryOf(replayedRecord(ADMIN))?.key);
  });
});

it('an end of retention is nothing to tell', () => {
  expect(deliveryOf({ eventID: '1', eventName: 'REMOVE', dynamodb: {} })).toBeUndefined();
});

it('another kind of fact is nothing to tell', () => {
  expect(deliveryOf(streamRecord(operationFact({ kind: 'user_activity' })))).toBeUndefined();
});

it.each([
  ['of another version of the contract', { v: 2 }],
  ['without its row', { raw: null }],
])('fails for a fact %s', (_what, change) => {
  expect(() => deliveryOf(streamRecord(operationFact(change)))).toThrow();
});
