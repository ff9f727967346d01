import type { TokenSet } from '../tokens/ports';
import type { Denied, StreamProbe, ZoomAccess, ZoomIdentity, ZoomRefusal } from '../zoom/ports';

/** One way to Zoom's consent page and back. */
export interface ConsentAttempt {
  /** The connection that the consent is for. */
  readonly connectionId: string;
  /** The invite that led here, by its hash; `null` when an operator connects. */
  readonly inviteHash: string | null;
  /** The session that it was begun in, by its name in the audit log. */
  readonly session: string;
  /** SHA-256 of the verifier that the browser's cookie holds, base64url: PKCE's challenge, and the binding to the browser. */
  readonly codeChallenge: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export type AttemptLookup =
  | { readonly kind: 'open'; readonly attempt: ConsentAttempt }
  | { readonly kind: 'used' }
  | { readonly kind: 'unknown' };

/** Consent attempts by the hash of their `state`. Of one that is over only that is kept, for a day. */
export interface AttemptStore {
  create(stateHash: string, attempt: ConsentAttempt): Promise<void>;
  find(stateHash: string): Promise<AttemptLookup>;
  /** Uses the attempt up. @returns whether this call did so: of two at the same time only one does. */
  use(stateHash: string): Promise<boolean>;
}

/** What an admin allowed. */
export interface Grant {
  readonly tokens: TokenSet;
  /** Where Zoom says the account's API is, checked; `null` for the configured address. */
  readonly apiUrl: string | null;
}

/** Zoom's authorization server. Faults, and refused or missing credentials of the app, are thrown. */
export interface ZoomAuthorization {
  /** Address of Zoom's consent page. */
  authorizeUrl(state: string, codeChallenge: string): Promise<string>;
  exchangeCode(code: string, codeVerifier: string): Promise<Grant | { readonly kind: 'invalidGrant' }>;
  /** Ends the grant that the token belongs to. */
  revoke(tokens: Pick<TokenSet, 'accessToken'>): Promise<void>;
}

/** What a new grant is tried on. */
export interface ZoomProbes extends StreamProbe {
  whoAmI(access: ZoomAccess): Promise<ZoomIdentity | ZoomRefusal>;
}

/** Why a consent was not accepted. */
export type Refusal =
  | { readonly kind: 'denied'; readonly denied: Denied; readonly roleName: string | null }
  | { readonly kind: 'otherAccount' }
  /** The account's connection is about to end: a grant that is kept now would outlive it unseen. */
  | { readonly kind: 'beingDisconnected' };
