import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestZoom } from './support';

const TODAY = { from: '2026-03-10', to: '2026-03-10' };
let zoom: TestZoom;
beforeAll(async () => {
  zoom = await TestZoom.start({ optionalScopes: ['report:read:operation_logs:admin'] });
});
afterAll(async () => zoom.close());

describe('access to the API', () => {
  it.each(['/report/activities', '/report/operationlogs', '/users'])(
    'is refused to a plain member at %s',
    async (path) => {
      const { access_token: token } = await zoom.connect('acme/member');
      expect(await zoom.get(path, token, TODAY)).toMatchObject({
        status: 400,
        body: { code: 200, message: 'No permission.' },
      });
    },
  );

  it('lets a plain member see themselves', async () => {
    const { access_token: token } = await zoom.connect('acme/member');
    expect((await zoom.get('/users/me', token)).body).toMatchObject({ role_name: 'Member', account_id: 'acme' });
  });

  it('does not let a plain member see others', async () => {
    const { access_token: token } = await zoom.connect('acme/member');
    const owner = zoom.world.account('acme').directory.at(0)?.id ?? '';
    expect((await zoom.get(`/users/${owner}`, token)).body).toMatchObject({ code: 200 });
  });

  it.each(['/report/activities', '/report/operationlogs'])('is refused to a free account at %s', async (path) => {
    const { access_token: token } = await zoom.connect('tiny/owner');
    const body = { code: 200, message: 'Only available for paid account: tiny.' };
    expect(await zoom.get(path, token, TODAY)).toMatchObject({ status: 400, body });
  });

  it('lets a free account list its users', async () => {
    const { access_token: token } = await zoom.connect('tiny/owner');
    expect((await zoom.get('/users', token)).body).toMatchObject({ total_records: 3 });
  });

  it('is refused without the scope, and names it', async () => {
    const { access_token: token } = await zoom.connect('acme/owner', { leave_out: 'report:read:operation_logs:admin' });
    const message = 'Invalid access token, does not contain scopes:[report:read:operation_logs:admin].';
    expect(await zoom.get('/report/operationlogs', token, TODAY)).toMatchObject({
      status: 400,
      body: { code: 4711, message },
    });
  });

  it('tells which scopes were granted', async () => {
    const { scope } = await zoom.connect('acme/owner', { leave_out: 'report:read:operation_logs:admin' });
    expect(scope).not.toContain('operation_logs');
  });

  it('does not let a required scope be left out', async () => {
    const { scope } = await zoom.connect('acme/owner', { leave_out: 'user:read:list_users:admin' });
    expect(scope).toContain('user:read:list_users:admin');
  });

  it('ends with the hour of an access token', async () => {
    const { access_token: token } = await zoom.connect('acme/admin');
    zoom.clock.advance(3_600_000);
    const body = { code: 124, message: 'Access token is expired.' };
    expect(await zoom.get('/users/me', token)).toMatchObject({ status: 401, body });
  });

  it('is refused for a token that Zoom did not issue', async () => {
    const body = { code: 124, message: 'Invalid access token.' };
    expect(await zoom.get('/users/me', 'made-up')).toMatchObject({ status: 401, body });
  });

  it('is refused for a token in the query string', async () => {
    const { access_token: token } = await zoom.connect();
    const answer = await zoom.get('/users/me', token, { access_token: token });
    expect(answer).toMatchObject({ status: 401, body: { message: expect.stringContaining('query parameter') } });
  });

  it('follows a change of role at once', async () => {
    const { access_token: token } = await zoom.connect('acme/admin-2');
    const user = zoom.world.account('acme').directory.at(2)?.id;
    await zoom.change('acme', { kind: 'changeUser', user, fields: { role_id: '2' } });
    expect((await zoom.get('/users', token)).body).toMatchObject({ code: 200 });
  });

  it('answers 1001 for a user of another account', async () => {
    const { access_token: token } = await zoom.connect();
    const stranger = zoom.world.account('tiny').directory.at(0)?.id ?? '';
    const body = { code: 1001, message: `User does not exist: ${stranger}.` };
    expect(await zoom.get(`/users/${stranger}`, token)).toMatchObject({ status: 404, body });
  });

  it('answers 2300 for an endpoint that is not there', async () => {
    const { access_token: token } = await zoom.connect();
    expect(await zoom.get('/nothing', token)).toMatchObject({ status: 400, body: { code: 2300 } });
  });
});
