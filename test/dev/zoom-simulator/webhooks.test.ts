import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import type { Delivery } from '../../../dev/zoom-simulator/webhooks';
import { isSigned, signerOf } from '../../../lambdas/core/webhooks/signature';
import { START, TestZoom } from './support';

const KEY = { secretToken: 'the secret token', clientId: 'appId' };
const USER = 5;

let receiver: FastifyInstance;
let received: { headers: Record<string, unknown>; body: Buffer }[];
let answer: { status: number; body: unknown };
let zoom: TestZoom;

beforeEach(async () => {
  received = [];
  answer = { status: 204, body: undefined };
  receiver = fastify();
  receiver.removeAllContentTypeParsers();
  receiver.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  receiver.post('/webhooks/zoom', (request, reply) => {
    received.push({ headers: request.headers, body: request.body as Buffer });
    return reply.code(answer.status).send(answer.body);
  });
  const webhookUrl = `${await receiver.listen({ host: 'localhost', port: 0 })}/webhooks/zoom`;
  zoom = await TestZoom.start({
    webhookUrl,
    webhookSecret: KEY.secretToken,
    accounts: [
      { id: 'told', plan: 'pro', users: 40, webhooks: true },
      { id: 'silent', plan: 'pro' },
    ],
  });
});
afterEach(async () => {
  await zoom.close();
  await receiver.close();
});

const deliveries = async () => (await zoom.control<{ deliveries: Delivery[] }>('GET', 'webhooks')).body.deliveries;
const bodies = async () =>
  (await deliveries()).map(({ body }) => JSON.parse(body) as { event: string; payload: Record<string, unknown> });
const emailOf = (ordinal: number) => zoom.world.account('told').directory.at(ordinal)?.email ?? '';

describe('a webhook of the simulator', () => {
  it('is signed as Zoom signs', async () => {
    await zoom.change('told', { kind: 'deactivateUser', user: emailOf(USER) });
    await deliveries();
    const [{ headers, body }] = received as [(typeof received)[0]];
    const request = {
      timestamp: String(headers['x-zm-request-timestamp']),
      signature: String(headers['x-zm-signature']),
      body,
    };
    expect([isSigned(request) && signerOf([KEY], request), request.timestamp]).toEqual([KEY, String(START / 1000)]);
  });

  it('is kept with its answer', async () => {
    answer = { status: 503, body: undefined };
    await zoom.change('told', { kind: 'deactivateUser', user: emailOf(USER) });
    expect(await deliveries()).toEqual([
      expect.objectContaining({ event: 'user.deactivated', account: 'told', status: 503, answer: '' }),
    ]);
  });

  it('is sent for accounts alone whose events are told', async () => {
    const user = zoom.world.account('silent').directory.at(USER)?.email;
    await zoom.change('silent', { kind: 'deactivateUser', user });
    expect(await deliveries()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['user.updated', { kind: 'changeUser', fields: { dept: 'Legal' } }],
    ['user.activated', { kind: 'activateUser' }],
    ['user.deactivated', { kind: 'deactivateUser' }],
    ['user.deleted', { kind: 'deleteUser' }],
  ])('tells of a user: %s', async (event, change) => {
    const user = zoom.world.account('told').directory.at(USER);
    await zoom.change('told', { ...change, kind: String(change['kind']), user: user?.email });
    expect(await bodies()).toEqual([
      { event, event_ts: START, payload: expect.objectContaining({ account_id: 'told' }) as unknown },
    ]);
    expect((await bodies())[0]?.payload['object']).toMatchObject({ id: user?.id });
  });

  it('tells what of a user has changed', async () => {
    const before = zoom.world.account('told').directory.at(USER)?.dept;
    await zoom.change('told', { kind: 'changeUser', user: emailOf(USER), fields: { dept: 'Elsewhere' } });
    expect((await bodies())[0]?.payload).toMatchObject({
      object: { dept: 'Elsewhere' },
      old_object: { dept: before },
    });
  });

  it('tells of an invitation, and of its acceptance', async () => {
    await zoom.change('told', { kind: 'inviteUser', email: 'new@example.com' });
    await zoom.change('told', { kind: 'activateUser', user: 'new@example.com' });
    expect((await bodies()).map(({ event }) => event)).toEqual(['user.created', 'user.invitation_accepted']);
  });

  it('tells of settings, which the operation log has too', async () => {
    await zoom.change('told', {
      kind: 'changeSettings',
      settings: { security: { password_requirement: { minimum_password_length: 8 } } },
    });
    const [event] = await bodies();
    expect([event?.event, event?.payload['object']]).toEqual([
      'account.settings_updated',
      { id: 'told', settings: { security: { password_requirement: { minimum_password_length: 8 } } } },
    ]);
    const [row] = await zoom.truth('told', 'operations', { from: '2026-03-10', to: '2026-03-10' });
    expect(row?.['operation_detail']).toContain('minimum_password_length');
  });

  it.each([
    ['an admin removes the app', () => zoom.control('POST', 'revoke-grants', { account: 'told' })],
    ['the app gives its grant back', (token: string) => zoom.revoke(token)],
  ])('tells that the app was removed when %s', async (_, end) => {
    const { access_token: token } = await zoom.connect('told/owner');
    await end(token);
    expect(await bodies()).toEqual([
      {
        event: 'app_deauthorized',
        payload: expect.objectContaining({
          account_id: 'told',
          client_id: 'appId',
          deauthorization_time: new Date(START).toISOString(),
        }) as unknown,
      },
    ]);
  });

  it('tells nothing of a consent that takes the place of another', async () => {
    await zoom.connect('told/owner');
    await zoom.connect('told/owner');
    expect(await deliveries()).toEqual([]);
  });
});

describe('the check of an address', () => {
  it.each<[string, { status: number; body: unknown }]>([
    ['answers something else', { status: 200, body: { plainToken: 'x', encryptedToken: 'y' } }],
    ['fails', { status: 500, body: undefined }],
  ])('fails when it %s', async (_, wrong) => {
    answer = wrong;
    expect((await zoom.control('POST', 'webhooks/validate')).body).toEqual({ valid: false });
  });
});
