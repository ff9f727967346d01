import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type SignedRequest,
  type WebhookRequest,
  hmac,
  isSigned,
  signerOf,
} from '../../../../lambdas/core/webhooks/signature';
import { KEY, signed } from '../../../support/webhooks';

const BODY = '{"event":"user.deactivated","event_ts":1790000000000,"payload":{"account_id":"AccT3stId0000000000001"}}';
const REQUEST: SignedRequest = {
  timestamp: '1790000000',
  signature: 'v0=d1a961b5b60c52973818ba17fb48d2a111d1cb7b9e4617381604a7c3307730d3',
  body: Buffer.from(BODY),
};

const accepts = (request: WebhookRequest) => isSigned(request) && signerOf([KEY], request) !== undefined;

/** The same bytes with one bit of them the other way round. */
function flipped(bytes: Uint8Array, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  const place = bit % (bytes.length * 8);
  changed[place >> 3] = changed[place >> 3]! ^ (1 << (place & 7));
  return changed;
}

describe('the signature of a webhook', () => {
  it("is Zoom's", () => {
    expect(accepts(REQUEST)).toBe(true);
  });

  it("answers a check of the address as Zoom's", () => {
    expect(hmac(KEY.secretToken, 'qgg8vlvZRS6UYooatFL8Aw')).toBe(
      '5b9d90277ee649af2f9c7f9ecb5cf926c5a77ae4af1f7329f4bf6b63a84ce519',
    );
  });

  it('is found with whichever of the keys it was made', () => {
    const other = { secretToken: 'another', clientId: 'other' };
    expect(signerOf([other, KEY], REQUEST)).toBe(KEY);
  });

  it('is of the raw bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ minLength: 1 }), (body, secretToken) => {
        const key = { secretToken, clientId: 'any' };
        const timestamp = '1790000000';
        const signature = `v0=${hmac(secretToken, `v0:${timestamp}:`, body)}`;
        expect(signerOf([key], { timestamp, signature, body })).toBe(key);
      }),
    );
  });
});

describe('a webhook', () => {
  it('fails with any bit of its body changed', () => {
    const bits = Array.from({ length: REQUEST.body.length * 8 }, (_, bit) => bit);
    expect(bits.filter((bit) => accepts({ ...REQUEST, body: flipped(REQUEST.body, bit) }))).toEqual([]);
  });

  it.each(['timestamp', 'signature'] as const)('fails with any bit of its %s changed', (header) => {
    const bytes = Buffer.from(REQUEST[header]);
    const bits = Array.from({ length: bytes.length * 8 }, (_, bit) => bit);
    expect(bits.filter((bit) => accepts({ ...REQUEST, [header]: flipped(bytes, bit).toString('latin1') }))).toEqual([]);
  });

  it('fails with any bit changed, whatever it says', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (body, bit) => {
        const request = signed(body);
        expect(accepts({ ...request, body: flipped(request.body, bit) })).toBe(false);
      }),
    );
  });

  it('fails when it is signed with another key', () => {
    expect(accepts(signed(BODY, { secretToken: 'another' }))).toBe(false);
  });

  it('fails when its body is cut', () => {
    expect(accepts({ ...REQUEST, body: REQUEST.body.subarray(0, -1) })).toBe(false);
  });

  it('fails when there is no key', () => {
    expect(signerOf([], REQUEST)).toBeUndefined();
  });

  it.each([
    ['no timestamp', { timestamp: undefined }],
    ['no signature', { signature: undefined }],
    ['a timestamp that is no number of seconds', { timestamp: '2026-10-12T08:15:00Z' }],
    ['a signature without its version', { signature: REQUEST.signature.slice(3) }],
    ['a signature that is too short', { signature: REQUEST.signature.slice(0, -1) }],
    ['a signature in capitals', { signature: `v0=${REQUEST.signature.slice(3).toUpperCase()}` }],
  ])('is not signed with %s', (_, change) => {
    expect(isSigned({ ...REQUEST, ...change })).toBe(false);
  });
});
