import type { Connection, Disconnect } from '../../contract/connection';
import { isEnded } from '../../core/connections/connection-record';
import { Card, connectionPath, disconnectPath } from './components';
import { Icon } from './icons';
import { Breadcrumbs, Layout, type Viewer } from './layout';
import { BackLink, MessagePage } from './message-pages';
import { counted, Moment } from './time';

export interface DisconnectPageProps {
  readonly connection: Connection;
  readonly viewer: Viewer;
}

/** Whether there is anything to disconnect: an account was connected, and nobody has asked for it yet. */
export function canDisconnect(connection: Pick<Connection, 'status' | 'zoomAccountId'>): boolean {
  return connection.zoomAccountId !== null && !isEnded(connection);
}

/** 403: opened with an invite alone, which may be in anybody's hands. */
export function NotYoursToEndPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="Your invite does not cover this" icon="lock" tone="warn" viewer={viewer}>
      <p>Who has allowed the connector in Zoom, in this browser, can disconnect it here. Nothing was done.</p>
      <p>
        Otherwise remove the app in the Zoom App Marketplace, under Manage › Added Apps, or ask the team that invited
        you.
      </p>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** Says what a disconnect does, and asks for it. The form posts `keepFacts` to its own address. */
export function DisconnectPage({ connection, viewer }: DisconnectPageProps) {
  const { id, name } = connection;
  return (
    <Layout title={`Disconnect: ${name}`} viewer={viewer} narrow>
      <Breadcrumbs
        to={[
          ...(viewer?.kind === 'all' ? [{ href: '/', label: 'Connectors' }] : []),
          { href: connectionPath(id), label: name },
        ]}
        here="Disconnect"
      />
      <div class="intro">
        <h1>Disconnect {name}?</h1>
        <p class="lead">This cannot be undone. To connect the Zoom account again takes a new invite.</p>
      </div>
      <form class="card card-pad stack" method="post" action={disconnectPath(id)}>
        <ul class="plain">
          <li>
            <Icon name="minus" />
            <span>Reading stops at once.</span>
          </li>
          <li>
            <Icon name="lock" />
            <span>The permission is given back to Zoom, and the connector’s copy of it is deleted.</span>
          </li>
          <li>
            <Icon name="list" />
            <span>
              All records of this account that the connector keeps are deleted, unless you tick the box below.
            </span>
          </li>
        </ul>
        <label class="check">
          <input type="checkbox" name="keepFacts" value="yes" />
          <span>
            Keep the records
            <span class="hint">They stay until the end of their retention, or until an operator deletes them.</span>
          </span>
        </label>
        <div class="actions">
          <button class="btn btn-primary" type="submit">
            Disconnect
          </button>
          <a class="btn btn-quiet" href={connectionPath(id)}>
            Cancel
          </a>
        </div>
      </form>
    </Layout>
  );
}

/** 409: nobody has connected an account, or it is disconnected already. */
export function NothingToDisconnectPage({ viewer }: { viewer: Viewer }) {
  return (
    <MessagePage title="There is nothing to disconnect" icon="minus" tone="idle" viewer={viewer}>
      <p>No Zoom account is connected here, or it is being disconnected already.</p>
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

const CAUSES: { readonly [C in Disconnect['cause']]: string } = {
  operator: 'The team that runs the connector',
  admin: 'The Zoom account’s admin, on this page',
  deauthorized: 'Zoom: the app was removed there',
};

/** How far a disconnect is, and once it has ended the receipt of it. */
export function DisconnectCard({ disconnect }: { disconnect: Disconnect }) {
  const { cause, keepFacts, requestedAt, factsPurged, endedAt } = disconnect;
  return (
    <Card title={endedAt === null ? 'Disconnecting' : 'Receipt'}>
      <dl class="facts card-pad">
        <div>
          <dt>Asked for by</dt>
          <dd>
            {CAUSES[cause]}, <Moment at={requestedAt} />
          </dd>
        </div>
        <div>
          <dt>Permission at Zoom</dt>
          <dd>{permissionWords(disconnect)}</dd>
        </div>
        <div>
          <dt>Records</dt>
          <dd>
            {keepFacts ? 'Kept' : `${counted(factsPurged, 'record')} deleted${endedAt === null ? ' so far' : ''}`}
          </dd>
        </div>
        <div>
          <dt>Ended</dt>
          <dd>
            {endedAt === null ? (
              <span class="muted">
                Not yet. Records are deleted a second time some 11 minutes after it was asked for, when nothing that was
                under way can still write any.
              </span>
            ) : (
              <Moment at={endedAt} />
            )}
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function permissionWords({ revokedAtZoom, endedAt }: Disconnect): string {
  if (revokedAtZoom === true) return 'Ended at Zoom';
  if (revokedAtZoom === false) return 'Zoom did not confirm its end: an admin has to remove the app there';
  return endedAt === null ? 'Not given back yet' : 'There was none';
}
