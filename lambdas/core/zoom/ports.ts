import type { FactKind } from '../../contract/fact';
import type { Shard } from '../../contract/workflow';
import type { Json } from '../facts/stable-form';
import type { RateLimitLabel } from '../quota/limits';
import type { Throttling } from './throttling';

/** The Zoom rate-limit label of each stream's list. @see https://developers.zoom.us/docs/api/rate-limits/ */
export const STREAM_LABELS: Readonly<Record<FactKind, RateLimitLabel>> = {
  user: 'medium',
  user_activity: 'heavy',
  admin_operation: 'heavy',
};

/** What calls a Zoom account's API: its token, and where its API is. */
export interface ZoomAccess {
  readonly accessToken: string;
  /** Origin, without `/v2`. */
  readonly apiUrl: string;
}

/** Answers to any call of Zoom's API that are expected, besides success. What is not expected is thrown. */
export type ZoomRefusal =
  | { readonly kind: 'throttled'; readonly throttling: Throttling }
  /** The access token is expired, revoked or unknown. */
  | { readonly kind: 'tokenRejected' }
  | Denied;

/** The grant does not cover the call; no repetition helps. */
export interface Denied {
  readonly kind: 'denied';
  readonly cause: 'missing_scope' | 'missing_permission' | 'free_plan';
  /** Zoom's own words. */
  readonly reason: string;
}

/** One page of a list. */
export type PageAnswer =
  | {
      readonly kind: 'page';
      /** Each of them a JSON object, as far as anybody has seen. */
      readonly rows: readonly Json[];
      /** Names the next page for about 15 minutes; `null` on the last one. */
      readonly nextPageToken: string | null;
      /** Number of rows in the whole list, where Zoom says it. */
      readonly totalRecords: number | null;
      /** The limit that the call counted against, of a second or of a day, where Zoom says it. */
      readonly rateLimit: number | null;
    }
  /** The page token is too old or unknown: read the list from its start. */
  | { readonly kind: 'pageTokenRejected' }
  | ZoomRefusal;

/** The lists that the connector reads. */
export interface ZoomLists {
  /**
   * Fetches one page of a shard, as large as Zoom allows.
   *
   * @param pageToken - `null` for the first page.
   * @throws ZoomFaultError when Zoom cannot be reached, or answers what it never should.
   */
  fetchPage(access: ZoomAccess, shard: Shard, pageToken: string | null): Promise<PageAnswer>;
}

/** Finds out by one row whether a stream may be read. */
export interface StreamProbe {
  /** @throws ZoomFaultError when Zoom gives no answer to judge by. */
  tryStream(access: ZoomAccess, stream: FactKind): Promise<{ readonly kind: 'allowed' } | ZoomRefusal>;
}

/** Who consented, by `GET /users/me`. */
export interface ZoomIdentity {
  readonly zoomAccountId: string;
  readonly userId: string | null;
  readonly email: string | null;
  readonly roleName: string | null;
}
