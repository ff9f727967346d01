import type { JSX } from 'hono/jsx/jsx-runtime';
import type { Connection, Freshness } from '../../lambdas/contract/connection';
import { ConnectionPage } from '../../lambdas/web/views/connection-page';
import { ConnectorsPage } from '../../lambdas/web/views/connectors-page';
import { ConsentProblemPage, MergedPage } from '../../lambdas/web/views/consent-outcome';
import type { ConsentProblem } from '../../lambdas/web/views/consent-problem';
import { DisconnectPage, NothingToDisconnectPage, NotYoursToEndPage } from '../../lambdas/web/views/disconnect-page';
import { InvitePage } from '../../lambdas/web/views/invite-page';
import type { Viewer } from '../../lambdas/web/views/layout';
import {
  DeadSignInLinkPage,
  FaultPage,
  ForeignFormPage,
  NotCoveredPage,
  NotFoundPage,
  SignedOutPage,
  SignInNeededPage,
  SignInPage,
} from '../../lambdas/web/views/message-pages';
import { CataloguePage, NewZoomPage } from '../../lambdas/web/views/new-connection-pages';

const now = Date.parse('2026-10-12T08:15:00Z');
const backfillDays = 7;
const all: Viewer = { kind: 'all' };
const invited: Viewer = { kind: 'connection', connectionId: 'con_7hK2mQ' };

const readAll = ['user', 'user_activity', 'admin_operation'].map(
  (stream) => ({ stream, state: 'available', reason: null, remedy: null }) as const,
);

const fresh = ['user', 'user_activity', 'admin_operation'].map((stream): Freshness => ({
  stream,
  newest: stream === 'user' ? null : '2026-10-12T07:37:12Z',
  readAt: stream === 'user' ? '2026-10-12T02:00:00Z' : '2026-10-12T08:11:00Z',
  behind: false,
  problem: null,
  lost: [],
}));

const connected: Connection = {
  id: 'con_7hK2mQ',
  name: 'Contoso EMEA',
  status: 'connected',
  reason: null,
  mergedInto: null,
  zoomAccountId: 'q7vX2LmkTgCDe9wZb1RnYA',
  plan: 'business',
  connectedAt: '2026-10-09T07:41:00Z',
  backfill: {
    state: 'done',
    startedAt: '2026-10-09T07:41:02Z',
    waitingUntil: null,
    shardsDone: 17,
    shardsTotal: 17,
    facts: 148_204,
    calls: 512,
    callsPerSecond: null,
    waitingShare: null,
    etaSeconds: null,
    throttledByZoom: false,
    problem: null,
    overdue: null,
  },
  lastSync: { at: '2026-10-12T08:11:00Z', result: 'ok', newFacts: 38 },
  capabilities: readAll,
  freshness: fresh,
  disconnect: null,
};

const unconnected = {
  zoomAccountId: null,
  plan: null,
  connectedAt: null,
  backfill: null,
  lastSync: null,
  capabilities: [],
  freshness: [],
};

const backfill = {
  state: 'running',
  startedAt: '2026-10-12T08:12:30Z',
  waitingUntil: null,
  shardsDone: 7,
  shardsTotal: 17,
  facts: 61_420,
  calls: 214,
  callsPerSecond: 4.6,
  waitingShare: 0.62,
  etaSeconds: 190,
  throttledByZoom: false,
  problem: null,
  overdue: null,
} as const;

