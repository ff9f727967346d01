import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

/** Zoom's id of the role of somebody who may change nothing; 0 is the owner, 1 an admin, others are of the account's making. */
const MEMBER = '2';

const Fact = z.object({
  v: z.literal(1),
  id: z.string(),
  kind: z.string(),
  connectionId: z.string(),
  zoomAccountId: z.string(),
  time: z.string().optional(),
  actor: z.string().optional(),
  raw: z.record(z.string(), z.unknown()),
  state: z.string().optional(),
});
type Fact = z.infer<typeof Fact>;

const Image = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
);

/** A record of the stream, or the same from the replay queue, where it is no event with an id of its own. */
const StreamRecord = z.object({
  eventID: z.string().optional(),
  eventName: z.string(),
  dynamodb: z.object({ NewImage: Image.optional(), OldImage: Image.optional() }),
});

/** What somebody should look at. */
export interface Alert {
  /** An admin changed something; somebody is there with more rights than a member; a user's role, status or presence changed. */
  readonly alert: 'admin_operation' | 'privileged_user' | 'user_changed';
  /** Of the fact. */
  readonly id: string;
  readonly zoomAccountId: string;
  readonly connectionId: string;
  /** When it happened in Zoom, as far as Zoom says so: ISO 8601. */
  readonly time?: string;
  /** Address of the admin, or of the user that it is about. */
  readonly who?: string;
  /** What Zoom says of it. */
  readonly what: Readonly<Record<string, unknown>>;
}

/** An alert, and what tells its delivery from every other one. */
export interface Delivery {
  readonly key: string;
  readonly alert: Alert;
}

/**
 * What a record gives rise to.
 *
 * @returns `undefined` when nobody has to be told.
 * @throws Error when it is no record of version 1 of the stream's contract.
 */
export function deliveryOf(record: unknown): Delivery | undefined {
  const { eventID, eventName, dynamodb } = StreamRecord.parse(record);
  if (dynamodb.NewImage === undefined) return undefined;
  const fact = Fact.parse(unmarshall(dynamodb.NewImage));
  if (fact.kind === 'admin_operation') {
    // happened once and never changes: told once, however it comes
    return eventName === 'INSERT' ? { key: fact.id, alert: operationAlert(fact) } : undefined;
  }
  if (fact.kind !== 'user') return undefined;
  const before = dynamodb.OldImage && Fact.parse(unmarshall(dynamodb.OldImage));
  const alert = before === undefined ? privilegeAlert(fact) : changeAlert(before, fact);
  // each change of a user is told, also one that brings back what was: a record that comes again has the same eventID. One
  // that is new, or is replayed, says how the user is: that is told once, however it comes
  const what = before === undefined ? undefined : eventID;
  return alert && { key: `${fact.id} ${what ?? JSON.stringify(alert.what)}`, alert };
}

function operationAlert(fact: Fact): Alert {
  const { category_type, action, operation_detail } = fact.raw;
  return { ...about(fact, 'admin_operation'), who: fact.actor, what: { category_type, action, operation_detail } };
}

function privilegeAlert(fact: Fact): Alert | undefined {
  const { role_id, status } = fact.raw;
  // a role that Zoom does not name is unknown, and no reason to alarm anybody
  if (fact.state !== 'present' || role_id === undefined || role_id === MEMBER) return undefined;
  return { ...about(fact, 'privileged_user'), who: emailOf(fact), what: { role_id, status } };
}

function changeAlert(before: Fact, after: Fact): Alert | undefined {
  const watched = ({ raw: { role_id, status }, state }: Fact) => ({ role_id, status, state });
  const from = watched(before);
  const changes = Object.entries(watched(after))
    .map(([field, to]) => [field, { from: from[field as keyof typeof from], to }] as const)
    .filter(([, change]) => change.to !== undefined && change.from !== change.to);
  if (changes.length === 0) return undefined; // signed in, or has another name
  return { ...about(after, 'user_changed'), who: emailOf(after), what: Object.fromEntries(changes) };
}

function about({ id, zoomAccountId, connectionId, kind, time }: Fact, alert: Alert['alert']) {
  // a user's time is that of the account's creation, which says nothing of the alert
  return { alert, id, zoomAccountId, connectionId, ...(kind !== 'user' && { time }) };
}

function emailOf({ raw: { email } }: Fact): string | undefined {
  return typeof email === 'string' ? email : undefined;
}
