import type { FastifyInstance } from 'fastify';
import { formatInstant } from './days';
import type { Listed, Status } from './directory';
import { invalidField, ZoomError } from './errors';
import { readPageRequest, writeNextPageToken } from './paging';
import { ROLE_IDS, type ZoomUser } from './person';
import { type Call, requirePrivilege, serve } from './rest';
import type { Simulation } from './simulation';
import type { SimulatedAccount } from './world';

const MAX_PAGE_SIZE = 2000;
const STATUSES: readonly Status[] = ['active', 'inactive', 'pending'];
const INCLUDE_FIELDS = ['custom_attributes', 'host_key'];
const ROLE_NAMES: Readonly<Record<string, string>> = {
  [ROLE_IDS.owner]: 'Owner',
  [ROLE_IDS.admin]: 'Admin',
  [ROLE_IDS.member]: 'Member',
};

/** Adds the user list and the single user to the server. */
export function registerUsers(app: FastifyInstance, simulation: Simulation): void {
  let calls = 0;

  const list = {
    path: '/users',
    label: 'Medium',
    scopes: ['user:read:list_users:admin', 'user:read:admin', 'user:write:admin'],
    paid: false,
  } as const;
  app.get(
    '/v2/users',
    serve(simulation, list, (call) => {
      requirePrivilege(call);
      const status = STATUSES.find((known) => known === (call.query.status ?? 'active'));
      if (status === undefined) throw invalidField('status');
      const { include_fields: included } = call.query;
      if (included !== undefined && !INCLUDE_FIELDS.includes(included)) throw invalidField('include_fields');
      const { position = { start: 0, oldestFirst: false }, pageSize } = readPageRequest(
        simulation,
        call,
        MAX_PAGE_SIZE,
      );
      const { page, next } = take(call.account.directory.list(status, position.start), pageSize);
      const total = call.account.directory.total(status);
      calls += 1;
      return {
        page_count: Math.ceil(total / pageSize),
        page_number: 1,
        page_size: pageSize,
        total_records: total,
        next_page_token: writeNextPageToken(simulation, call, position, next && { ...position, start: next.ordinal }),
        users: page.map(({ user }) => asListed(rotateGroups(user, calls), call.nowMs, included)),
      };
    }),
  );

  const single = {
    path: '/users/{userId}',
    label: 'Light',
    scopes: ['user:read:user:admin', 'user:read:user', 'user:read:admin', 'user:write:admin'],
    paid: false,
  } as const;
  app.get(
    '/v2/users/:userId',
    serve(simulation, single, (call) => {
      const user = findUser(call, call.params.userId ?? '');
      calls += 1;
      return asSingle(rotateGroups(user, calls), call.account, call.nowMs);
    }),
  );
}

/**
 * Writes a user as the list does.
 *
 * @param nowMs - time of the call, which Zoom gives as a pending user's creation.
 * @param included - the value of `include_fields`.
 */
export function asListed(user: ZoomUser, nowMs: number, included?: string): object {
  const {
    host_key,
    custom_attributes,
    job_title: _title,
    language: _language,
    location: _location,
    login_types: _types,
    ...listed
  } = user;
  return {
    ...asKnown(listed, nowMs),
    ...(included === 'host_key' && { host_key }),
    ...(included === 'custom_attributes' && { custom_attributes }),
  };
}

function asSingle(user: ZoomUser, account: SimulatedAccount, nowMs: number): object {
  const { host_key: _hostKey, ...shown } = user;
  const membership = {
    role_name: ROLE_NAMES[user.role_id] ?? 'Custom',
    account_id: account.id,
    account_number: account.number,
  };
  if (user.status === 'pending') return { ...asKnown(shown, nowMs), ...membership };
  return {
    ...shown,
    ...membership,
    company: `Example ${account.number}`,
    use_pmi: false,
    im_group_ids: [],
    phone_numbers: [],
    vanity_url: '',
    cluster: 'us02',
    jid: `${user.id.toLowerCase()}@xmpp.example.com`,
  };
}

/** Of an invited user Zoom knows little, not even an id. */
function asKnown(user: Partial<ZoomUser>, nowMs: number): object {
  if (user.status !== 'pending') return user;
  const { email, type, status, role_id, verified, dept } = user;
  return { email, type, status, role_id, verified, dept, created_at: formatInstant(nowMs) };
}

/** Zoom promises no order of a user's groups, so it differs from call to call. */
function rotateGroups(user: ZoomUser, by: number): ZoomUser {
  const start = by % Math.max(1, user.group_ids.length);
  return { ...user, group_ids: [...user.group_ids.slice(start), ...user.group_ids.slice(0, start)] };
}

function findUser(call: Call, id: string): ZoomUser {
  if (id === 'me') return call.caller.user;
  requirePrivilege(call);
  const found = call.account.directory.find(id);
  if (found === undefined) throw new ZoomError(404, 1001, `User does not exist: ${id}.`);
  return found.user;
}

/** Takes a page, and the user after it if there is one. */
function take(users: Iterable<Listed>, pageSize: number): { page: Listed[]; next: Listed | undefined } {
  const page: Listed[] = [];
  for (const listed of users) {
    if (page.length === pageSize) return { page, next: listed };
    page.push(listed);
  }
  return { page, next: undefined };
}
