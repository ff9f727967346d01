import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TestZoom } from './support';

type User = Record<string, unknown>;
let zoom: TestZoom;
let token: string;
beforeEach(async () => {
  zoom = await TestZoom.start();
  ({ access_token: token } = await zoom.connect());
});
afterEach(async () => zoom.close());

const byGroupsSorted = (user: User): User => ({
  ...user,
  ...(Array.isArray(user.group_ids) && { group_ids: user.group_ids.toSorted() }),
});

async function list(query: Record<string, string> = {}): Promise<User[]> {
  return zoom.readAll('/users', token, 'users', query);
}

describe('the user list', () => {
  it('gives, status by status and page by page, exactly the truth', async () => {
    const truth = (await zoom.truth('acme', 'users')).map(byGroupsSorted);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 2000 }), async (pageSize) => {
        const users: User[] = [];
        for (const status of ['active', 'inactive', 'pending'])
          users.push(...(await list({ status, page_size: String(pageSize) })));
        expect(users.map(byGroupsSorted)).toEqual(truth);
      }),
      { numRuns: 5 },
    );
  });

  it('gives active users when no status is asked for', async () => {
    expect(new Set((await list()).map(({ status }) => status))).toEqual(new Set(['active']));
  });

  it('loses nobody when a user before the next page is deactivated', async () => {
    const everybody = (await list()).map(({ email }) => email);
    const { body } = await zoom.get<{ users: User[]; next_page_token: string }>('/users', token, { page_size: '10' });
    await zoom.change('acme', { kind: 'deactivateUser', user: zoom.world.account('acme').directory.at(3)?.email });
    const rest = await zoom.get<{ users: User[] }>('/users', token, {
      page_size: '10',
      next_page_token: body.next_page_token,
    });
    expect(rest.body.users.map(({ email }) => email)).toEqual(everybody.slice(10, 20));
  });

  it('gives pending users without an id', async () => {
    expect((await list({ status: 'pending' })).filter((user) => 'id' in user)).toEqual([]);
  });

  it("gives the time of the call as a pending user's creation", async () => {
    zoom.clock.advance(61_000);
    expect((await list({ status: 'pending' }))[0]).toMatchObject({ created_at: '2026-03-10T12:01:01Z' });
  });

  it('keeps host keys to itself', async () => {
    expect((await list()).filter((user) => 'host_key' in user)).toEqual([]);
  });

  it('gives host keys when asked for', async () => {
    const users = await list({ include_fields: 'host_key' });
    expect(users.every((user) => 'host_key' in user)).toBe(true);
  });

  it("orders a user's groups differently from call to call", async () => {
    const inTwoGroups = (users: User[]): unknown =>
      users.find(({ group_ids: groups }) => (groups as string[]).length > 1)?.group_ids;
    expect(inTwoGroups(await list())).not.toEqual(inTwoGroups(await list()));
  });

  it('has users with a field that Zoom does not document', async () => {
    expect((await list()).some((user) => 'workplace_tier' in user)).toBe(true);
  });

  it('refuses a status that Zoom does not have', async () => {
    expect((await zoom.get('/users', token, { status: 'asleep' })).body).toMatchObject({
      code: 300,
      errors: [{ field: 'status' }],
    });
  });

  it('refuses pages of more than two thousand users', async () => {
    expect((await zoom.get('/users', token, { page_size: '2001' })).body).toMatchObject({ code: 300 });
  });

  it('counts pages and records', async () => {
    const { body } = await zoom.get('/users', token, { page_size: '10' });
    expect(body).toMatchObject({ page_count: 3, total_records: 27, page_size: 10 });
  });
});

describe('a single user', () => {
  it('is found by address in any case', async () => {
    expect((await zoom.get('/users/ANA.ORTIZ@ACME.EXAMPLE.COM', token)).body).toMatchObject({ first_name: 'Ana' });
  });

  it('is the consenting user under the name me', async () => {
    expect((await zoom.get('/users/me', token)).body).toMatchObject({ role_name: 'Owner', account_id: 'acme' });
  });

  it('has no id while pending', async () => {
    const [pending] = await list({ status: 'pending' });
    expect((await zoom.get(`/users/${String(pending?.email)}`, token)).body).not.toHaveProperty('id');
  });

  it('never shows a host key', async () => {
    expect((await zoom.get('/users/me', token)).body).not.toHaveProperty('host_key');
  });
});
