import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import type { Reception } from '../../../lambdas/core/webhooks/receive-webhook';
import type { WebhookRequest } from '../../../lambdas/core/webhooks/signature';
import { makeWebhooksApp } from '../../../lambdas/web/webhooks-app';

function webhooks(answer: Reception | Error = { kind: 'passedOn', name: 'user.created' }) {
  const requests: WebhookRequest[] = [];
  const reported: Reception[] = [];
  const faults: unknown[] = [];
  const app = makeWebhooksApp({
    receive: (request) => {
      requests.push(request);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    report: (reception) => reported.push(reception),
    reportFault: (error) => faults.push(error),
  });
  const post = (body = '{}') => app.request('/webhooks/zoom', { method: 'POST', body });
  return { app, requests, reported, faults, post };
}

describe('the answer to a webhook', () => {
  it.each<[Reception, number]>([
    [{ kind: 'passedOn', name: 'user.created' }, 204],
    [{ kind: 'repeated', name: 'user.created' }, 204],
    [{ kind: 'foreign', name: 'app_deauthorized' }, 204],
    [{ kind: 'unused', name: 'meeting.started' }, 204],
    [{ kind: 'refused', why: 'tooLarge' }, 413],
    [{ kind: 'refused', why: 'unsigned' }, 401],
    [{ kind: 'refused', why: 'stale' }, 401],
    [{ kind: 'refused', why: 'forged' }, 401],
    [{ kind: 'refused', why: 'malformed' }, 400],
    [{ kind: 'notNow', why: 'noSecretToken' }, 503],
    [{ kind: 'notNow', why: 'underWay' }, 503],
  ])('says no more than that: %j %i', async (reception, status) => {
    const { post, reported } = webhooks(reception);
    const response = await post();
    expect([response.status, await response.text(), reported]).toEqual([status, '', [reception]]);
  });

  it('has what a check of the address asks for, and nothing else', async () => {
    const response = await webhooks({ kind: 'urlValidation', plainToken: 'abc', encryptedToken: 'def' }).post();
    expect([response.status, await response.json()]).toEqual([200, { plainToken: 'abc', encryptedToken: 'def' }]);
  });

  it('of a fault has Zoom send the webhook again', async () => {
    const { post, faults } = webhooks(new Error('out of order'));
    const response = await post();
    expect([response.status, await response.text(), faults]).toEqual([500, '', [new Error('out of order')]]);
  });
});

describe('what the HTTP API hands over', () => {
  const bytes = Buffer.from('{"name":"美咲"}');
  const event = (change: Partial<APIGatewayProxyEventV2>) =>
    ({
      version: '2.0',
      routeKey: 'POST /webhooks/zoom',
      rawPath: '/webhooks/zoom',
      rawQueryString: '',
      headers: {
        'x-zm-request-timestamp': '1790000000',
        'x-zm-signature': 'v0=abc',
        'content-type': 'application/json',
      },
      requestContext: { domainName: 'example.com', http: { method: 'POST', path: '/webhooks/zoom' } },
      isBase64Encoded: false,
      ...change,
    }) as LambdaEvent;

  it.each([
    ['as it is', { body: bytes.toString() }],
    ['in base64', { body: bytes.toString('base64'), isBase64Encoded: true }],
  ])('is taken byte by byte: a body %s', async (_, change) => {
    const { app, requests } = webhooks();
    await handle(app)(event(change), {} as Context);
    expect(requests.map(({ body }) => Buffer.from(body).toString('hex'))).toEqual([bytes.toString('hex')]);
    expect(requests[0]).toMatchObject({ timestamp: '1790000000', signature: 'v0=abc' });
  });
});
