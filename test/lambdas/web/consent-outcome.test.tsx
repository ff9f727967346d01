import { describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { sendConsentProblem, sendPage } from '../../../lambdas/web/respond';
import { POLICY_TO_ZOOM, securityHeaders } from '../../../lambdas/web/security';
import { MergedPage } from '../../../lambdas/web/views/consent-outcome';
import type { ConsentProblem } from '../../../lambdas/web/views/consent-problem';
import type { Viewer } from '../../../lambdas/web/views/layout';

const INVITED: Viewer = { kind: 'connection', connectionId: 'c1' };
const SCOPE_MISSING = 'Invalid access token, does not contain scopes:[report:read:operation_logs:admin].';

function answer(problem: ConsentProblem, connectionId: string | null = 'c1', viewer: Viewer = INVITED) {
  const app = new Hono();
  app.use(securityHeaders('https://connector.example'));
  app.get('/', (c) => sendConsentProblem(c, { problem, viewer, connectionId, backfillDays: 7 }));
  return app.request('/');
}

async function text(...args: Parameters<typeof answer>): Promise<string> {
  return (await answer(...args)).text();
}

describe('a consent that did not work out', () => {
  const cases: [ConsentProblem, number, string][] = [
    [{ kind: 'declined' }, 200, 'You declined in Zoom'],
    [{ kind: 'expired' }, 410, 'This took longer than 10 minutes'],
    [{ kind: 'replayed' }, 409, 'This answer from Zoom was already used'],
    [{ kind: 'unknown-attempt' }, 400, 'We did not ask for this'],
    [{ kind: 'other-browser' }, 403, 'Finish in the browser that you began with'],
    [{ kind: 'code-rejected' }, 410, 'Zoom’s answer was no longer good'],
    [{ kind: 'wrong-role', zoomSays: null, role: null, withdrawn: true }, 403, 'Your role in Zoom does not allow this'],
    [{ kind: 'free-plan', zoomSays: null, withdrawn: true }, 403, 'This needs Zoom Pro or better'],
    [{ kind: 'missing-scope', zoomSays: null, withdrawn: true }, 403, 'A permission was left out'],
    [{ kind: 'other-account', left: 'withdrawn' }, 409, 'That was another Zoom account'],
    [{ kind: 'being-disconnected', withdrawn: true }, 409, 'This Zoom account is being disconnected'],
    [{ kind: 'zoom-unavailable' }, 503, 'Zoom is not answering'],
    [{ kind: 'zoom-refused', zoomSays: null }, 502, 'Zoom refused the request'],
    [{ kind: 'app-credentials-rejected' }, 500, 'app set-credentials'],
    [{ kind: 'app-credentials-missing' }, 503, 'app set-credentials'],
    [{ kind: 'invalid-invite' }, 404, 'This invite no longer works'],
    [{ kind: 'connection-changed' }, 409, 'This connection has changed'],
    [{ kind: 'bad-name', name: '' }, 422, 'Give it a name of 1 to 80 characters.'],
  ];

  it.each(cases.map(([problem, status, words]) => [problem.kind, { problem, status, words }] as const))(
    'is explained with its own status: %s',
    async (_kind, { problem, status, words }) => {
      const response = await answer(problem);
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
    },
  );

  it('offers to try again from the page itself', async () => {
    expect(await text({ kind: 'declined' })).toMatch(/<form[^>]* action="\/connections\/c1\/consent"/);
  });

  it('carries a policy under which trying again reaches Zoom', async () => {
    const { headers } = await answer({ kind: 'declined' });
    expect(headers.get('Content-Security-Policy')).toBe(POLICY_TO_ZOOM);
  });

  it('carries a policy under which a better name reaches Zoom', async () => {
    const { headers } = await answer({ kind: 'bad-name', name: '' }, null);
    expect(headers.get('Content-Security-Policy')).toBe(POLICY_TO_ZOOM);
  });

  it('sends back to the invite when the connection is not known', async () => {
    expect(await text({ kind: 'expired' }, null, null)).toContain('open your invite link once more');
  });

  it('does not offer to try again what cannot work', async () => {
    expect(await text({ kind: 'app-credentials-rejected' })).not.toContain('/connections/c1/consent');
  });

  it('says that the permission was revoked at Zoom', async () => {
    expect(await text({ kind: 'free-plan', zoomSays: null, withdrawn: true })).toContain(
      'We have revoked the permission',
    );
  });

  it('says how to revoke the permission when we could not', async () => {
    expect(await text({ kind: 'free-plan', zoomSays: null, withdrawn: false })).toContain('Manage › Added Apps');
  });

  it('names the role that is not enough', async () => {
    const problem = { kind: 'wrong-role', zoomSays: null, role: 'Helpdesk', withdrawn: true } as const;
    expect(await text(problem)).toContain('Your role, “Helpdesk”,');
  });

  it('names the permissions that the role needs', async () => {
    const problem = { kind: 'wrong-role', zoomSays: null, role: null, withdrawn: true } as const;
    expect(await text(problem)).toMatch(
      /<code>Usage reports: view<\/code>.*<code>User activity reports: view<\/code>.*<code>Users: view<\/code>/s,
    );
  });

  it('names the scope that Zoom misses', async () => {
    const problem = { kind: 'missing-scope', zoomSays: SCOPE_MISSING, withdrawn: true } as const;
    expect(await text(problem)).toContain('<code>report:read:operation_logs:admin</code>');
  });

  it('shows what Zoom said as text, whatever it is', async () => {
    const page = await text({ kind: 'zoom-refused', zoomSays: '<script>alert(1)</script>' });
    expect([page.includes('<script'), page.includes('&lt;script&gt;')]).toEqual([false, true]);
  });

  it('keeps what was typed as a name', async () => {
    expect(await text({ kind: 'bad-name', name: '"><script>' })).toContain('value="&quot;&gt;&lt;script&gt;"');
  });

  it('tells programs when to come back while Zoom is away', async () => {
    expect((await answer({ kind: 'zoom-unavailable' })).headers.get('Retry-After')).toBe('180');
  });
});

describe('an account that was connected before', () => {
  async function merged(viewer: Viewer): Promise<string> {
    const app = new Hono();
    app.get('/', (c) => sendPage(c, <MergedPage viewer={viewer} renewed={{ id: 'c2', name: 'Fabrikam' }} />));
    return (await app.request('/')).text();
  }

  it('leads an operator to its renewed connection', async () => {
    expect(await merged({ kind: 'all' })).toContain('href="/connections/c2"');
  });

  it('does not show that connection to somebody who was invited to another', async () => {
    expect(await merged(INVITED)).not.toMatch(/c2|Fabrikam/);
  });
});

describe("a text of Zoom's that is markup", () => {
  const MARKUP = '<script>alert(1)</script>';

  it.each<ConsentProblem>([
    { kind: 'wrong-role', zoomSays: MARKUP, role: MARKUP, withdrawn: true },
    { kind: 'free-plan', zoomSays: MARKUP, withdrawn: true },
    { kind: 'missing-scope', zoomSays: MARKUP, withdrawn: true },
    { kind: 'zoom-refused', zoomSays: MARKUP },
    { kind: 'bad-name', name: MARKUP },
  ])('is shown as text: $kind', async (problem) => {
    const page = await text(problem);
    expect([page.includes('<script'), page.includes('&lt;script&gt;')]).toEqual([false, true]);
  });
});