const pending: Connection = { ...connected, ...unconnected, id: 'con_p3nd1N', name: 'Fabrikam', status: 'pending' };
const running: Connection = {
  ...connected,
  name: 'Northwind Traders',
  id: 'con_Bf11aa',
  status: 'backfilling',
  backfill,
  lastSync: null,
};
const waiting: Connection = {
  ...running,
  name: 'Tailspin Toys',
  id: 'con_wA1t5s',
  backfill: {
    ...backfill,
    state: 'waiting',
    waitingUntil: '2026-10-13T00:00:05Z',
    throttledByZoom: true,
    etaSeconds: 57_800,
  },
};
const usersMeanwhile: Connection = {
  ...waiting,
  backfill: { ...waiting.backfill!, state: 'running', throttledByZoom: false },
};
const overdue: Connection = {
  ...running,
  backfill: {
    ...backfill,
    startedAt: '2026-10-12T03:20:00Z',
    etaSeconds: 9_100,
    overdue: 'There is much to read. 7 of 17 parts are read, at 4.6 calls a second, about 3 hours left.',
  },
};
const overdueWaiting: Connection = {
  ...waiting,
  backfill: { ...waiting.backfill!, startedAt: '2026-10-10T03:20:00Z', etaSeconds: 297_800, overdue: 'It waits.' },
};
const faulty: Connection = {
  ...running,
  backfill: { ...backfill, problem: 'Zoom answered 503 (tracking id v=2.0;clid=aw1)' },
};
const cancelled: Connection = {
  ...connected,
  name: 'Northwind Traders',
  status: 'degraded',
  reason: 'The first backfill was cancelled; start it again: connector backfill con_Bf11aa.',
  lastSync: null,
  backfill: { ...connected.backfill!, state: 'cancelled', shardsDone: 7, facts: 61_420, calls: 214 },
};
const slowed: Connection = { ...running, backfill: { ...backfill, throttledByZoom: true } };
const ownShare: Connection = {
  ...running,
  backfill: { ...backfill, state: 'waiting', waitingUntil: '2026-10-13T00:00:00Z', etaSeconds: 58_400 },
};
const starting: Connection = {
  ...running,
  capabilities: [],
  backfill: {
    ...backfill,
    shardsDone: 0,
    shardsTotal: 0,
    facts: 0,
    calls: 0,
    callsPerSecond: null,
    waitingShare: null,
    etaSeconds: null,
  },
};
const degraded: Connection = {
  ...connected,
  name: 'Adventure Works',
  id: 'con_d3gr4d',
  status: 'degraded',
  reason: 'Sign-in activity could not be read since 11 Oct 2026: the permission is missing at Zoom now.',
  lastSync: { at: '2026-10-12T08:02:00Z', result: 'partial', newFacts: 4 },
  capabilities: [
    { stream: 'user', state: 'available', reason: null, remedy: null },
    {
      stream: 'user_activity',
      state: 'unavailable',
      reason: 'Invalid access token, does not contain scopes:[report:read:user_activities:admin].',
      remedy: 'Add the scope to the Zoom app, then reconnect in Zoom and leave every permission ticked.',
    },
    { stream: 'admin_operation', state: 'unknown', reason: null, remedy: null },
  ],
  freshness: fresh.map((known) => ({
    ...known,
    ...(known.stream === 'admin_operation' && { readAt: null, newest: null }),
    ...(known.stream === 'user_activity' && { readAt: '2026-10-11T17:02:00Z', newest: '2026-10-11T16:48:31Z' }),
  })),
};
const reconnect: Connection = {
  ...connected,
  name: 'Wide World Importers, the subsidiary with the long name',
  id: 'con_r3c0nn',
  status: 'reconnect_needed',
  reason: 'Zoom answered “Invalid Token!” on 12 Oct 2026 at 06:30 UTC.',
  lastSync: { at: '2026-10-12T06:30:00Z', result: 'failed', newFacts: 0 },
};
const paused: Connection = { ...connected, name: 'Litware', id: 'con_p4us3d', status: 'paused' };
const quiet: Connection = {
  ...connected,
  name: 'Margie’s Travel',
  freshness: fresh.map((known) => ({ ...known, newest: known.newest && '2026-08-03T16:20:00Z' })),
};
const behind: Connection = {
  ...connected,
  name: 'Blue Yonder Airlines',
  status: 'degraded',
  reason:
    'Not read since 2026-10-12 05:41 UTC: sign-ins, admin operations. What went wrong: GET /v2/report/activities: HTTP 503. It is tried again by itself.',
  lastSync: { at: '2026-10-12T07:03:50Z', result: 'failed', newFacts: 0 },
  freshness: fresh.map((known) =>
    known.stream === 'user'
      ? known
      : { ...known, newest: '2026-10-12T05:22:40Z', readAt: '2026-10-12T05:41:07.114Z', behind: true },
  ),
};
const lost: Connection = {
  ...connected,
  name: 'Trey Research',
  freshness: fresh.map((known) =>
    known.stream === 'user' ? known : { ...known, lost: [{ from: '2026-03-12', to: '2026-04-14' }] },
  ),
};
const disconnecting: Connection = {
  ...connected,
  name: 'Proseware',
  status: 'disconnecting',
  disconnect: {
    cause: 'admin',
    keepFacts: false,
    requestedAt: '2026-10-12T08:11:20Z',
    attempt: 1,
    executionArn: null,
    revokedAtZoom: true,
    factsPurged: 61_500,
    endedAt: null,
  },
};
const disconnected: Connection = {
  ...disconnecting,
  status: 'disconnected',
  capabilities: [],
  disconnect: { ...disconnecting.disconnect!, factsPurged: 148_204, endedAt: '2026-10-12T08:14:10Z' },
};
const notRevoked: Connection = {
  ...disconnected,
  reason:
    'Zoom did not confirm that it took the permission back. An admin of the Zoom account has to remove the app there: Zoom App Marketplace, Manage, Added Apps, Remove.',
  disconnect: { ...disconnected.disconnect!, cause: 'operator', keepFacts: true, revokedAtZoom: false, factsPurged: 0 },
};
const merged: Connection = {
  ...pending,
  name: 'Contoso (second invite)',
  status: 'disconnected',
  mergedInto: connected.id,
};
const refused: Connection = {
  ...pending,
  name: 'Woodgrove',
  id: 'con_r3fus3',
  status: 'refused',
  reason: 'The role “Helpdesk” of lee@woodgrove.example lacks the permission “Usage reports: view”.',
};
const gap: Connection = {
  ...connected,
  status: 'degraded',
  reason:
    'Could not be read: sign-ins of 2026-10-07. What went wrong: GET /v2/report/activities: HTTP 500. To read them again: connector dead-letters replay.',
  backfill: { ...connected.backfill!, shardsDone: 16 },
};
const failed: Connection = { ...degraded, reason: null, backfill: { ...backfill, state: 'failed' } };

