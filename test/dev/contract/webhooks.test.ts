import { describe, expect, it } from '@jest/globals';
import { checkWebhooks } from '../../../dev/contract/webhooks';

const ACCOUNT = { type: 'object', required: ['account_id'], properties: { account_id: { type: 'string' } } };
const SCHEMA = { type: 'object', properties: { event: { type: 'string' }, payload: ACCOUNT } };
const SCHEMAS = new Map(['user.created', 'user.signed_in'].map((event) => [event, SCHEMA]));

const problems = (event: string, payload: object) =>
  checkWebhooks(SCHEMAS, [{ event, body: JSON.stringify({ event, payload }) }]).flatMap((check) => check.problems);

describe('the check of a webhook', () => {
  it('passes one of the documented form', () => {
    expect(problems('user.created', { account_id: 'account-1' })).toEqual([]);
  });

  it('fails a field that is not documented', () => {
    expect(problems('user.created', { account_id: 'account-1', colour: 'red' })).toEqual([
      expect.stringContaining('"colour"'),
    ]);
  });

  it('fails an event that is not documented', () => {
    expect(problems('user.promoted', { account_id: 'account-1' })).toEqual(['the document has no such event']);
  });

  it('fails one that the connector makes nothing of', () => {
    expect(problems('user.signed_in', { account_id: 'account-1' })).toEqual(['to the connector it is other']);
  });
});
