import type { PropsWithChildren } from 'hono/jsx';
import { connectionPath } from './components';
import { Icon, type IconName } from './icons';
import { Layout, type Viewer } from './layout';
import { SESSION_MS } from '../../core/access/sign-in';
import { counted, Soon } from './time';
import type { Tone } from './words';

export interface MessagePageProps {
  readonly title: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly viewer: Viewer;
}

/** A page that says one thing. */
export function MessagePage({ title, icon, tone, viewer, children }: PropsWithChildren<MessagePageProps>) {
  return (
    <Layout title={title} viewer={viewer} narrow>
      <section class="card card-pad" aria-labelledby="message">
        <span class={`badge tone-${tone}`}>
          <Icon name={icon} size={22} />
        </span>
        <div class="stack">
          <h1 id="message">{title}</h1>
          {children}
        </div>
      </section>
    </Layout>
  );
}

/** The way back to what the viewer may see. */
export function BackLink({ viewer }: { viewer: Viewer }) {
  if (viewer === null) return null;
  return (
    <p>
      {viewer.kind === 'all' ? (
        <a href="/">Back to the connectors</a>
      ) : (
        <a href={connectionPath(viewer.connectionId)}>Back to your connection</a>
      )}
    </p>
  );
}

function HowToGetALink() {
  return (
    <>
      <h2>You were invited to connect a Zoom account</h2>
      <p>
        Open the invite link again, in the browser that you use for Zoom. If it has ended, ask whoever invited you for a
        new one.
      </p>
      <h2>You run this connector</h2>
      <p>Make yourself a sign-in link with the operator command line:</p>
      <pre class="command">npm run -s connector -- link</pre>
    </>
  );
}

/** 401 */
export function SignInNeededPage() {
  return (
    <MessagePage title="This page opens with a link" icon="lock" tone="info" viewer={null}>
      <p>You are not signed in here, or your session has ended. There are no passwords: a link signs you in.</p>
      <HowToGetALink />
    </MessagePage>
  );
}

/** Answer to a sign-out. */
export function SignedOutPage() {
  return (
    <MessagePage title="You are signed out" icon="check-circle" tone="ok" viewer={null}>
      <p>The connections go on by themselves. To look at them again, open a link.</p>
      <HowToGetALink />
    </MessagePage>
  );
}

/** 404 */
export function NotFoundPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="There is nothing here" icon="question" tone="idle" viewer={viewer}>
      <p>The page does not exist, or it is about a connection that was removed or that your link does not cover.</p>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** 403: signed in, but invited to one connection only. */
export function NotCoveredPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="Your link does not cover this" icon="lock" tone="warn" viewer={viewer}>
      <p>You were invited to one connection. Adding others is for the team that runs the connector.</p>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** 403: posted from somewhere else. */
export function ForeignFormPage() {
  return (
    <MessagePage title="This request came from another site" icon="shield" tone="warn" viewer={null}>
      <p>To protect you, forms are only accepted from this site’s own pages. Nothing was done.</p>
      <p>Open the page again from your link, and press the button there.</p>
    </MessagePage>
  );
}

/** 500 */
export function FaultPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="Something went wrong on our side" icon="alert" tone="bad" viewer={viewer}>
      <p>It has been recorded. Connections keep working by themselves. Try again in a minute.</p>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** 404: a sign-in link that is unknown, used or expired. */
export function DeadSignInLinkPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="This sign-in link no longer works" icon="clock" tone="warn" viewer={viewer}>
      <p>Each link signs in once, and only for a while. This one was used, has expired, or is incomplete.</p>
      <p>Make a new one with the operator command line:</p>
      <pre class="command">npm run -s connector -- link</pre>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** A sign-in link's page: its form signs in, so that merely opening it uses nothing up. */
export function SignInPage({ token, expiresAt, now }: { token: string; expiresAt: string; now: number }) {
  return (
    <MessagePage title="Sign in to the connectors" icon="shield" tone="info" viewer={null}>
      <p>This link signs one browser in, for {counted(SESSION_MS / 3_600_000, 'hour')}.</p>
      <form class="actions" method="post" action={`/session/${encodeURIComponent(token)}`}>
        <button class="btn btn-primary" type="submit">
          Sign in
          <Icon name="arrow" />
        </button>
        <p class="small">
          Good until <Soon at={expiresAt} now={now} />.
        </p>
      </form>
    </MessagePage>
  );
}
