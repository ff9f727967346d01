import type { Persona, World } from './world';

/** What the app's registration and the request say about a consent. */
export interface ConsentPageProps {
  readonly appName: string;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** The request's parameters, which the form sends back. */
  readonly parameters: Readonly<Record<string, string>>;
}

const SCOPE_TEXTS: Readonly<Record<string, string>> = {
  'user:read:list_users:admin': 'View the users of the account',
  'user:read:user:admin': 'View a user of the account',
  'report:read:user_activities:admin': 'View sign-in and sign-out activity reports',
  'report:read:operation_logs:admin': 'View reports of admin operations',
};

const STYLE = `
  *{box-sizing:border-box} body{margin:0;background:#f7f9fa;color:#131619;font:16px/1.5 system-ui,sans-serif}
  header{background:#fff;border-bottom:1px solid #e4e4ed;padding:16px 24px;font-weight:700;color:#0b5cff;font-size:20px}
  header small{color:#6e7680;font-weight:400;font-size:13px;margin-left:8px}
  main{max-width:560px;margin:40px auto;background:#fff;border:1px solid #e4e4ed;border-radius:16px;padding:32px}
  h1{font-size:24px;line-height:1.3;margin:0 0 8px} h2,legend{font-size:16px;font-weight:600;padding:0} h2{margin:24px 0 8px}
  p{margin:0 0 8px;color:#52525e} ul{margin:0;padding:0;list-style:none} li{padding:10px 0;border-bottom:1px solid #f1f4f6}
  code{display:block;color:#6e7680;font-size:13px} fieldset{border:0;margin:24px 0 0;padding:0} legend{margin:0 0 8px}
  label.person{display:flex;gap:12px;padding:10px 12px;border:1px solid #e4e4ed;border-radius:10px;margin-top:8px;cursor:pointer}
  label.person .mail{display:block} label.person small,li small{color:#6e7680}
  .buttons{display:flex;gap:12px;margin-top:28px}
  button{font:inherit;font-weight:600;border-radius:12px;padding:10px 28px;border:1px solid #c1c6ce;background:#fff;cursor:pointer}
  button.allow{background:#0b5cff;border-color:#0b5cff;color:#fff} :focus-visible{outline:3px solid #9ec1ff;outline-offset:2px}`;

/** Makes text safe in HTML, in attributes too. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

/** Renders the page on which somebody allows or declines the app. */
export function renderConsentPage(world: World, props: ConsentPageProps): string {
  const name = escapeHtml(props.appName);
  const hidden = Object.entries(props.parameters).map(
    ([field, value]) => `<input type="hidden" name="${escapeHtml(field)}" value="${escapeHtml(value)}">`,
  );
  const scopes = props.scopes.map((scope) => renderScope(scope, props.optionalScopes.includes(scope)));
  const people = signedIn(world).map((persona, index) => renderPerson(world, persona, index === 0));
  return layout(
    `Allow ${name}?`,
    `<h1>${name} wants to access your Zoom account</h1>
    <p>Only allow apps that you trust. You can remove the app at any time.</p>
    <form method="post" action="/oauth/authorize">
      ${hidden.join('\n      ')}
      <h2>What the app can do</h2>
      <ul>${scopes.join('')}</ul>
      <fieldset><legend>You are signed in as</legend>${people.join('')}</fieldset>
      <div class="buttons">
        <button class="allow" name="decision" value="allow">Allow</button>
        <button name="decision" value="decline">Decline</button>
      </div>
    </form>`,
  );
}

/**
 * Renders the page that Zoom shows in place of a redirect when the request itself is wrong.
 *
 * @param code - Zoom's number of the error, such as 4702.
 */
export function renderErrorPage(message: string, code: number): string {
  return layout(
    'Invalid request',
    `<h1>Something is wrong with this request</h1><p>${escapeHtml(message)} (${code.toLocaleString('en-US')})</p>`,
  );
}

/** Everybody who can be signed in now: personas whose user is active. */
export function signedIn(world: World): Persona[] {
  return world
    .personas()
    .filter(({ accountId, ordinal }) => world.account(accountId).directory.at(ordinal)?.status === 'active');
}

function renderScope(scope: string, optional: boolean): string {
  const text = escapeHtml(SCOPE_TEXTS[scope] ?? 'Use this permission');
  const leaveOut = `<small><label><input type="checkbox" name="leave_out" value="${escapeHtml(scope)}"> Leave this out</label></small>`;
  return `<li>${text}<code>${escapeHtml(scope)}</code>${optional ? leaveOut : ''}</li>`;
}

function renderPerson(world: World, { key, accountId, ordinal }: Persona, checked: boolean): string {
  const { directory, plan } = world.account(accountId);
  const user = directory.at(ordinal);
  const [, role = ''] = key.split('/');
  return `<label class="person"><input type="radio" name="signed_in_as" value="${escapeHtml(key)}"${checked ? ' checked' : ''}>
    <span>${escapeHtml(user?.display_name ?? '')} <small>${escapeHtml(role)}, ${plan} account</small>
    <small class="mail">${escapeHtml(user?.email ?? '')}</small></span></label>`;
}

function layout(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><header>zoom <small>simulator</small></header><main>
    ${body}
</main></body>
</html>`;
}
