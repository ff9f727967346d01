import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hashSecretValue, newSecretValue } from '../../../lambdas/core/access/secret-value';
import { redact } from '../../../lambdas/runtime/redact';

const JWT = 'eyJzdiI6IjAwMDAwMiIsImFsZyI6IkhTNTEyIn0.x9Jk2-_aaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb';
const OURS = newSecretValue();
const CODE = 'obBEe8ewaL_KdYKjnimT4KPd8KKdQt9FQ';

/** What is logged of a value. */
function logged(value: unknown): string {
  return JSON.stringify(value, redact);
}

describe('what is about to be logged', () => {
  it.each<[what: string, value: unknown, secret: string]>([
    ['an access token in an object', { tokens: { accessToken: 'short-one' } }, 'short-one'],
    ["Zoom's answer", { access_token: 'short-one', token_type: 'bearer' }, 'short-one'],
    ['a client secret', { credentials: { clientSecret: 'q8W3' } }, 'q8W3'],
    ['a webhook secret', { webhook_secret: 'q8W3' }, 'q8W3'],
    ['a header of a request', { headers: { Authorization: 'q8W3' } }, 'q8W3'],
    ['cookies', { 'set-cookie': ['session=q8W3'] }, 'q8W3'],
    ["a host key of Zoom's rows", { row: { host_key: '482913' } }, '482913'],
    ['a number that is a passcode', { passcode: 482913 }, '482913'],
    ['a download URL', { download_url: 'https://zoom.us/rec/q8W3' }, 'q8W3'],
    ['an authorisation code', { code: CODE }, CODE],
    ['a page token', { nextPageToken: 'q8W3' }, 'q8W3'],
    ['a bearer token in a text', 'refused: Authorization: Bearer abcdefghijklmnop.qrst', 'abcdefghijklmnop'],
    ['Basic credentials in a text', 'sent Basic Y2xpZW50OnNlY3JldA==', 'Y2xpZW50'],
    ["a token of Zoom's anywhere", { message: `the token ${JWT} was refused` }, JWT],
    ['a session, link or state of ours', { url: `https://connector.example/session/${OURS}` }, OURS],
    ['the hash of one', { key: `SESSION#${hashSecretValue('x')}` }, hashSecretValue('x')],
    ['a code in an address', `GET /oauth/callback?code=${CODE}&state=s`, CODE],
    ['a secret in a form', 'grant_type=refresh_token&refresh_token=q8W3&client_secret=z7', 'q8W3'],
    ['a secret in JSON that is text', { body: JSON.stringify({ client_secret: 'q8W3' }) }, 'q8W3'],
    ['a passcode in a text', 'Passcode: q8W3', 'q8W3'],
  ])('loses %s', (_what, value, secret) => {
    expect(logged(value)).not.toContain(secret);
  });

  it.each<[what: string, value: unknown]>([
    ['a connection', { connectionId: '5f0c2e9a41b7d386', generation: '0011223344556677' }],
    ['a fact', { id: '20883ccf65f3e74b1ae6e67d3a0a6c29' }],
    ['a Zoom account', { zoomAccountId: 'Nw3kQ8rTSdeVb1XyZ0aFgA' }],
    ['a run', { runId: 'consent-0011223344556677', shard: 'user_activity.2026-09-28.2026-09-28' }],
    ['a request', { function_request_id: '0b5f2c1e-58a7-4d0e-9c8f-3f4f2a6d7e10' }],
    ['a trace', { xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793' }],
    ["Zoom's tracking id", { what: 'HTTP 500 (WEB_0a1b2c3d4e5f60718293a4b5c6d7e8f9)' }],
    ['an execution', `arn:aws:states:eu-west-1:1:execution:S-Backfill:${'a'.repeat(43)}`],
    ['a function', { function_name: 'ZoomSecurityConnector-RunsReadE6280D4C-a1b2' }],
    ['an error', { code: 'ERR_HTTP2_STREAM_ERROR', name: 'ValidationException', message: 'not found' }],
    ["an operator's error", { code: 'app-credentials-missing', statusCode: 400 }],
    ['a link as the audit log calls it', { link: hashSecretValue('x').slice(0, 12) }],
    ["Zoom's words", 'Invalid access token, does not contain scopes:[report:read:user_activities:admin].'],
    ['a word on authentication', 'Basic authentication failed; Bearer tokens only; password policy'],
    ['nothing at all', { a: null, b: false, c: 0 }],
  ])('keeps what names %s', (_what, value) => {
    expect(logged(value)).toBe(JSON.stringify(value));
  });
});

describe('the logger', () => {
  const outer = process.env;
  const lines: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    process.env = { ...outer, POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'INFO' };
    for (const level of ['info', 'error'] as const) {
      jest.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
    }
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  });
  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  async function log(message: string, extra: Record<string, unknown>): Promise<string[]> {
    jest.resetModules();
    const { logger } = await import('../../../lambdas/runtime/telemetry');
    logger.error(message, extra);
    return lines.filter((line) => line.includes('"level"'));
  }

  it('blanks secrets out of an error, its cause and its stack', async () => {
    const error = new Error(`refused ${JWT}`, { cause: new Error(`state ${OURS}`) });
    const text = (await log('it failed', { error })).join('\n');
    expect(text).toContain('it failed');
    expect([JWT, OURS].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('writes one line whatever is in a name: log injection', async () => {
    const name = 'Contoso\n{"level":"ERROR","message":"forged"}\r\u2028\u001b[31m';
    const written = await log('an invite was made', { name });
    expect(written).toHaveLength(1);
    expect((JSON.parse(written[0] ?? '') as { name: string }).name).toBe(name);
    expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});
