import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookKey } from './ports';

/** A webhook as it came; headers are `undefined` when they were not there. */
export interface WebhookRequest {
  /** `x-zm-request-timestamp`: epoch seconds. */
  readonly timestamp: string | undefined;
  /** `x-zm-signature`. */
  readonly signature: string | undefined;
  /** The raw bytes: parsed and written anew, they would not be what was signed. */
  readonly body: Uint8Array;
}

/** The same with both headers in the form that they should have. */
export interface SignedRequest extends WebhookRequest {
  readonly timestamp: string;
  readonly signature: string;
}

/** HMAC-SHA256, hexadecimal. */
export function hmac(secretToken: string, ...parts: readonly (string | Uint8Array)[]): string {
  const digest = createHmac('sha256', secretToken);
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}

/** Whether the headers have the form of a signed webhook's. */
export function isSigned(request: WebhookRequest): request is SignedRequest {
  return /^\d{1,12}$/.test(request.timestamp ?? '') && /^v0=[0-9a-f]{64}$/.test(request.signature ?? '');
}

/**
 * The key that a webhook was signed with; `undefined` when it was none of these. Takes as long for a signature that is
 * nearly right as for any other.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 */
export function signerOf(
  keys: readonly WebhookKey[],
  { timestamp, signature, body }: SignedRequest,
): WebhookKey | undefined {
  return keys.find(({ secretToken }) => {
    const expected = Buffer.from(`v0=${hmac(secretToken, `v0:${timestamp}:`, body)}`);
    return timingSafeEqual(expected, Buffer.from(signature));
  });
}
