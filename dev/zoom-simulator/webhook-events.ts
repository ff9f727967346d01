import { randomBytes } from 'node:crypto';
import type { ZoomUser } from './person';
import type { WorldChange } from './world-changes';
import type { SimulatedAccount } from './world';

/** Body of a webhook. */
export interface WebhookBody {
  readonly event: string;
  readonly event_ts?: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a webhook about a changed user may name; other fields change without a word. */
const TOLD_FIELDS = [
  'first_name',
  'last_name',
  'display_name',
  'email',
  'type',
  'dept',
  'language',
  'timezone',
  'host_key',
  'pmi',
] as const;

/** What the owner of an account did to a user of it, or to its settings. */
interface Occasion {
  readonly account: SimulatedAccount;
  readonly nowMs: number;
}

/**
 * What Zoom tells of a change; `undefined` when it tells nothing, as of new rows of a report.
 *
 * @param before - the user whom the change is about, as it was.
 * @param after - the same as it is now; `undefined` when deleted.
 */
export function eventOfChange(
  occasion: Occasion,
  change: WorldChange,
  before: ZoomUser | undefined,
  after: ZoomUser | undefined,
): WebhookBody | undefined {
  const user = after ?? before;
  if (change.kind === 'changeSettings') return settingsUpdated(occasion, change);
  if (user === undefined) return undefined;
  switch (change.kind) {
    case 'inviteUser':
      return ofUser(occasion, 'user.created', user, { creation_type: 'create' });
    case 'activateUser':
      return before?.status === 'pending'
        ? bodyOf(occasion, 'user.invitation_accepted', { object: asTold(user) })
        : ofUser(occasion, 'user.activated', user);
    case 'deactivateUser':
      return ofUser(occasion, 'user.deactivated', user);
    case 'deleteUser':
      return ofUser(occasion, 'user.deleted', user);
    case 'changeUser':
      return ofUser(occasion, 'user.updated', user, userUpdated(occasion, before ?? user, user));
    case 'addActivities':
    case 'addOperations':
    case 'repeatNewest':
      return undefined;
  }
}

/** The account has removed the app. @param clientId - of the app. */
export function appDeauthorized(
  { account, nowMs }: Occasion,
  clientId: string,
  user: ZoomUser | undefined,
): WebhookBody {
  return {
    event: 'app_deauthorized',
    payload: {
      account_id: account.id,
      user_id: user?.id ?? '',
      client_id: clientId,
      deauthorization_time: new Date(nowMs).toISOString(),
      // names this event; is no signature of anything
      signature: randomBytes(32).toString('hex'),
      event_ts: nowMs,
    },
  };
}

/** Asks an address for a proof that it knows the secret token. */
export function urlValidation(plainToken: string, nowMs: number): WebhookBody {
  return { event: 'endpoint.url_validation', event_ts: nowMs, payload: { plainToken } };
}

function ofUser(occasion: Occasion, event: string, user: ZoomUser, more: object = {}): WebhookBody {
  const operator = occasion.account.directory.at(0);
  return bodyOf(occasion, event, {
    operator: operator?.email,
    operator_id: operator?.id,
    object: asTold(user),
    ...more,
  });
}

function bodyOf({ account, nowMs }: Occasion, event: string, payload: object): WebhookBody {
  return { event, event_ts: nowMs, payload: { account_id: account.id, ...payload } };
}

function asTold({ id, first_name, last_name, email, type }: ZoomUser): object {
  return { id, first_name, last_name, email, type };
}

function userUpdated({ nowMs }: Occasion, before: ZoomUser, after: ZoomUser): object {
  const changed = TOLD_FIELDS.filter((field) => before[field] !== after[field]);
  const of = (user: ZoomUser) => ({ id: user.id, ...Object.fromEntries(changed.map((field) => [field, user[field]])) });
  return { time_stamp: nowMs, object: of(after), old_object: of(before) };
}

function settingsUpdated(occasion: Occasion, change: Extract<WorldChange, { kind: 'changeSettings' }>): WebhookBody {
  const { account, nowMs } = occasion;
  const operator = account.directory.at(0);
  return bodyOf(occasion, 'account.settings_updated', {
    operator: operator?.email,
    operator_id: operator?.id,
    object: { id: account.id, settings: change.settings },
    old_object: { id: account.id, settings: change.previously },
    time_stamp: nowMs,
  });
}
