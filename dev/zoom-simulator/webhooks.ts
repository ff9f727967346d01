import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Settings } from './options';
import { type WebhookBody, urlValidation } from './webhook-events';
import type { SimulatedAccount } from './world';

/** Zoom waits no longer for an answer. */
const PATIENCE_MS = 3000;

/** A webhook that was sent. */
export interface Delivery {
  readonly event: string;
  readonly account: string | null;
  /** The bytes that were signed. */
  readonly body: string;
  /** HTTP status of the answer; `null` when none came in time. */
  readonly status: number | null;
  readonly answer: string;
}

/** The headers that Zoom sends with a body. @param timestamp - epoch seconds. */
export function signedHeaders(secretToken: string, timestamp: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', secretToken).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/json; charset=utf-8',
    'x-zm-request-timestamp': String(timestamp),
    'x-zm-signature': `v0=${signature}`,
    'x-zm-request-id': randomUUID(),
  };
}

/** The event subscription of the app: one address. What fails is not sent again. */
export class Webhooks {
  private readonly sent: Promise<Delivery>[] = [];

  constructor(private readonly settings: Pick<Settings, 'webhookUrl' | 'webhookSecret' | 'clock'>) {}

  /** All webhooks so far, once each is answered. */
  get deliveries(): Promise<readonly Delivery[]> {
    return Promise.all(this.sent);
  }

  /** Tells of what happened in an account, if the app has an address and the account is one whose events are told. */
  tell(account: SimulatedAccount, body: WebhookBody | undefined): void {
    if (body !== undefined && account.webhooks && this.settings.webhookUrl !== null) void this.send(account.id, body);
  }

  /** @throws RangeError when there is no address. */
  send(account: string | null, body: WebhookBody): Promise<Delivery> {
    const { webhookUrl } = this.settings;
    if (webhookUrl === null) throw new RangeError('no webhookUrl');
    const delivery = this.deliver(webhookUrl, account, body);
    this.sent.push(delivery);
    return delivery;
  }

  /** Checks the address as Zoom does before it takes it, and every 72 hours. @throws RangeError when there is none. */
  async validate(): Promise<boolean> {
    const plainToken = randomBytes(16).toString('base64url');
    const { status, answer } = await this.send(null, urlValidation(plainToken, this.settings.clock()));
    const encryptedToken = createHmac('sha256', this.settings.webhookSecret).update(plainToken).digest('hex');
    return status === 200 && answer === JSON.stringify({ plainToken, encryptedToken });
  }

  reset(): void {
    this.sent.length = 0;
  }

  private async deliver(url: string, account: string | null, { event, ...rest }: WebhookBody): Promise<Delivery> {
    const { webhookSecret, clock } = this.settings;
    const body = JSON.stringify({ event, ...rest });
    const headers = signedHeaders(webhookSecret, Math.floor(clock() / 1000), body);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
      return { event, account, body, status: response.status, answer: await response.text() };
    } catch {
      return { event, account, body, status: null, answer: '' };
    }
  }
}