const problems: { readonly [Kind in ConsentProblem['kind']]: Extract<ConsentProblem, { kind: Kind }> } = {
  declined: { kind: 'declined' },
  expired: { kind: 'expired' },
  replayed: { kind: 'replayed' },
  'unknown-attempt': { kind: 'unknown-attempt' },
  'other-browser': { kind: 'other-browser' },
  'code-rejected': { kind: 'code-rejected' },
  'wrong-role': {
    kind: 'wrong-role',
    zoomSays: 'No permission.',
    role: 'Helpdesk',
    withdrawn: true,
  },
  'free-plan': {
    kind: 'free-plan',
    zoomSays: 'Only available for paid account: q7vX2LmkTgCDe9wZb1RnYA',
    withdrawn: true,
  },
  'missing-scope': { kind: 'missing-scope', zoomSays: degraded.capabilities[1]?.reason ?? null, withdrawn: false },
  'other-account': { kind: 'other-account', left: 'withdrawn' },
  'being-disconnected': { kind: 'being-disconnected', withdrawn: true },
  'zoom-unavailable': { kind: 'zoom-unavailable' },
  'zoom-refused': { kind: 'zoom-refused', zoomSays: 'The app has been disabled by the account admin (4738)' },
  'app-credentials-rejected': { kind: 'app-credentials-rejected' },
  'app-credentials-missing': { kind: 'app-credentials-missing' },
  'invalid-invite': { kind: 'invalid-invite' },
  'connection-changed': { kind: 'connection-changed' },
  'bad-name': { kind: 'bad-name', name: '' },
};

const shown = (connection: Connection, viewer: Viewer = all, refreshSeconds: number | null = null) => (
  <ConnectionPage {...{ connection, viewer, backfillDays, now, refreshSeconds }} />
);
const list = (...connections: Connection[]) => <ConnectorsPage {...{ connections, backfillDays, now }} />;
const invite = (connection: Connection) => (
  <InvitePage token="sample" expiresAt="2026-10-12T16:15:00Z" {...{ connection, backfillDays, now }} />
);

/** Every page in every state, by a name for the address bar. */
export const SAMPLES: Readonly<Record<string, JSX.Element>> = {
  connectors: list(degraded, connected, pending, paused, running, waiting, reconnect),
  'connectors-empty': list(),
  catalogue: <CataloguePage />,
  'new-zoom': <NewZoomPage backfillDays={backfillDays} />,
  invite: invite(pending),
  'invite-again': invite(reconnect),
  'sign-in': <SignInPage token="sample" expiresAt="2026-10-12T08:30:00Z" now={now} />,
  'connection-pending': shown(pending),
  'connection-backfilling': shown(running, invited, 5),
  'connection-starting': shown(starting, invited, 5),
  'connection-waiting-for-zoom': shown(waiting, all, 60),
  'connection-users-meanwhile': shown(usersMeanwhile, all, 5),
  'connection-overdue': shown(overdue, all, 5),
  'connection-overdue-waiting': shown(overdueWaiting, invited, 60),
  'connection-faulty': shown(faulty, all, 5),
  'connection-cancelled': shown(cancelled),
  'connection-slowed': shown(slowed, invited, 5),
  'connection-taking-turns': shown(ownShare, all, 60),
  'connection-connected': shown(connected),
  'connection-quiet': shown(quiet),
  'connection-behind': shown(behind, invited),
  'connection-lost-dates': shown(lost),
  'connection-degraded': shown(degraded),
  'connection-backfill-gap': shown(gap),
  'connection-backfill-failed': shown(failed),
  'connection-reconnect': shown(reconnect),
  'connection-paused': shown(paused),
  'connection-disconnecting': shown(disconnecting),
  'connection-disconnected': shown(disconnected),
  'connection-not-revoked': shown(notRevoked),
  disconnect: <DisconnectPage connection={connected} viewer={all} />,
  'disconnect-invited': <DisconnectPage connection={connected} viewer={invited} />,
  'disconnect-nothing': <NothingToDisconnectPage viewer={invited} />,
  'disconnect-not-yours': <NotYoursToEndPage viewer={invited} />,
  'connection-refused': shown(refused),
  'connection-merged': shown(merged),
  'message-401': <SignInNeededPage />,
  'message-signed-out': <SignedOutPage />,
  'message-404': <NotFoundPage viewer={all} />,
  'message-403': <NotCoveredPage viewer={invited} />,
  'message-foreign': <ForeignFormPage />,
  'message-500': <FaultPage viewer={all} />,
  'message-dead-link': <DeadSignInLinkPage viewer={null} />,
  'consent-merged': <MergedPage viewer={all} renewed={connected} />,
  'consent-merged-invited': <MergedPage viewer={invited} renewed={connected} />,
  ...Object.fromEntries(
    Object.values(problems).map((problem) => [
      `consent-${problem.kind}`,
      <ConsentProblemPage viewer={invited} connectionId={pending.id} {...{ problem, backfillDays }} />,
    ]),
  ),
};
