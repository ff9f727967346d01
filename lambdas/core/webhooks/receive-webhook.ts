import { createHash } from 'node:crypto';
import type { ZoomEvent } from '../../contract/zoom-event';
import type { Clock } from '../clock';
import { CLOCKS_APART_MS } from '../dates';
import type { EventQueue, ParsedWebhook, ReceivedEvents, WebhookKeys } from './ports';
import { type WebhookRequest, hmac, isSigned, signerOf } from './signature';

/** Why a webhook is refused: Zoom does not send it again. */
export type WebhookRefusal = 'tooLarge' | 'unsigned' | 'stale' | 'forged' | 'malformed';

export type Reception =
  | { readonly kind: 'refused'; readonly why: WebhookRefusal }
  /** Nothing can be said yet; Zoom sends it again: nobody has stored the secret token, or the same is being taken on. */
  | { readonly kind: 'notNow'; readonly why: 'noSecretToken' | 'underWay' }
  | { readonly kind: 'urlValidation'; readonly plainToken: string; readonly encryptedToken: string }
  /** `name` is Zoom's; `foreign`: of another app; `unused`: nothing is done about such events. */
  | { readonly kind: 'passedOn' | 'repeated' | 'foreign' | 'unused'; readonly name: string };

export interface ReceiveWebhookPorts {
  readonly keys: WebhookKeys;
  readonly parse: (body: Uint8Array) => ParsedWebhook;
  readonly received: ReceivedEvents;
  readonly queue: EventQueue;
  readonly clock: Pick<Clock, 'now'>;
}

/** Far above any event of Zoom's. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Zoom tries again 5, 20 and 60 minutes after a failure, and does not say whether it signs anew then. */
const OLDEST_MS = 90 * 60_000;

/**
 * Takes a webhook of Zoom's: refuses what is not surely from Zoom and new, answers what Zoom must know at once, and leaves
 * the rest to a queue, since Zoom waits 3 seconds. An event has one effect, however often it comes.
 *
 * @throws what the stores throw; Zoom sends the webhook again when it is told of a fault.
 * @see https://developers.zoom.us/docs/api/webhooks/
 */
export function makeReceiveWebhook({ keys, parse, received, queue, clock }: ReceiveWebhookPorts) {
  return async function receiveWebhook(request: WebhookRequest): Promise<Reception> {
    // whatever costs nothing comes first
    if (request.body.byteLength > MAX_BODY_BYTES) return refused('tooLarge');
    if (!isSigned(request)) return refused('unsigned');
    const now = clock.now();
    const age = now - Number(request.timestamp) * 1000;
    if (age > OLDEST_MS || age < -CLOCKS_APART_MS) return refused('stale');

    const known = await keys.list(now);
    if (known.length === 0) return { kind: 'notNow', why: 'noSecretToken' };
    const signer = signerOf(known, request);
    if (signer === undefined) return refused('forged');

    const webhook = parse(request.body);
    switch (webhook.kind) {
      case 'malformed':
        return refused('malformed');
      case 'urlValidation': {
        const { plainToken } = webhook;
        return { kind: 'urlValidation', plainToken, encryptedToken: hmac(signer.secretToken, plainToken) };
      }
      case 'other':
        return { kind: 'unused', name: webhook.name };
      case 'deauthorized': {
        const { name, zoomAccountId, clientId } = webhook;
        if (clientId !== null && clientId !== signer.clientId) return { kind: 'foreign', name };
        const at = webhook.at ?? new Date(now).toISOString();
        return passOn(name, { kind: 'deauthorized', zoomAccountId, at }, request.body);
      }
      case 'usersChanged':
      case 'accountChanged': {
        const { kind, name, zoomAccountId } = webhook;
        return passOn(name, { kind, zoomAccountId, at: new Date(now).toISOString() }, request.body);
      }
    }
  };

  async function passOn(name: string, event: ZoomEvent, body: Uint8Array): Promise<Reception> {
    // of what was signed: who sends it again cannot change it, as he can the other headers
    const hash = createHash('sha256').update(body).digest('base64url');
    const taken = await received.take(hash, clock.now());
    if (taken === 'passedOn') return { kind: 'repeated', name };
    if (taken === 'underWay') return { kind: 'notNow', why: 'underWay' };
    await queue.send(event);
    await received.passedOn(hash, clock.now());
    return { kind: 'passedOn', name };
  }
}

function refused(why: WebhookRefusal): Reception {
  return { kind: 'refused', why };
}
