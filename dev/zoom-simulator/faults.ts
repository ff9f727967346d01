import { z } from 'zod';
import { LABELS } from './limits';
import { fraction, mix } from './random';

/** Everything that can be made to go wrong; the README says what each does. */
const FAULT_KINDS = [
  'tooManyPerSecond',
  'tooManyPerDay',
  'serverError',
  'html',
  'redirect',
  'truncated',
  'slow',
  'hang',
  'expiredToken',
  'revokedGrant',
  'lostAfterRotation',
  'oauthError',
  'tokenAnswer',
  'pageTokenRefused',
  'repeatedPageToken',
  'outOfOrder',
  'shuffledPage',
] as const;

/** A fault as it is ordered by the control API. */
export const Fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** Probability of striking a call that matches. */
  rate: z.number().min(0).max(1).default(1),
  /** How many calls that it could strike it spares first. */
  skip: z.int().nonnegative().default(0),
  /** How many calls it strikes before it is over; without it, it lasts until removed. */
  count: z.int().positive().optional(),
  /** Only calls whose path starts so. */
  path: z.string().startsWith('/').default('/v2/'),
  label: z.enum(LABELS).optional(),
  account: z.string().optional(),
  /** For `slow` and `hang`, 30,000 unless told otherwise; for `lostAfterRotation`, 0. */
  delayMs: z.number().nonnegative().optional(),
  /** For faults of a refresh that come after its rotation: how long the old refresh token still works. */
  graceSeconds: z.number().nonnegative().optional(),
  /** For `tokenAnswer`: what the answer says otherwise, such as `api_url` or `expires_in`. */
  fields: z.record(z.string(), z.unknown()).default({}),
  /** For `oauthError`: the body. */
  error: z.string().default('invalid_request'),
  reason: z.string().default('Account does not exist'),
  /** For `redirect`: where to. */
  location: z.url().default('https://elsewhere.example/'),
  /** For `serverError`, `html` and `redirect`; 500, 200 and 302 unless told otherwise. */
  status: z.int().min(200).max(599).optional(),
  /** For both kinds of 429: the form of the `Retry-After` header. */
  retryAfter: z.enum(['date', 'seconds', 'absent']).optional(),
});

/** A fault as it is ordered by the control API. */
export type Fault = z.infer<typeof Fault>;

/** A fault that waits for calls. */
export interface ArmedFault extends Fault {
  readonly id: number;
  /** Calls spared so far by `skip`. */
  skipped: number;
  /** Calls struck so far. */
  struck: number;
}

/** The call that a fault may strike. */
export interface FaultTarget {
  readonly path: string;
  readonly label?: string;
  readonly accountId?: string;
}

/** The faults that wait for calls. */
export class Faults {
  private armed: ArmedFault[] = [];
  private lastId = 0;
  private draws = 0;

  constructor(private readonly seed: number) {}

  /** Faults that are not used up. */
  get list(): readonly ArmedFault[] {
    return this.armed;
  }

  /** Adds a fault. */
  arm(fault: Fault): ArmedFault {
    this.lastId += 1;
    const armed = { ...fault, id: this.lastId, skipped: 0, struck: 0 };
    this.armed.push(armed);
    return armed;
  }

  /** Finds the fault of a kind that strikes a call, and counts the strike; `undefined` when the call is spared. */
  strike(kind: Fault['kind'], target: FaultTarget): ArmedFault | undefined {
    const fault = this.armed.find(
      (candidate) =>
        candidate.kind === kind && matches(candidate, target) && !isSpared(candidate) && this.isHit(candidate.rate),
    );
    if (fault === undefined) return undefined;
    fault.struck += 1;
    if (fault.struck === fault.count) this.armed = this.armed.filter(({ id }) => id !== fault.id);
    return fault;
  }

  /** Removes one fault, or all. */
  disarm(id?: number): void {
    this.armed = id === undefined ? [] : this.armed.filter((fault) => fault.id !== id);
  }

  /** Draws lots, the same ones in every run with the same seed. */
  private isHit(rate: number): boolean {
    this.draws += 1;
    return fraction(mix(this.seed, this.draws, 21)) < rate;
  }
}

/** Whether a call that matches is one of the first, which the fault leaves alone. */
function isSpared(fault: ArmedFault): boolean {
  if (fault.skipped === fault.skip) return false;
  fault.skipped += 1;
  return true;
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    target.path.startsWith(fault.path) &&
    (fault.label === undefined || fault.label === target.label) &&
    (fault.account === undefined || fault.account === target.accountId)
  );
}
