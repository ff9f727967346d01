/** A connection's grant, as its secret keeps it. Epoch milliseconds. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The client id of the app that was allowed: no other's credentials can refresh it. */
  readonly clientId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Names a token set: the connection, and the consent that it came from. */
export interface GrantKey {
  readonly connectionId: string;
  readonly generation: string;
}

/** A token set and the version of the secret that it was read from. */
export interface StoredTokenSet {
  readonly tokens: TokenSet;
  readonly version: string;
}

/** Token sets, one secret for each consent. */
export interface TokenVault {
  /** @param version - the version to read; the latest when `undefined`. @returns `undefined` when it is gone. */
  read(key: GrantKey, version?: string): Promise<StoredTokenSet | undefined>;
  create(key: GrantKey, tokens: TokenSet): Promise<void>;
  /** Stores a refreshed set in place of the old one. @returns the new version. */
  replace(key: GrantKey, tokens: TokenSet): Promise<string>;
  /** Deletes the secret at once. Deleting what is gone already is fine. */
  delete(key: GrantKey): Promise<void>;
}

/** The right to refresh one token set, so that of all the functions that want to only one does. */
export interface RefreshLeases {
  /** @returns the version that the last refresh stored, if there was one. Reads consistently. */
  currentVersion(key: GrantKey): Promise<string | undefined>;
  /** Takes the lease until `untilMs`, unless somebody else holds it at `now` (both epoch ms). @returns whether it did. */
  acquire(key: GrantKey, owner: string, untilMs: number, now: number): Promise<boolean>;
  /** Notes the version that a refresh stored and gives the lease back, if `owner` still holds it. */
  release(key: GrantKey, owner: string, storedVersion: string | undefined): Promise<void>;
}

/** Zoom's answer to a refresh. Faults, and a refusal of the app's own credentials, are thrown. */
export type RefreshAnswer =
  | { readonly kind: 'tokens'; readonly tokens: TokenSet }
  /** The refresh token is not good (any more). */
  | { readonly kind: 'invalidGrant'; readonly reason: string };

/** A call of Zoom's token endpoint that takes longer is given up, and its answer lost. */
export const ZOOM_CALL_MS = 10_000;

/** Zoom's token endpoint, as a refresh needs it. */
export interface TokenRefresher {
  /**
   * @throws AnswerLostError when Zoom may have rotated the refresh token all the same; AppCredentialsRejectedError when the
   *   app's credentials are refused, or are of another app than the token set.
   */
  refresh(tokens: Pick<TokenSet, 'refreshToken' | 'clientId'>): Promise<RefreshAnswer>;
}
