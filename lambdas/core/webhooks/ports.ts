import type { ZoomEvent } from '../../contract/zoom-event';

/** What a webhook may be signed with: the secret token of the Zoom app. */
export interface WebhookKey {
  readonly secretToken: string;
  readonly clientId: string;
}

export interface WebhookKeys {
  /** The keys that are good at `now` (epoch ms), the newest first; none while the operator has stored no secret token. */
  list(now: number): Promise<readonly WebhookKey[]>;
}

/** A webhook's body, as far as anything is done about it. */
export type ParsedWebhook =
  | { readonly kind: 'malformed' }
  /** Zoom checks that the address is ours. */
  | { readonly kind: 'urlValidation'; readonly plainToken: string }
  /** `clientId` and `at` (ISO 8601 UTC) are `null` when Zoom did not say so. */
  | {
      readonly kind: 'deauthorized';
      readonly name: string;
      readonly zoomAccountId: string;
      readonly clientId: string | null;
      readonly at: string | null;
    }
  | { readonly kind: 'usersChanged' | 'accountChanged'; readonly name: string; readonly zoomAccountId: string }
  /** An event that nothing is done about. */
  | { readonly kind: 'other'; readonly name: string };

/** Where events wait until something is done about them. */
export interface EventQueue {
  send(event: ZoomEvent): Promise<void>;
}

/** What was received, by a hash of it. Is kept for a day: longer than a signature is good for. */
export interface ReceivedEvents {
  /**
   * Takes an event on at `now` (epoch ms).
   *
   * @returns `taken`: it is the caller's, who has some seconds to pass it on; `underWay`: it is somebody else's, who may
   *   yet fail; `passedOn`: it came before.
   */
  take(hash: string, now: number): Promise<'taken' | 'underWay' | 'passedOn'>;
  /** Notes that the event was passed on. */
  passedOn(hash: string, now: number): Promise<void>;
}
