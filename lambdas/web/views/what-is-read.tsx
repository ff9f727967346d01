import { Card, Row } from './components';
import { Icon } from './icons';
import { days } from './words';

/** What the Zoom app asks for, in Zoom's names, and what for. */
const SCOPES: readonly { readonly scope: string; readonly use: string }[] = [
  { scope: 'user:read:list_users:admin', use: 'to list the users of the account' },
  { scope: 'user:read:user:admin', use: 'to see which account you connect, and with which role' },
  { scope: 'report:read:user_activities:admin', use: 'to read sign-ins and sign-outs' },
  { scope: 'report:read:operation_logs:admin', use: 'to read the admin operation logs' },
];

/** What will be read, why, and what never is: shown before anybody is asked to allow it. */
export function WhatIsRead({ backfillDays }: { backfillDays: number }) {
  const since = `The last ${days(backfillDays)}, and from then on.`;
  return (
    <Card title="What will be read">
      <ul class="rows">
        <Row icon="users" title="The list of users">
          <p>
            Name, e-mail address, role, status, department, groups, time zone, licence, last sign-in and client version:
            what Zoom’s user list holds. Tells who has access, and with what rights.
          </p>
        </Row>
        <Row icon="sign-in" title="Sign-ins and sign-outs">
          <p>
            Who, when, from which IP address and with which client. Lets security tools notice an account in the wrong
            hands. {since}
          </p>
        </Row>
        <Row icon="list" title="Admin operation logs">
          <p>Which admin changed which setting, user or role, when, and to what. {since}</p>
        </Row>
      </ul>
      <div class="card-foot">
        <ul class="plain">
          <li class="yes">
            <Icon name="check-circle" />
            <span>
              <strong>Read only.</strong> It cannot change, add or delete anything in Zoom.
            </span>
          </li>
          <li>
            <Icon name="minus" />
            <span>No content of meetings, no chat, no recordings, no passwords.</span>
          </li>
          <li>
            <Icon name="lock" />
            <span>Kept, encrypted, in the AWS account of the team that runs this connector.</span>
          </li>
        </ul>
      </div>
      <details>
        <summary>
          What Zoom’s consent page will list
          <Icon name="chevron" />
        </summary>
        <div>
          <p class="muted">
            Zoom shows these four permissions in its own words. All of them are for reading. Should it list one to
            change something, do not allow it, and tell the team that invited you.
          </p>
          <dl class="scopes">
            {SCOPES.map(({ scope, use }) => (
              <div>
                <dt>
                  <code>{scope}</code>
                </dt>
                <dd>{use}</dd>
              </div>
            ))}
          </dl>
        </div>
      </details>
    </Card>
  );
}

/** Who may give the permission. */
export function WhoMayAllow() {
  return (
    <Card title="Who can allow it">
      <div class="card-pad">
        <ul class="plain">
          <li>
            <Icon name="check" />
            <span>
              The account’s <strong>owner or an admin</strong>, or somebody whose role may view <em>Usage reports</em>,{' '}
              <em>User activity reports</em> and <em>Users</em>.
            </span>
          </li>
          <li>
            <Icon name="check" />
            <span>
              The Zoom account is on the <strong>Pro plan or better</strong>; Zoom gives no reports on the free plan.
            </span>
          </li>
          <li>
            <Icon name="check" />
            <span>You need no account here. You sign in at Zoom, and nowhere else.</span>
          </li>
        </ul>
      </div>
    </Card>
  );
}

/**
 * How the permission is taken back: by the admin alone and without us, or here.
 *
 * @param disconnectAt - the page that asks for it; `null` where there is nothing to disconnect.
 */
export function HowToUndo({ disconnectAt = null }: { disconnectAt?: string | null }) {
  return (
    <Card title="How to undo it">
      <div class="card-pad stack-s">
        <p class="small">
          In the <strong>Zoom App Marketplace</strong>, at any time: Manage › Added Apps › this app ›{' '}
          <strong>Remove</strong>. Zoom ends the connector’s access at once.
        </p>
        {disconnectAt === null ? (
          <p class="muted small">To have deleted what was already read, ask the team that runs the connector.</p>
        ) : (
          <p class="small">
            Or <a href={disconnectAt}>disconnect it here</a>, which also deletes what was already read.
          </p>
        )}
      </div>
    </Card>
  );
}
