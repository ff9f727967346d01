/** Why a grant died and what to do, for the causes that Zoom's words tell apart; the first that fits. */
const CAUSES: readonly { readonly said: RegExp; readonly means: string; readonly todo: string }[] = [
  {
    said: /\b4735\b|\b(owner|user)\b.*\b(not exist|no longer|deactivated|inactive|deleted|removed)\b/i,
    means: 'Whoever gave the permission is no longer there, or no longer active, in Zoom',
    todo: 'Reconnect with another owner or admin.',
  },
  {
    said: /\b4738\b|\bdisabled\b.*\badmin|\badmin.*\bdisabled\b|approv/i,
    means: 'An admin of the Zoom account has disabled the app, or no longer approves it',
    todo: 'Have an admin approve it in the Zoom App Marketplace, then reconnect.',
  },
  {
    said: /\b4711\b|\bscopes?\b/i,
    means: 'The permissions of the app have changed since it was allowed',
    todo: 'An owner or admin has to allow it again.',
  },
];

/** A run of characters that is no word of a sentence: Zoom quotes what it was sent. */
const NO_WORD = /\S{30,}/g;

/**
 * Why a connection needs a new consent, for its page.
 *
 * @param zoomSays - the `reason` of Zoom's `invalid_grant`.
 * @see https://developers.zoom.us/docs/integrations/oauth-error-messages/
 */
export function deadGrantReason(zoomSays: string): string {
  const quoted = `("${zoomSays.replace(NO_WORD, '…')}")`;
  const cause = CAUSES.find(({ said }) => said.test(zoomSays));
  if (cause !== undefined) return `${cause.means} ${quoted}. ${cause.todo}`;
  return `Zoom no longer accepts the permission that was given ${quoted}. An owner or admin has to give it again.`;
}
