import type { ZoomAccess, ZoomIdentity } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import { REPORTS } from '../runs/shards';
import type { Refusal, ZoomProbes } from './ports';

/** Whether a grant is good for the connector, found out by what Zoom really answers. */
export type Judgement =
  | { readonly kind: 'accepted'; readonly identity: ZoomIdentity }
  /** `identity` is `null` when Zoom did not say that either. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly identity: ZoomIdentity | null };

/**
 * Asks Zoom who consented, and for one row of a report: only a paid plan has reports, and only a role that may view
 * usage reports reads them. A report whose scope was left out says neither, so the next one is asked.
 *
 * @throws ZoomFaultError when Zoom gives no answer to judge by.
 */
export async function judgeGrant(zoom: ZoomProbes, access: ZoomAccess): Promise<Judgement> {
  const identity = await zoom.whoAmI(access);
  if (!('zoomAccountId' in identity)) {
    if (identity.kind === 'denied') return denied(identity, null);
    throw new ZoomFaultError(`Zoom did not say who consented (${identity.kind})`);
  }
  let missingScope: Judgement | undefined;
  for (const report of REPORTS) {
    const answer = await zoom.tryStream(access, report);
    // a busy account says nothing against the grant; the backfill asks again
    if (answer.kind === 'allowed' || answer.kind === 'throttled') return { kind: 'accepted', identity };
    if (answer.kind === 'tokenRejected')
      throw new ZoomFaultError('Zoom refuses an access token that it has just issued');
    if (answer.cause !== 'missing_scope') return denied(answer, identity);
    missingScope ??= denied(answer, identity);
  }
  return missingScope ?? { kind: 'accepted', identity };
}

function denied(answer: Extract<Refusal, { kind: 'denied' }>['denied'], identity: ZoomIdentity | null): Judgement {
  const roleName = identity?.roleName ?? null;
  return { kind: 'refused', refusal: { kind: 'denied', denied: answer, roleName }, identity };
}
