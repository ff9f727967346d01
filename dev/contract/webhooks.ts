import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseWebhook } from '../../lambdas/adapters/zoom/parse-webhook';
import { startZoomSimulator } from '../zoom-simulator/simulator';
import type { Delivery } from '../zoom-simulator/webhooks';
import { problemsOfValue } from './answers';
import type { Check } from './checks';
import type { Schema } from './document';
import { allow, APP, SIMULATION } from './setting';

/** File that the contract of webhooks is read from, in the folder that the caller names. */
export const WEBHOOKS_FILE = 'zoom-webhooks-subset.openapi.json';

const Body = z.object({
  content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }),
});
const Document = z.object({ webhooks: z.record(z.string(), z.object({ post: z.object({ requestBody: Body }) })) });

/** A webhook that the simulator has sent. */
export type SentWebhook = Pick<Delivery, 'event' | 'body'>;

/** Schemas of webhooks' bodies by event. @throws when the file is not there or is not such a document. */
export function readWebhookSchemas(folder: string): ReadonlyMap<string, Schema> {
  const { webhooks } = Document.parse(JSON.parse(readFileSync(path.join(folder, WEBHOOKS_FILE), 'utf8')));
  return new Map(
    Object.entries(webhooks).map(([event, { post }]) => [
      event,
      mended(post.requestBody.content['application/json'].schema) as Schema,
    ]),
  );
}

/** A schema of Zoom's with what is none put right: limits that are texts, and a text where a field's schema belongs. */
function mended(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(mended);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => {
      if ((key === 'minimum' || key === 'maximum') && typeof value === 'string') return [key, Number(value)];
      if (key !== 'properties' || typeof value !== 'object' || value === null) return [key, mended(value)];
      return [key, mended(Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === 'object')))];
    }),
  );
}

/** Has the simulator send every webhook that it knows. */
export async function drawWebhooks(): Promise<readonly SentWebhook[]> {
  // nobody has to receive what is only looked at
  const webhookUrl = 'http://localhost:9/';
  const accounts = [{ id: 'paid', plan: 'pro', users: 40, webhooks: true } as const];
  const simulator = await startZoomSimulator({ ...SIMULATION, accounts, webhookUrl });
  const control = async (name: string, body?: object): Promise<unknown> => {
    const json = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${simulator.url}/_simulator/${name}`, body && json);
    return response.json();
  };
  try {
    const user = simulator.world.account('paid').directory.at(7)?.email;
    const settings = { settings: { security: { password_requirement: { minimum_password_length: 8 } } } };
    const previously = { security: { password_requirement: { minimum_password_length: 12 } } };
    const changes = [
      { kind: 'inviteUser', email: 'new@example.com' },
      { kind: 'activateUser', user: 'new@example.com' },
      { kind: 'changeUser', user, fields: { dept: 'Elsewhere', first_name: 'Another', type: 1, host_key: '123456' } },
      { kind: 'deactivateUser', user },
      { kind: 'activateUser', user },
      { kind: 'deleteUser', user },
      { kind: 'changeSettings', ...settings, previously },
    ];
    await control('world', { account: 'paid', changes });
    const query = { response_type: 'code', client_id: APP.clientId, redirect_uri: APP.redirectUri };
    const code = await allow(
      fetch,
      `${simulator.url}/oauth/authorize?${new URLSearchParams(query).toString()}`,
      'paid/owner',
    );
    const authorization = `Basic ${Buffer.from(`${APP.clientId}:${APP.clientSecret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: APP.redirectUri });
    await fetch(`${simulator.url}/oauth/token`, { method: 'POST', body, headers: { authorization } });
    await control('revoke-grants', {});
    return ((await control('webhooks')) as { deliveries: Delivery[] }).deliveries;
  } finally {
    await simulator.close();
  }
}

/** Holds webhooks to what the document says about them, and our reader of webhooks to it. */
export function checkWebhooks(schemas: ReadonlyMap<string, Schema>, sent: readonly SentWebhook[]): Check[] {
  return sent.map(({ event, body }) => ({ name: `webhook ${event}`, problems: problemsOf(schemas.get(event), body) }));
}

function problemsOf(schema: Schema | undefined, body: string): string[] {
  if (schema === undefined) return ['the document has no such event'];
  const { kind } = parseWebhook(Buffer.from(body));
  const isUnderstood = kind !== 'malformed' && kind !== 'other';
  return [...problemsOfValue(schema, JSON.parse(body)), ...(isUnderstood ? [] : [`to the connector it is ${kind}`])];
}
