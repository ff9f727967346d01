import { NAME_MAX_LENGTH } from '../../core/connections/new-connection';
import { Card } from './components';
import { Icon } from './icons';
import { Breadcrumbs, Layout } from './layout';
import { HowToUndo, WhatIsRead, WhoMayAllow } from './what-is-read';

const CONNECTORS = { href: '/', label: 'Connectors' };

/** The apps that can be connected. */
export function CataloguePage() {
  return (
    <Layout title="Add a connector" viewer={{ kind: 'all' }}>
      <Breadcrumbs to={[CONNECTORS]} here="Add a connector" />
      <div class="intro">
        <h1>Which app do you want to connect?</h1>
      </div>
      <ul class="tiles">
        <li>
          <div class="card tile">
            <span class="app-mark">
              <Icon name="video" size={24} />
            </span>
            <div class="stack-s">
              <h2>
                <a href="/connections/new/zoom">Zoom</a>
              </h2>
              <p class="muted small">Users, sign-in activity and admin operation logs of one Zoom account.</p>
            </div>
            <span class="go" aria-hidden="true">
              Connect
              <Icon name="arrow" />
            </span>
          </div>
        </li>
      </ul>
    </Layout>
  );
}

export interface NewZoomPageProps {
  readonly backfillDays: number;
  /** What was typed before, when it is asked for again. */
  readonly name?: string;
  /** What is wrong with that. */
  readonly problem?: string;
}

/** A name for the connection, then on to Zoom. The form posts `name` to `/connections`. */
export function NewZoomPage({ backfillDays, name, problem }: NewZoomPageProps) {
  return (
    <Layout title={problem === undefined ? 'Connect Zoom' : 'Error: connect Zoom'} viewer={{ kind: 'all' }} narrow>
      <Breadcrumbs to={[CONNECTORS, { href: '/connections/new', label: 'Add a connector' }]} here="Zoom" />
      <div class="intro">
        <h1>Connect a Zoom account</h1>
        <p class="lead">Give it a name, then sign in at Zoom as the account’s owner or an admin.</p>
      </div>
      <div class="stack">
        <form class="card card-pad stack" method="post" action="/connections">
          <div class="field">
            <label for="name">Name</label>
            <p class="hint" id="name-hint">
              How you will recognise this account in the list, such as “Contoso EMEA”.
            </p>
            <input
              id="name"
              name="name"
              type="text"
              required
              maxlength={NAME_MAX_LENGTH}
              autocomplete="off"
              value={name}
              aria-describedby={problem === undefined ? 'name-hint' : 'name-problem name-hint'}
              aria-invalid={problem === undefined ? undefined : 'true'}
              autofocus={problem !== undefined}
            />
            {problem !== undefined && (
              <p class="problem" id="name-problem">
                <Icon name="alert" />
                {problem}
              </p>
            )}
          </div>
          <div class="actions">
            <button class="btn btn-primary" type="submit">
              Connect in Zoom
              <Icon name="arrow" />
            </button>
            <p class="small">Zoom asks you before anything is read.</p>
          </div>
        </form>
        <Card title="Somebody else’s account?">
          <div class="card-pad stack-s">
            <p class="small">
              Send its owner or admin an invite: a link to connect this one account, for which they need no sign-in
              here.
            </p>
            <pre class="command">npm run -s connector -- invite --name "Contoso EMEA"</pre>
          </div>
        </Card>
        <WhatIsRead backfillDays={backfillDays} />
        <WhoMayAllow />
        <HowToUndo />
      </div>
    </Layout>
  );
}
