import * as z from 'zod';
import type { ParsedWebhook } from '../../core/webhooks/ports';

/** The events after which the lists of users are not what they were. Signing in and personal settings are not in the lists. */
const OF_USERS = new Set([
  'user.created',
  'user.updated',
  'user.activated',
  'user.deactivated',
  'user.deleted',
  'user.disassociated',
  'user.invitation_accepted',
]);
/** What admins do to the account is in its operation log. */
const OF_ACCOUNTS = new Set(['account.updated', 'account.settings_updated', 'account.lock_settings_updated']);

const id = z.string().min(1).max(200);
const Webhook = z.object({ event: z.string().regex(/^[a-z0-9_.]{1,100}$/), payload: z.unknown() });
const OfAccount = z.object({ account_id: id });
const Deauthorization = OfAccount.extend({
  client_id: id.optional(),
  // Zoom's own examples disagree about times; one that is not understood is as if it were not there
  deauthorization_time: z.iso.datetime({ offset: true }).optional().catch(undefined),
});
// what is signed as an event begins with `v0:`: an answer to that would be somebody's signature
const UrlValidation = z.object({ plainToken: z.string().regex(/^[\w+/=-]{1,200}$/) });

const MALFORMED = { kind: 'malformed' } as const;

/**
 * Reads the body of a webhook that was signed by Zoom.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/
 */
export function parseWebhook(body: Uint8Array): ParsedWebhook {
  const parsed = Webhook.safeParse(parseJson(body));
  if (!parsed.success) return MALFORMED;
  const { event: name, payload } = parsed.data;
  if (name === 'endpoint.url_validation') {
    const validation = UrlValidation.safeParse(payload);
    return validation.success ? { kind: 'urlValidation', plainToken: validation.data.plainToken } : MALFORMED;
  }
  if (name === 'app_deauthorized') {
    const { data } = Deauthorization.safeParse(payload);
    if (data === undefined) return MALFORMED;
    const { account_id: zoomAccountId, client_id: clientId = null, deauthorization_time: time } = data;
    const at = time === undefined ? null : new Date(time).toISOString();
    return { kind: 'deauthorized', name, zoomAccountId, clientId, at };
  }
  const kind = OF_USERS.has(name) ? 'usersChanged' : OF_ACCOUNTS.has(name) ? 'accountChanged' : undefined;
  if (kind === undefined) return { kind: 'other', name };
  const account = OfAccount.safeParse(payload);
  return account.success ? { kind, name, zoomAccountId: account.data.account_id } : MALFORMED;
}

/** `undefined` for what is not JSON in UTF-8. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
