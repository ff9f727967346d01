import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { answerByFault, retryAfter, TOO_MANY, tooManyByFault, truncate } from './answer-faults';
import { ZoomError } from './errors';
import type { FaultTarget } from './faults';
import type { Grant } from './grants';
import type { Label, LimitType, Verdict } from './limits';
import type { ZoomUser } from './person';
import type { Simulation } from './simulation';
import type { SimulatedAccount } from './world';

/** What an endpoint demands of its caller. */
export interface Endpoint {
  /** As Zoom documents it, for statistics. */
  readonly path: string;
  readonly label: Label;
  /** Scopes any one of which is enough; the first is the granular one that an error names. */
  readonly scopes: readonly [string, ...string[]];
  /** Whether it exists for paid accounts only. */
  readonly paid: boolean;
}

/** A call that was let in. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly account: SimulatedAccount;
  /** The user whose grant this is. */
  readonly caller: { readonly ordinal: number; readonly user: ZoomUser };
  readonly target: FaultTarget;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

const NOT_SUPPORTED_IN_QUERY = 'Invalid access token, this access token is not supported as query parameter string.';

/** Makes the handler of an endpoint: everything that Zoom checks before it looks at what is asked. */
export function serve(simulation: Simulation, endpoint: Endpoint, answer: (call: Call) => object): RouteHandlerMethod {
  return async (request, reply) => {
    const nowMs = simulation.settings.clock();
    simulation.stats.arrived(`GET ${endpoint.path}`);
    const grant = authenticate(simulation, request);
    const account = simulation.world.account(grant.accountId);
    const target = { path: request.url, label: endpoint.label, accountId: account.id };
    endByFault(simulation, target, grant);
    simulation.stats.called(account.id, endpoint.label, request.host);
    admit(simulation, account, endpoint.label, target, nowMs, reply);
    if (await answerByFault(simulation.faults, target, request, reply)) return reply;
    const user = account.directory.at(grant.ordinal);
    if (user === undefined) throw invalidToken();
    checkScope(endpoint, grant);
    checkPlan(endpoint, account);
    const body = answer({
      endpoint,
      account,
      caller: { ordinal: grant.ordinal, user },
      target,
      path: request.url.split('?', 1).join(),
      query: singleValues(request.query),
      params: singleValues(request.params),
      nowMs,
    });
    return simulation.faults.strike('truncated', target) ? truncate(reply, body) : reply.send(body);
  };
}

/** Refuses a caller whose role does not reach beyond themselves. */
export function requirePrivilege({ account, caller }: Call): void {
  if (!account.isPrivileged(caller.user)) throw new ZoomError(400, 200, 'No permission.');
}

function invalidToken(message = 'Invalid access token.'): ZoomError {
  return new ZoomError(401, 124, message);
}

function authenticate(simulation: Simulation, request: FastifyRequest): Grant {
  if ('access_token' in singleValues(request.query)) throw invalidToken(NOT_SUPPORTED_IN_QUERY);
  const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const grant = token === undefined ? undefined : simulation.grants.authenticate(token);
  if (grant === 'expired') throw invalidToken('Access token is expired.');
  if (grant === undefined) throw invalidToken();
  return grant;
}

function endByFault({ faults, grants }: Simulation, target: FaultTarget, grant: Grant): void {
  if (faults.strike('expiredToken', target)) {
    grants.expireWhere(({ id }) => id === grant.id);
    throw invalidToken('Access token is expired.');
  }
  if (faults.strike('revokedGrant', target)) {
    grants.revokeWhere(({ id }) => id === grant.id);
    throw invalidToken();
  }
}

/** Counts the call against the account's limits and writes the rate-limit headers. */
function admit(
  simulation: Simulation,
  account: SimulatedAccount,
  label: Label,
  target: FaultTarget,
  nowMs: number,
  reply: FastifyReply,
): void {
  const { faults, limits, settings, stats } = simulation;
  const withHeaders = settings.rateLimitHeaders === 'all';
  const refuse = (type: LimitType, headers: Record<string, string>): ZoomError => {
    stats.refusedAs(account.id, type);
    return new ZoomError(429, 429, TOO_MANY[type], {}, headers);
  };
  const byFault = tooManyByFault(faults, target);
  if (byFault !== undefined) {
    const { type, fault } = byFault;
    const headers: Record<string, string> = withHeaders
      ? { 'X-RateLimit-Category': label, 'X-RateLimit-Type': type }
      : {};
    throw refuse(type, { ...headers, ...retryAfter(type, nowMs, fault.retryAfter) });
  }
  const verdict = limits.admit(account.id, account.plan, label, nowMs);
  if (withHeaders) reply.headers(limitHeaders(verdict));
  if (verdict.refused === undefined || !settings.enforceQuota) stats.admittedAt(account.id, label, nowMs);
  else throw refuse(verdict.refused, withHeaders ? retryAfter(verdict.refused, nowMs) : {});
}

function limitHeaders({ label, type, limit, remaining }: Verdict): Record<string, string> {
  return {
    'X-RateLimit-Category': label,
    'X-RateLimit-Type': type,
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
  };
}

function checkScope({ scopes }: Endpoint, grant: Grant): void {
  if (scopes.some((scope) => grant.scopes.includes(scope))) return;
  throw new ZoomError(400, 4711, `Invalid access token, does not contain scopes:[${scopes[0]}].`);
}

function checkPlan({ paid }: Endpoint, { id, plan }: SimulatedAccount): void {
  if (paid && plan === 'free') throw new ZoomError(400, 200, `Only available for paid account: ${id}.`);
}

/** Takes the last value of each parameter, as a query string may repeat one. */
function singleValues(values: unknown): Record<string, string> {
  const entries = Object.entries(values as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, String([value].flat().at(-1))]));
}
