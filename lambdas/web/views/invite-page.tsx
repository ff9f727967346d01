import type { Connection } from '../../contract/connection';
import { Icon } from './icons';
import { Layout } from './layout';
import { Soon } from './time';
import { HowToUndo, WhatIsRead, WhoMayAllow } from './what-is-read';

export interface InvitePageProps {
  /** The link's secret, which the form posts back. */
  readonly token: string;
  readonly connection: Connection;
  /** When the invite ends, ISO 8601 UTC. */
  readonly expiresAt: string;
  readonly backfillDays: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What an invited admin sees first: who asks, for what, and one button. Its form posts to `/invite/{token}`. */
export function InvitePage({ token, connection, expiresAt, backfillDays, now }: InvitePageProps) {
  const again = connection.connectedAt !== null;
  return (
    <Layout title={`Connect Zoom for ${connection.name}`} viewer={null} narrow>
      <div class="intro">
        <h1>{again ? `Reconnect Zoom for ${connection.name}` : `Connect Zoom for ${connection.name}`}</h1>
        <p class="lead">
          {again
            ? 'You have been asked to renew a permission: to let this connector go on reading your Zoom account’s users and activity, for security monitoring.'
            : 'You have been asked to let this connector read your Zoom account’s users and activity, for security monitoring.'}{' '}
          Zoom will ask you to confirm. It takes a minute.
        </p>
      </div>
      <div class="stack">
        <div class="card card-pad stack">
          <ol class="steps">
            <li>
              Press <strong>{again ? 'Reconnect in Zoom' : 'Connect in Zoom'}</strong> and sign in at Zoom as the
              account’s owner or an admin.
            </li>
            <li>
              Look at what Zoom lists, and press <strong>Allow</strong>.
            </li>
            <li>You come back here and see the connection at work.</li>
          </ol>
          <form class="actions" method="post" action={`/invite/${encodeURIComponent(token)}`}>
            <button class="btn btn-primary" type="submit">
              {again ? 'Reconnect in Zoom' : 'Connect in Zoom'}
              <Icon name="arrow" />
            </button>
            <p class="small">
              This invite is good until <Soon at={expiresAt} now={now} />, for one connection.
            </p>
          </form>
        </div>
        <WhatIsRead backfillDays={backfillDays} />
        <WhoMayAllow />
        <HowToUndo />
      </div>
    </Layout>
  );
}
