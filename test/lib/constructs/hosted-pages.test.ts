import { describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { makeConsentApp } from '../../../lambdas/web/consent-app';
import { makeDisconnectApp } from '../../../lambdas/web/disconnect-app';
import { makePagesApp } from '../../../lambdas/web/pages-app';
import { makeWebhooksApp } from '../../../lambdas/web/webhooks-app';
import { synthesise } from '../support/synthesis';

interface Route {
  readonly method: string;
  readonly path: string;
}

const stack = synthesise();
const publicUrl = 'https://connector.example.com';
/** Routes are all that is asked of them here, and those they have without their ports. */
const APPS: Readonly<Record<string, Hono>> = {
  'HostedPages/Pages': makePagesApp({ publicUrl } as Parameters<typeof makePagesApp>[0]),
  'HostedPages/DisconnectForm': makeDisconnectApp({ publicUrl } as Parameters<typeof makeDisconnectApp>[0]),
  'HostedPages/Consent': makeConsentApp({ publicUrl } as Parameters<typeof makeConsentApp>[0]),
  'Webhooks/Receive': makeWebhooksApp({} as Parameters<typeof makeWebhooksApp>[0]),
};

/** What a function serves, middleware apart; a page is served to HEAD too. */
function servedBy(app: Hono): Route[] {
  const routes = app.routes.filter(({ method }) => method !== 'ALL');
  const pages = app === APPS['HostedPages/Pages'] ? routes.filter(({ method }) => method === 'GET') : [];
  return [...routes, ...pages.map(({ path }) => ({ method: 'HEAD', path }))];
}

/** The routes of the API that lead to a function. */
function leadingTo(path: string): Route[] {
  const integrations = stack.ofType('AWS::ApiGatewayV2::Integration');
  return Object.values(stack.ofType('AWS::ApiGatewayV2::Route')).flatMap(({ Properties }) => {
    const { RouteKey, Target } = stack.resolve(Properties) as { RouteKey: string; Target: string };
    const integration = integrations[Target.replace('integrations/', '')]?.Properties['IntegrationUri'];
    const [method = '', route = ''] = RouteKey.split(' ');
    return stack.resolve(integration) === `${path}.Arn` ? [{ method, path: route }] : [];
  });
}

/** Whether a request that `served` answers comes by the API's `route`; `{id}` stands for one segment. */
const carries = (route: Route, served: Route) =>
  route.method === served.method &&
  new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/\{[a-z]+\}/g, '[^/]+')}$`).test(served.path);

describe.each(Object.entries(APPS))('the API and the function %s', (path, app) => {
  it('agree: every route of the function is reached', () => {
    const routes = leadingTo(path);
    expect(servedBy(app).filter((served) => !routes.some((route) => carries(route, served)))).toEqual([]);
  });

  it('agree: every route of the API is served', () => {
    const served = servedBy(app);
    expect(leadingTo(path).filter((route) => !served.some((one) => carries(route, one)))).toEqual([]);
  });
});

it('no route of the API catches what no function serves', () => {
  const keys = Object.values(stack.ofType('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties['RouteKey']);
  expect(keys.filter((key) => /\$default|ANY |\+\}/.test(String(key)))).toEqual([]);
});

it('Zoom sends webhooks to the function that takes them', () => {
  expect(leadingTo('Webhooks/Receive')).toEqual([{ method: 'POST', path: '/webhooks/zoom' }]);
});

it('Zoom sends browsers back to the function that deals with consent', () => {
  expect(leadingTo('HostedPages/Consent')).toContainEqual({ method: 'GET', path: '/oauth/callback' });
});

it('forms and the way back from Zoom are held to fewer requests than pages, each by itself', () => {
  const stages = Object.values(stack.ofType('AWS::ApiGatewayV2::Stage'));
  const settings = stages[0]?.Properties['RouteSettings'] as Record<string, unknown>;
  const keys = Object.values(stack.ofType('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties['RouteKey']);
  const sensitive = keys.filter(
    (key) => /^POST |^GET \/oauth\/callback$/.test(String(key)) && !/webhooks/.test(String(key)),
  );
  for (const key of sensitive) {
    expect(settings).toHaveProperty([String(key)], { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 });
  }
  expect(sensitive.length).toBeGreaterThan(5);
});
