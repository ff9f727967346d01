import { allow, APP, window } from './setting';

type Parameters = Readonly<Record<string, string>>;

/**
 * Draws every kind of answer from the simulator, refusals included, by the global `fetch`.
 *
 * @param zoomUrl - the simulator.
 * @param browser - the unrecorded `fetch`.
 */
export async function drawAnswers(zoomUrl: string, browser: typeof fetch): Promise<void> {
  const authorize = new URLSearchParams({
    response_type: 'code',
    client_id: APP.clientId,
    redirect_uri: APP.redirectUri,
  });
  const connect = async (signedInAs: string, extra?: Parameters): Promise<string> => {
    const code = await allow(browser, `${zoomUrl}/oauth/authorize?${authorize.toString()}`, signedInAs, extra);
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: APP.redirectUri });
    const authorization = `Basic ${Buffer.from(`${APP.clientId}:${APP.clientSecret}`).toString('base64')}`;
    const response = await fetch(`${zoomUrl}/oauth/token`, { method: 'POST', body, headers: { authorization } });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const get = async (token: string, path: string, query: Parameters = {}): Promise<Record<string, unknown>> => {
    const url = `${zoomUrl}/v2${path}?${new URLSearchParams({ ...query }).toString()}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return (await response.json()) as Record<string, unknown>;
  };
  const dates = window(Date.now());
  const owner = await connect('paid/owner');

  await drawUsers((path, query) => get(owner, path, query));
  await drawReports((path, query) => get(owner, path, { ...dates, ...query }));
  await drawRefusals(
    get,
    {
      member: await connect('paid/member'),
      free: await connect('free/owner'),
      lacking: await connect('paid/admin', { leave_out: 'report:read:operation_logs:admin' }),
    },
    dates,
  );
  await drawThrottling(zoomUrl, browser, () => get(owner, '/users'));
}

type Get = (path: string, query?: Parameters) => Promise<Record<string, unknown>>;

async function drawUsers(get: Get): Promise<void> {
  await get('/users/me');
  await get('/users/nobody@example.com');
  for (const status of ['active', 'inactive', 'pending']) {
    const { users } = await get('/users', { status, page_size: '2000' });
    const [user] = users as { email: string }[];
    await get(`/users/${encodeURIComponent(user?.email ?? '')}`);
  }
  await get('/users', { include_fields: 'host_key' });
  await get('/users', { include_fields: 'custom_attributes' });
  await get('/users', { next_page_token: 'damaged' });
  await get('/users', { page_size: '2001' });
}

async function drawReports(get: Get): Promise<void> {
  for (const path of ['/report/activities', '/report/operationlogs']) {
    const { next_page_token: token } = await get(path, { page_size: '300' });
    await get(path, { page_size: '300', next_page_token: String(token) });
    await get(path, { next_page_token: 'damaged' });
    await get(path, { from: 'yesterday' });
  }
}

async function drawRefusals(
  get: (token: string, path: string, query?: Parameters) => Promise<unknown>,
  tokens: { readonly member: string; readonly free: string; readonly lacking: string },
  dates: Parameters,
): Promise<void> {
  await get(tokens.member, '/users');
  await get(tokens.member, '/report/activities', dates);
  await get(tokens.free, '/report/activities', dates);
  await get(tokens.lacking, '/report/operationlogs', dates);
  await get('unknown', '/users/me');
}

async function drawThrottling(zoomUrl: string, browser: typeof fetch, call: () => Promise<unknown>): Promise<void> {
  for (const kind of ['tooManyPerSecond', 'tooManyPerDay']) {
    const body = JSON.stringify({ kind, count: 1 });
    await browser(`${zoomUrl}/_simulator/faults`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    await call();
  }
}
