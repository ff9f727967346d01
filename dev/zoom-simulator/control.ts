import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseDay } from './days';
import type { Status } from './directory';
import { Fault } from './faults';
import type { History } from './history';
import type { Grant } from './grants';
import { resolveAccount } from './options';
import { RESETTABLE, type Simulation } from './simulation';
import { asListed } from './users';
import { eventOfChange } from './webhook-events';
import { applyChange, WorldChange } from './world-changes';
import type { SimulatedAccount } from './world';

const Day = z.string().transform((text, context) => {
  const day = parseDay(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: 'not a date like 2026-01-31' });
  return z.NEVER;
});

const TruthQuery = z.discriminatedUnion('stream', [
  z.object({ account: z.string(), stream: z.literal('users') }),
  z.object({ account: z.string(), stream: z.enum(['activities', 'operations']), from: Day, to: Day }),
]);
const GrantFilter = z.strictObject({ account: z.string().optional() }).default({});
const ExpireRequest = z
  .strictObject({ account: z.string().optional(), pageTokens: z.boolean().default(false) })
  .default({ pageTokens: false });
const ResetRequest = z
  .strictObject({ parts: z.array(z.enum(RESETTABLE)).default([...RESETTABLE]) })
  .default({ parts: [...RESETTABLE] });
const ClientSecret = z.strictObject({ clientSecret: z.string().min(1) });
const ClockOffset = z.strictObject({ seconds: z.int() });
const WorldRequest = z.strictObject({ account: z.string(), changes: z.array(WorldChange).min(1) });
const count = z.number().int().nonnegative().optional();
const NewAccount = z.strictObject({
  id: z.string().min(1),
  plan: z.enum(['free', 'pro', 'business']),
  users: count,
  activitiesPerDay: count,
  operationsPerDay: count,
  historyDays: count,
  quietHours: count,
  admins: count,
  webhooks: z.boolean().optional(),
});
const WebhookRequest = z.strictObject({
  account: z.string().nullable().default(null),
  body: z.looseObject({ event: z.string(), payload: z.record(z.string(), z.unknown()) }),
});
const FaultPath = z.object({ id: z.coerce.number().int() });

/** Adds what tests and demonstrations steer and check the simulator by. */
export function registerControl(app: FastifyInstance, simulation: Simulation): void {
  const { faults, grants, settings, world } = simulation;

  app.get('/_simulator/accounts', () => ({ accounts: [...world.accounts.values()].map(describe) }));
  app.post('/_simulator/accounts', (request) => describe(world.add(resolveAccount(NewAccount.parse(request.body)))));

  app.get('/_simulator/truth', (request, reply) => {
    const query = TruthQuery.parse(request.query);
    const account = world.account(query.account);
    const rows =
      query.stream === 'users'
        ? allUsers(account, settings.clock())
        : (account[query.stream] as History<{ time: string }>).rows(query.from, query.to);
    return reply.type('application/json').send(Readable.from(asJson(rows)));
  });

  app.get('/_simulator/stats', () => ({
    ...simulation.stats.report(),
    grantsAlive: grants.alive.map(({ accountId, ordinal, scopes }) => ({
      account: accountId,
      user: world.account(accountId).directory.at(ordinal)?.email,
      scopes,
    })),
  }));

  app.get('/_simulator/faults', () => ({ faults: faults.list }));
  app.post('/_simulator/faults', (request) => faults.arm(Fault.parse(request.body)));
  app.delete('/_simulator/faults', (_request, reply) => {
    faults.disarm();
    return reply.code(204).send();
  });
  app.delete('/_simulator/faults/:id', (request, reply) => {
    faults.disarm(FaultPath.parse(request.params).id);
    return reply.code(204).send();
  });

  app.post('/_simulator/world', (request) => {
    const { account: id, changes } = WorldRequest.parse(request.body);
    const account = world.account(id);
    return { results: changes.map((change) => letHappen(simulation, account, change)) };
  });

  app.get('/_simulator/webhooks', async () => ({ deliveries: await simulation.webhooks.deliveries }));
  app.post('/_simulator/webhooks', (request) => {
    const { account, body } = WebhookRequest.parse(request.body);
    return simulation.webhooks.send(account, body);
  });
  app.post('/_simulator/webhooks/validate', async () => ({ valid: await simulation.webhooks.validate() }));

  app.post('/_simulator/expire-tokens', (request, reply) => {
    const { account, pageTokens } = ExpireRequest.parse(request.body ?? undefined);
    grants.expireWhere(ofAccount(account));
    if (pageTokens) simulation.pageTokens.expireAll();
    return reply.code(204).send();
  });

  app.post('/_simulator/revoke-grants', (request) => {
    const { account } = GrantFilter.parse(request.body ?? undefined);
    const ended = grants.revokeWhere(ofAccount(account));
    simulation.tellDeauthorized(ended);
    return { revoked: ended.length };
  });

  app.post('/_simulator/client-secret', (request, reply) => {
    simulation.clientSecret = ClientSecret.parse(request.body).clientSecret;
    return reply.code(204).send();
  });

  app.post('/_simulator/clock-offset', (request, reply) => {
    simulation.clockOffsetMs = ClockOffset.parse(request.body).seconds * 1000;
    return reply.code(204).send();
  });

  app.post('/_simulator/reset', (request, reply) => {
    simulation.reset(ResetRequest.parse(request.body ?? undefined).parts);
    return reply.code(204).send();
  });
}

/** Lets a change happen, and tells of it. */
function letHappen({ settings, webhooks }: Simulation, account: SimulatedAccount, change: WorldChange): unknown {
  const nowMs = settings.clock();
  const named = 'user' in change ? change.user : 'email' in change ? change.email : '';
  const known = account.directory.find(named);
  const result = applyChange(account, change, nowMs);
  const after = known === undefined ? account.directory.find(named)?.user : account.directory.at(known.ordinal);
  webhooks.tell(account, eventOfChange({ account, nowMs }, change, known?.user, after));
  return result;
}

function describe({ id, plan, directory, personas }: SimulatedAccount) {
  return {
    id,
    plan,
    personas: personas.map(({ key, ordinal }) => {
      const user = directory.at(ordinal);
      return { key, id: user?.id, email: user?.email, roleId: user?.role_id, status: user?.status };
    }),
  };
}

function ofAccount(id: string | undefined): (grant: Grant) => boolean {
  return ({ accountId }) => id === undefined || accountId === id;
}

function* allUsers({ directory }: SimulatedAccount, nowMs: number): Generator<object> {
  for (const status of ['active', 'inactive', 'pending'] satisfies Status[]) {
    for (const { user } of directory.list(status)) yield asListed(user, nowMs);
  }
}

/** Writes rows as one JSON document without holding them all. */
function* asJson(rows: Iterable<object>): Generator<string> {
  let count = 0;
  yield '{"rows":[';
  for (const row of rows) {
    yield `${count === 0 ? '' : ','}${JSON.stringify(row)}`;
    count += 1;
  }
  yield `],"count":${count}}`;
}
