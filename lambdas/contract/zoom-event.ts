/** What Zoom told of an account, as it waits in the queue: what is to be done about it, and ids; nothing of the webhook's content. */
export interface ZoomEvent {
  /**
   * - `usersChanged`: the account's lists of users are not what they were.
   * - `accountChanged`: something else is not, which the next sync reads.
   * - `deauthorized`: the account has removed the app.
   */
  readonly kind: 'usersChanged' | 'accountChanged' | 'deauthorized';
  readonly zoomAccountId: string;
  /** When it happened, as far as Zoom says so, or when it came: ISO 8601 UTC. */
  readonly at: string;
}
