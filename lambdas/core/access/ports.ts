/**
 * What a session may see: every connection (an operator's sign-in), or the one that it was invited to. Whoever has
 * consented in Zoom may end that one, too.
 */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'connection'; readonly connectionId: string; readonly hasConsented?: true };

/** A browser's session; only the hash of its id is stored. */
export interface Session {
  readonly scope: Scope;
  /** Epoch milliseconds, as all instants here. */
  readonly startedAt: number;
  readonly expiresAt: number;
}

/** Sessions by the hash of their id. */
export interface SessionStore {
  /** @returns the session, or `undefined` when there is none, it was revoked, or it is past its expiry at `now` (epoch ms). */
  find(idHash: string, now: number): Promise<Session | undefined>;
  create(idHash: string, session: Session): Promise<void>;
  delete(idHash: string): Promise<void>;
}

/** A single-use link: `sign-in` opens the connectors page, `invite` lets somebody connect one account. */
export type Link = { readonly createdAt: number; readonly expiresAt: number } & (
  { readonly kind: 'sign-in' } | { readonly kind: 'invite'; readonly connectionId: string }
);

/** Links by the hash of their token. */
export interface LinkStore {
  /**
   * @returns the link, or `undefined` when there is none, it was used or revoked, or it is past its expiry at `now` (epoch
   *   ms).
   */
  find(tokenHash: string, now: number): Promise<Link | undefined>;
  create(tokenHash: string, link: Link): Promise<void>;
  /** Uses the link up. @returns whether this call did so: of two at the same time only one does. */
  use(tokenHash: string, now: number): Promise<boolean>;
}

/**
 * Ends at once what lets browsers in and was made until a moment: all sessions and sign-in links, or the sessions of one
 * connection and the invites to it. The stores of both find nothing any more that was ended so.
 */
export interface Revocations {
  /** @param connectionId - `null` for all. @param at - epoch ms. */
  revoke(connectionId: string | null, at: number): Promise<void>;
  /** @returns when that was done last, epoch ms; 0 when never, or longer ago than anything lives. */
  lastAt(connectionId: string | null): Promise<number>;
}
