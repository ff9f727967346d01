interface Cause {
  /** Zoom's number of it. */
  readonly number: string;
  /** Whole phrases that tell it where there is no number: their words alone also occur in what means something else. */
  readonly said: RegExp;
  readonly means: string;
  readonly todo: string;
}

/** Why a grant died and what to do, for the causes that Zoom tells apart; of phrases the first that fits. */
const CAUSES: readonly Cause[] = [
  {
    number: '4735',
    said: /\b(owner|user)( of (this|the) (token|app|grant))? (does not exist|no longer exists|is no longer active|(is|was|has been) (deactivated|inactive|deleted))\b/i,
    means: 'Whoever gave the permission is no longer there, or no longer active, in Zoom',
    todo: 'Reconnect with another owner or admin.',
  },
  {
    number: '4738',
    said: /\bapp( (is|was|has been))? (disabled by (the |an |your )?(account )?admin|(not|no longer) (pre-?)?approved\b)|\badmin (has )?disabled (the|this) app\b/i,
    means: 'An admin of the Zoom account has disabled the app, or no longer approves it',
    todo: 'Have an admin approve it in the Zoom App Marketplace, then reconnect.',
  },
  {
    number: '4711',
    said: /\bscopes? (do(es)? not match|differs?|ha(s|ve) changed)\b/i,
    means: 'The permissions of the app have changed since it was allowed',
    todo: 'An owner or admin has to allow it again.',
  },
];

/** The numbers of those causes, and of a grant that is not found (4737) and a token that is old or revoked (4740, 4741). */
const NUMBER = /(?<![\w-])(4711|4735|4737|4738|4740|4741)(?![\w-])/;

/** A run of characters that is no word of a sentence: Zoom quotes what it was sent. */
const NO_WORD = /\S{30,}/g;

/**
 * Why a connection needs a new consent, for its page.
 *
 * @param zoomSays - the `reason` of Zoom's `invalid_grant`.
 * @see https://developers.zoom.us/docs/integrations/oauth-error-messages/
 */
export function deadGrantReason(zoomSays: string): string {
  const words = zoomSays.replace(NO_WORD, '…');
  const quoted = `("${words}")`;
  const cause = causeOf(words);
  if (cause !== undefined) return `${cause.means} ${quoted}. ${cause.todo}`;
  return `Zoom no longer accepts the permission that was given ${quoted}. An owner or admin has to give it again.`;
}

/** By Zoom's number if there is one, whatever the words beside it. */
function causeOf(words: string): Cause | undefined {
  const [number] = NUMBER.exec(words) ?? [];
  return CAUSES.find((cause) => (number === undefined ? cause.said.test(words) : cause.number === number));
}
