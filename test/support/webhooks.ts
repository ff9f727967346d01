import type { ZoomEvent } from '../../lambdas/contract/zoom-event';
import type { EventQueue, ReceivedEvents, WebhookKey } from '../../lambdas/core/webhooks/ports';
import { type SignedRequest, hmac } from '../../lambdas/core/webhooks/signature';
import { NOW } from './clock';

export const KEY: WebhookKey = { secretToken: 'example-secret-token-01', clientId: 'exampleClientId' };

/** A webhook signed with the key at {@link NOW}, unless `at` (epoch ms) says otherwise. */
export function signed(body: unknown, { secretToken }: Pick<WebhookKey, 'secretToken'> = KEY, at = NOW): SignedRequest {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const timestamp = String(Math.floor(at / 1000));
  return { timestamp, signature: `v0=${hmac(secretToken, `v0:${timestamp}:`, bytes)}`, body: bytes };
}

/** A user of the account `account-1` who was deactivated, in Zoom's words. */
export const USER_DEACTIVATED = {
  event: 'user.deactivated',
  event_ts: NOW,
  payload: {
    account_id: 'account-1',
    operator: 'admin@example.com',
    operator_id: 'operator-1',
    object: { id: 'user-1', first_name: 'Ana', last_name: 'Ortiz', email: 'ana.ortiz@example.com', type: 2 },
  },
};

/** The account `account-1` has removed the app, in Zoom's words. */
export const APP_DEAUTHORIZED = {
  event: 'app_deauthorized',
  payload: {
    account_id: 'account-1',
    user_id: 'user-1',
    client_id: KEY.clientId,
    deauthorization_time: new Date(NOW).toISOString(),
    signature: 'b1946ac9',
    event_ts: NOW,
  },
};

/** Keeps what was sent. */
export class RecordingEventQueue implements EventQueue {
  readonly sent: ZoomEvent[] = [];
  /** Called before an event is kept: throw for a fault. */
  before: () => void = () => undefined;

  async send(event: ZoomEvent): Promise<void> {
    await Promise.resolve();
    this.before();
    this.sent.push(event);
  }
}

/** Received events in memory; who took one on has 30 seconds. */
export class InMemoryReceivedEvents implements ReceivedEvents {
  readonly events = new Map<string, { state: 'taken' | 'passedOn'; at: number }>();

  async take(hash: string, now: number): Promise<'taken' | 'underWay' | 'passedOn'> {
    await Promise.resolve();
    const known = this.events.get(hash);
    if (known?.state === 'passedOn') return 'passedOn';
    if (known !== undefined && now - known.at <= 30_000) return 'underWay';
    this.events.set(hash, { state: 'taken', at: now });
    return 'taken';
  }

  async passedOn(hash: string, now: number): Promise<void> {
    await Promise.resolve();
    this.events.set(hash, { state: 'passedOn', at: now });
  }
}
