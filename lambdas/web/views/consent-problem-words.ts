import type { ConsentProblem } from './consent-problem';
import type { IconName } from './icons';
import type { Tone } from './words';

export interface ConsentProblemWords {
  readonly title: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly happened: string;
  /** Names that somebody must act on: permissions, scopes. */
  readonly details: readonly string[];
  /** One step or several. */
  readonly next: readonly string[];
  readonly command?: string;
  /** What is left of the attempt, here and at Zoom. */
  readonly left: string;
}

const NOTHING_STORED = 'Nothing was stored, and nothing was read from your Zoom account.';

/** Each problem in plain words. */
export function consentProblemWords(problem: Exclude<ConsentProblem, { kind: 'bad-name' }>): ConsentProblemWords {
  switch (problem.kind) {
    case 'declined':
      return {
        title: 'You declined in Zoom',
        icon: 'minus',
        tone: 'idle',
        happened: 'Zoom told us that you did not allow the connector. That is fine: nothing was connected.',
        details: [],
        next: [
          'If you change your mind, try again: the invite is still good. If something was unclear, ask whoever invited you.',
        ],
        left: NOTHING_STORED,
      };
    case 'expired':
      return {
        title: 'This took longer than 10 minutes',
        icon: 'clock',
        tone: 'warn',
        happened:
          'To be safe, each attempt to connect is good for 10 minutes only, and this one was over when Zoom sent you back.',
        details: [],
        next: ['Start again and finish at Zoom within 10 minutes.'],
        left: NOTHING_STORED,
      };
    case 'replayed':
      return {
        title: 'This answer from Zoom was already used',
        icon: 'sync',
        tone: 'warn',
        happened: 'Each answer counts once. A reload of the page or the browser’s back button brings an old one again.',
        details: [],
        next: ['Look at the connection: it may well be at work. If it is not, press “Connect in Zoom” there.'],
        left: 'This second answer changed nothing.',
      };
    case 'unknown-attempt':
      return {
        title: 'We did not ask for this',
        icon: 'shield',
        tone: 'warn',
        happened:
          'Zoom’s answer belongs to no attempt that was begun here. The address may be incomplete, or somebody else sent it to you.',
        details: [],
        next: ['Open your invite link or the connectors page, and press “Connect in Zoom” there.'],
        left: NOTHING_STORED,
      };
    case 'other-browser':
      return {
        title: 'Finish in the browser that you began with',
        icon: 'lock',
        tone: 'warn',
        happened:
          'The attempt to connect was begun in another browser, or this one does not keep cookies. To protect you, it counts only where it began.',
        details: [],
        next: [
          'Open your invite link or the connectors page in this browser, with cookies allowed, and press “Connect in Zoom” again.',
        ],
        left: NOTHING_STORED,
      };
    case 'code-rejected':
      return {
        title: 'Zoom’s answer was no longer good',
        icon: 'clock',
        tone: 'warn',
        happened:
          'Zoom sends you back with a code that works once, and for a few minutes only. This one did not work any more.',
        details: [],
        next: ['Try again.'],
        left: NOTHING_STORED,
      };
    case 'wrong-role':
      return {
        title: 'Your role in Zoom does not allow this',
        icon: 'lock',
        tone: 'bad',
        happened: `${problem.role === null ? 'Your role' : `Your role, “${problem.role}”,`} may not read what the connector needs. It takes all of these permissions, or the account’s owner or an admin:`,
        details: ['Usage reports: view', 'User activity reports: view', 'Users: view'],
        next: [
          'Have the permissions added in Zoom’s web portal: User Management › Roles › edit the role › Usage reports, User activity reports and Users: view. Or have the account’s owner or an admin open the invite instead.',
          'Then try again.',
        ],
        left: withdrawal(problem.withdrawn),
      };
    case 'free-plan':
      return {
        title: 'This needs Zoom Pro or better',
        icon: 'minus',
        tone: 'bad',
        happened: 'This Zoom account is on the free plan, for which Zoom gives no activity reports to anybody.',
        details: [],
        next: [
          'If you have another Zoom account on a paid plan, sign in with that one. Otherwise upgrade, then try again.',
        ],
        left: withdrawal(problem.withdrawn),
      };
    case 'missing-scope':
      return {
        title: 'A permission was left out',
        icon: 'alert',
        tone: 'bad',
        happened: 'Zoom’s answer does not cover everything that the connector cannot work without.',
        details: scopesIn(problem.zoomSays),
        next: [
          'Try again, and leave every permission ticked on Zoom’s page.',
          'If Zoom’s page does not list it, tell the team that invited you: they have to add it to the app in the Zoom App Marketplace.',
        ],
        left: withdrawal(problem.withdrawn),
      };
    case 'other-account':
      return {
        title: 'That was another Zoom account',
        icon: 'users',
        tone: 'warn',
        happened: 'This connection belongs to one Zoom account, and you have just allowed it for a different one.',
        details: [],
        next: [
          'Sign out at zoom.us, sign in with the account that this connection belongs to, then try again. To connect the other account as well, ask for an invite of its own.',
        ],
        left: `The connection was left as it was. ${OTHER_ACCOUNT[problem.left]}`,
      };
    case 'being-disconnected':
      return {
        title: 'This Zoom account is being disconnected',
        icon: 'clock',
        tone: 'warn',
        happened: 'Somebody has asked for this account to be disconnected, and that has not ended yet.',
        details: [],
        next: ['Wait until it has ended, some 15 minutes after it began as a rule. Then try again.'],
        left: `Nothing was connected. ${problem.withdrawn ? 'We have revoked the new permission at Zoom.' : MANUAL_WITHDRAWAL}`,
      };
    case 'zoom-unavailable':
      return {
        title: 'Zoom is not answering',
        icon: 'clock',
        tone: 'warn',
        happened: 'We could not finish with Zoom just now. The trouble is on the way to Zoom or at Zoom, not with you.',
        details: [],
        next: ['Wait some minutes, then try again. If it stays like this, look at status.zoom.us.'],
        left: 'What was read before is kept, and your invite is still good. If you do not come back to it, look in the Zoom App Marketplace, under Manage › Added Apps, and remove the app if it is there.',
      };
    case 'zoom-refused':
      return {
        title: 'Zoom refused the request',
        icon: 'cross',
        tone: 'bad',
        happened: 'Zoom sent you back without a permission, and not because you declined.',
        details: [],
        next: [
          'Try again. If it happens again, tell the team that invited you what Zoom said; your account may demand that apps are approved in advance.',
        ],
        left: NOTHING_STORED,
      };
    case 'app-credentials-rejected':
      return {
        title: 'Zoom does not know this connector',
        icon: 'alert',
        tone: 'bad',
        happened:
          'Zoom does not accept the credentials of the connector’s app. Only the team that runs it can mend this.',
        details: [],
        next: ['Tell them to store the app’s current client id and secret:'],
        command: 'npm run -s connector -- app set-credentials',
        left: 'Nothing is lost: your invite stays good, and you can try again when they have done so.',
      };
    case 'app-credentials-missing':
      return {
        title: 'This connector is not set up yet',
        icon: 'clock',
        tone: 'warn',
        happened: 'The credentials of its Zoom app have not been stored. Only the team that runs it can do this.',
        details: [],
        next: ['Tell them to store the app’s client id and secret:'],
        command: 'npm run -s connector -- app set-credentials',
        left: 'Nothing is lost: your invite stays good, and you can try again when they have done so.',
      };
    case 'invalid-invite':
      return {
        title: 'This invite no longer works',
        icon: 'clock',
        tone: 'warn',
        happened:
          'An invite connects one account and ends after a while. This one was used, has expired, or is incomplete.',
        details: [],
        next: ['Check that you opened the whole link. Otherwise ask whoever sent it for a new invite.'],
        left: 'If you have connected already, everything is in order: the connection works without the invite.',
      };
    case 'connection-changed':
      return {
        title: 'This connection has changed',
        icon: 'sync',
        tone: 'warn',
        happened: 'It was ended, or changed by somebody else, since you opened the page.',
        details: [],
        next: ['Look at the connection as it is now. If it has ended, ask for a new invite.'],
        left: 'Your attempt changed nothing.',
      };
  }
}

const MANUAL_WITHDRAWAL =
  'The permission that you gave could not be revoked: remove it in the Zoom App Marketplace, under Manage › Added Apps.';

const OTHER_ACCOUNT = {
  withdrawn: 'We have revoked the other account’s permission at Zoom.',
  there: MANUAL_WITHDRAWAL,
  renewed:
    'The other account has a connection of its own here, which goes on with the permission that you have just given.',
} as const;

/** The scopes that Zoom names: “… does not contain scopes:[a, b].” */
function scopesIn(zoomSays: string | null): readonly string[] {
  const named = /scopes:\[([^\]]*)\]/.exec(zoomSays ?? '')?.[1] ?? '';
  return named.split(',').flatMap((scope) => scope.trim() || []);
}

function withdrawal(withdrawn: boolean): string {
  return withdrawn
    ? 'We have revoked the permission at Zoom. Nothing was stored, and nothing was read.'
    : `Nothing was stored. ${MANUAL_WITHDRAWAL}`;
}
