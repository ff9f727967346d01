import { createHash, randomBytes } from 'node:crypto';
import { renderToString } from 'hono/jsx/dom/server';
import { makeHttpZoomApi } from '../../lambdas/adapters/zoom/http-zoom-api';
import { makeHttpZoomOAuth } from '../../lambdas/adapters/zoom/http-zoom-oauth';
import { FACT_KINDS } from '../../lambdas/contract/fact';
import { type Shard, USER_STATUSES } from '../../lambdas/contract/workflow';
import type { ZoomAccess } from '../../lambdas/core/zoom/ports';
import { WhatIsRead } from '../../lambdas/web/views/what-is-read';
import { allow, APP, window } from './setting';

/** The scopes that the project asks for, read from the page that announces them to the admin. */
export function requestedScopes(): string[] {
  const page = renderToString(WhatIsRead({ backfillDays: 7 }));
  return [...page.matchAll(/<code>([\w:]+)<\/code>/g)].flatMap(([, scope]) => scope ?? []);
}

/**
 * Makes our client send every request that it knows.
 *
 * @param zoomUrl - the simulator.
 * @param browser - the unrecorded `fetch`, for what the admin's browser sends.
 */
export async function exerciseClient(zoomUrl: string, browser: typeof fetch): Promise<void> {
  const { clientId, clientSecret, redirectUri } = APP;
  const settings = { oauthUrl: zoomUrl, apiUrl: zoomUrl, redirectUri };
  const credentials = () => Promise.resolve({ clientId, clientSecret });
  const oauth = makeHttpZoomOAuth(settings, credentials, Date.now, () => undefined);
  const api = makeHttpZoomApi(Date.now);

  const verifier = randomBytes(32).toString('base64url');
  const authorizeUrl = await oauth.authorizeUrl('state', createHash('sha256').update(verifier).digest('base64url'));
  await fetch(authorizeUrl);
  const grant = await oauth.exchangeCode(await allow(browser, authorizeUrl, 'paid/owner'), verifier);
  if (!('tokens' in grant)) throw new Error('the code was refused');
  const refreshed = await oauth.refresh(grant.tokens);
  if (refreshed.kind !== 'tokens') throw new Error('the refresh was refused');

  const access: ZoomAccess = { accessToken: refreshed.tokens.accessToken, apiUrl: zoomUrl };
  await api.whoAmI(access);
  for (const stream of FACT_KINDS) await api.tryStream(access, stream);
  for (const shard of shards()) await readToTheEnd(api, access, shard);
  await oauth.revoke(refreshed.tokens);
}

function shards(): Shard[] {
  const report = { ...window(Date.now()), floor: null };
  return [
    ...USER_STATUSES.map((status) => ({ id: status, stream: 'user' as const, status })),
    { id: 'activities', stream: 'user_activity', ...report },
    { id: 'operations', stream: 'admin_operation', ...report },
  ];
}

async function readToTheEnd(api: ReturnType<typeof makeHttpZoomApi>, access: ZoomAccess, shard: Shard): Promise<void> {
  let pageToken: string | null = null;
  do {
    const answer = await api.fetchPage(access, shard, pageToken);
    if (answer.kind !== 'page') throw new Error(`${shard.id}: ${answer.kind}`);
    pageToken = answer.nextPageToken;
  } while (pageToken !== null);
}
