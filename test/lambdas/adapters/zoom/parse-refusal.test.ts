import { describe, expect, it } from '@jest/globals';
import { errorOf, parseRefusal } from '../../../../lambdas/adapters/zoom/parse-refusal';
import { HOUR, NOW, instant } from '../../../support/clock';

function refusal(status: number, body: unknown, headers: Record<string, string> = {}) {
  return parseRefusal({ status, headers: new Headers(headers), body }, NOW);
}

const SCOPE_MESSAGE = 'Invalid access token, does not contain scopes:[user:read:list_users:admin].';
const PAID_MESSAGE = 'Only available for paid account: Tf6eUi2aBnMqZ9cVxSw1rP.';
const DAILY_MESSAGE = 'You have reached the maximum daily rate limit for this API.';

describe('parseRefusal', () => {
  it('lets a success pass', () => {
    expect(refusal(200, { users: [] })).toBeUndefined();
  });

  it.each([
    [400, 4711, SCOPE_MESSAGE],
    [401, 4711, SCOPE_MESSAGE],
    [400, 4700, 'Invalid access token, does not contain scopes.'],
    [401, 4700, 'Invalid access token, does not contain scopes.'],
  ])('takes HTTP %d with code %d for a missing scope', (status, code, message) => {
    expect(refusal(status, { code, message })).toEqual({ kind: 'denied', cause: 'missing_scope', reason: message });
  });

  it.each([200, 400, 403])('takes code 200 under HTTP %d for a missing permission', (status) => {
    expect(refusal(status, { code: 200, message: 'No permission.' })).toEqual({
      kind: 'denied',
      cause: 'missing_permission',
      reason: 'No permission.',
    });
  });

  it.each([200, 400])('takes code 200 that speaks of paid accounts under HTTP %d for a free plan', (status) => {
    expect(refusal(status, { code: 200, message: PAID_MESSAGE })).toEqual({
      kind: 'denied',
      cause: 'free_plan',
      reason: PAID_MESSAGE,
    });
  });

  it.each([
    [401, 124, 'Access token is expired.'],
    [400, 124, 'Invalid access token.'],
    [200, 124, 'Invalid access token.'],
    [401, 4700, 'Token cannot be empty.'],
    [400, 4700, 'Invalid access token.'],
  ])('takes HTTP %d with code %d (%s) for a rejected token', (status, code, message) => {
    expect(refusal(status, { code, message })).toEqual({ kind: 'tokenRejected' });
  });

  it('takes HTTP 401 without a body for a rejected token', () => {
    expect(refusal(401, undefined)).toEqual({ kind: 'tokenRejected' });
  });

  it('tells a page token that is too old', () => {
    expect(refusal(400, { code: 300, message: 'The next page token is invalid or expired.' })).toEqual({
      kind: 'pageTokenRejected',
    });
  });

  it('does not take another invalid field for a page token', () => {
    expect(refusal(400, { code: 300, message: 'Validation Failed.' })).toBeUndefined();
  });

  it('takes HTTP 403 without a code for a missing permission, in Zoom’s words', () => {
    const message = 'Access to the Zoom REST API has been denied for this account.';
    expect(refusal(403, { message })).toEqual({ kind: 'denied', cause: 'missing_permission', reason: message });
  });

  it.each([
    [429, undefined],
    [429, { code: 429, message: 'Too many.' }],
    [200, { code: 429, message: 'Too many.' }],
  ])('takes HTTP %d with %j for the limit per second', (status, body) => {
    expect(refusal(status, body)).toEqual({
      kind: 'throttled',
      throttling: { per: 'second', retryAtMs: NOW + 1500 },
    });
  });

  it.each([
    ['a date', instant(HOUR)],
    ['seconds', '3600'],
  ])('reads a Retry-After that is %s', (_, value) => {
    expect(refusal(429, undefined, { 'Retry-After': value })).toEqual({
      kind: 'throttled',
      throttling: { per: 'day', retryAtMs: NOW + HOUR },
    });
  });

  it.each([
    ['the header', {}, { 'X-RateLimit-Type': 'Daily-limit' }],
    ['the message', { code: 429, message: DAILY_MESSAGE }, {}],
    ['the message without a code', { message: DAILY_MESSAGE }, {}],
  ])('tells the daily limit by %s alone', (_, body, headers) => {
    expect(refusal(429, body, headers as Record<string, string>)).toEqual({
      kind: 'throttled',
      throttling: { per: 'day', retryAtMs: Date.parse('2026-10-13T00:00:00Z') },
    });
  });

  it.each([
    [404, { code: 1001, message: 'User does not exist: u1.' }],
    [400, { code: 2300, message: 'The API endpoint is not recognized.' }],
    [500, undefined],
    [503, { message: 'busy' }],
  ])('does not expect HTTP %d with %j', (status, body) => {
    expect(refusal(status, body)).toBeUndefined();
  });

  it('cuts a message that no sentence of Zoom’s is as long as', () => {
    const denied = refusal(400, { code: 200, message: 'x'.repeat(10_000) });
    expect(JSON.stringify(denied).length).toBeLessThan(500);
  });

  it('makes up a reason where Zoom gives none', () => {
    expect(refusal(400, { code: 200 })).toMatchObject({ reason: 'error 200' });
  });
});

describe('errorOf', () => {
  it.each([null, [], 'text', { code: '124' }, { users: [] }])('finds no error in %j', (body) => {
    expect(errorOf(body)).toEqual({ code: undefined, message: '' });
  });
});
