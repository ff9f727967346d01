/**
 * Why a consent did not lead to a connection. Where Zoom had already given a grant, `withdrawn` says whether it could be
 * revoked there; `zoomSays` are Zoom's own words.
 */
export type ConsentProblem =
  /** The admin pressed Decline; the invite is still good. */
  | { readonly kind: 'declined' }
  /** The attempt began longer ago than an attempt may take. */
  | { readonly kind: 'expired' }
  /** The attempt was finished before. */
  | { readonly kind: 'replayed' }
  /** `state` is missing, or names no attempt of ours. */
  | { readonly kind: 'unknown-attempt' }
  /** The consent cookie is missing or another attempt's. */
  | { readonly kind: 'other-browser' }
  /** The answer's code was not good, or not any more: Zoom's live five minutes. */
  | { readonly kind: 'code-rejected' }
  /** `role` is the admin's, as Zoom calls it, where known. */
  | {
      readonly kind: 'wrong-role';
      readonly zoomSays: string | null;
      readonly role: string | null;
      readonly withdrawn: boolean;
    }
  | { readonly kind: 'free-plan'; readonly zoomSays: string | null; readonly withdrawn: boolean }
  | { readonly kind: 'missing-scope'; readonly zoomSays: string | null; readonly withdrawn: boolean }
  /**
   * A reconnect was answered by another Zoom account than the connection's. Its grant was revoked, could not be, or has
   * renewed a connection that this account has of its own.
   */
  | { readonly kind: 'other-account'; readonly left: 'withdrawn' | 'there' | 'renewed' }
  /** The account's connection is being disconnected just now. */
  | { readonly kind: 'being-disconnected'; readonly withdrawn: boolean }
  /** Zoom did not answer, or with a fault of its own. */
  | { readonly kind: 'zoom-unavailable' }
  /** Zoom refused for a reason that none of the others name. */
  | { readonly kind: 'zoom-refused'; readonly zoomSays: string | null }
  /** Zoom does not accept the app's client id and secret. */
  | { readonly kind: 'app-credentials-rejected' }
  /** The operator has not stored the app's client id and secret yet. */
  | { readonly kind: 'app-credentials-missing' }
  /** The invite is unknown, used up or expired. */
  | { readonly kind: 'invalid-invite' }
  /** The connection is in a state, or was changed meanwhile in a way, that leaves nothing to consent to. */
  | { readonly kind: 'connection-changed' }
  /** The new connection's name is empty or too long. */
  | { readonly kind: 'bad-name'; readonly name: string };

export type ConsentProblemKind = ConsentProblem['kind'];

/** The HTTP status that each problem is answered with. */
export const CONSENT_PROBLEM_STATUS = {
  // a decision, well answered: nothing went wrong
  declined: 200,
  expired: 410,
  replayed: 409,
  'code-rejected': 410,
  'unknown-attempt': 400,
  'other-browser': 403,
  'wrong-role': 403,
  'free-plan': 403,
  'missing-scope': 403,
  'other-account': 409,
  'being-disconnected': 409,
  'zoom-unavailable': 503,
  'zoom-refused': 502,
  'app-credentials-rejected': 500,
  'app-credentials-missing': 503,
  'invalid-invite': 404,
  'connection-changed': 409,
  'bad-name': 422,
} as const satisfies { readonly [Kind in ConsentProblemKind]: number };

/** Whether asking Zoom again, from the very page, can lead to another outcome. */
export function mayTryAgain(kind: ConsentProblemKind): boolean {
  switch (kind) {
    case 'declined':
    case 'expired':
    case 'code-rejected':
    case 'wrong-role':
    case 'free-plan':
    case 'missing-scope':
    case 'other-account':
    case 'being-disconnected':
    case 'zoom-unavailable':
    case 'zoom-refused':
      return true;
    case 'replayed':
    case 'unknown-attempt':
    case 'other-browser':
    case 'app-credentials-rejected':
    case 'app-credentials-missing':
    case 'invalid-invite':
    case 'connection-changed':
    case 'bad-name':
      return false;
  }
}
