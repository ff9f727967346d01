import type { Clock } from '../clock';
import { REPORTS } from '../runs/shards';
import type { ZoomAccess, ZoomIdentity, ZoomRefusal } from '../zoom/ports';
import { ZoomFaultError } from '../zoom/zoom-fault';
import type { Refusal, ZoomProbes } from './ports';

/** Whether a grant is good for the connector, found out by what Zoom really answers. */
export type Judgement =
  | { readonly kind: 'accepted'; readonly identity: ZoomIdentity }
  /** `identity` is `null` when Zoom did not say that either. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly identity: ZoomIdentity | null }
  /** Zoom gave no answer to judge by. `busy`: it allows the account no more calls for now, which says nothing against it. */
  | {
      readonly kind: 'undecided';
      readonly identity: ZoomIdentity | null;
      readonly fault: ZoomFaultError;
      readonly busy: boolean;
    };

/** What Zoom is asked is asked so often, after waits of 1 and 2 s. */
const TRIES = 3;
const PAUSE_MS = 1_000;

/** Zoom allows the account no more calls for now. */
class BusyError extends ZoomFaultError {}

/**
 * Asks Zoom who consented, and for one row of a report: only a paid plan has reports, and only a role that may view
 * usage reports reads them. A report whose scope was left out says neither, so the next one is asked.
 *
 * A consent has ended the earlier one of the same person by then, so a hiccup of Zoom's must not decide: it is asked again.
 *
 * @param giveUpAt - epoch ms after which nothing is asked again: a browser waits.
 */
export async function judgeGrant(
  zoom: ZoomProbes,
  access: ZoomAccess,
  clock: Clock,
  giveUpAt: number,
): Promise<Judgement> {
  const identity = await patiently(() => zoom.whoAmI(access), clock, giveUpAt);
  if (identity instanceof ZoomFaultError) return undecided(identity, null);
  if (!('zoomAccountId' in identity)) {
    return identity.kind === 'denied' ? denied(identity, null) : undecided(refusedToken(), null);
  }
  let missingScope: Judgement | undefined;
  for (const report of REPORTS) {
    const answer = await patiently(() => zoom.tryStream(access, report), clock, giveUpAt);
    if (answer instanceof ZoomFaultError) return undecided(answer, identity);
    if (answer.kind === 'allowed') return { kind: 'accepted', identity };
    if (answer.kind === 'tokenRejected') return undecided(refusedToken(), identity);
    if (answer.cause !== 'missing_scope') return denied(answer, identity);
    missingScope ??= denied(answer, identity);
  }
  return missingScope ?? { kind: 'accepted', identity };
}

/** @returns Zoom's answer, or the fault that was left after the last try. */
async function patiently<Answer extends object>(
  ask: () => Promise<Answer | ZoomRefusal>,
  clock: Clock,
  giveUpAt: number,
): Promise<Answer | Exclude<ZoomRefusal, { kind: 'throttled' }> | ZoomFaultError> {
  for (let tries = 1; ; tries++) {
    let fault: ZoomFaultError;
    try {
      const answer = await ask();
      if (!isThrottled(answer)) return answer;
      fault = new BusyError('Zoom allows the account no more calls for now');
      if (answer.throttling.per === 'day') return fault;
    } catch (error) {
      if (!(error instanceof ZoomFaultError)) throw error;
      fault = error;
    }
    const pauseMs = PAUSE_MS * tries;
    if (tries === TRIES || clock.now() + pauseMs > giveUpAt) return fault;
    await clock.sleep(pauseMs);
  }
}

function isThrottled<Answer extends object>(
  answer: Answer | ZoomRefusal,
): answer is Extract<ZoomRefusal, { kind: 'throttled' }> {
  return 'kind' in answer && answer.kind === 'throttled';
}

function undecided(fault: ZoomFaultError, identity: ZoomIdentity | null): Judgement {
  return { kind: 'undecided', identity, fault, busy: fault instanceof BusyError };
}

function refusedToken(): ZoomFaultError {
  return new ZoomFaultError('Zoom refuses an access token that it has just issued');
}

function denied(answer: Extract<Refusal, { kind: 'denied' }>['denied'], identity: ZoomIdentity | null): Judgement {
  const roleName = identity?.roleName ?? null;
  return { kind: 'refused', refusal: { kind: 'denied', denied: answer, roleName }, identity };
}
