import * as z from 'zod';
import { AUDIT_ACTIONS, type AuditEvent } from '../contract/audit';
import { STORED_KINDS } from '../contract/fact';
import {
  type DisconnectTask,
  type PlanTask,
  type PurgeTask,
  type ReplayTask,
  type RunRef,
  type RunRequest,
  type Shard,
  USER_STATUSES,
  type WorkerTask,
} from '../contract/workflow';
import type { ZoomEvent } from '../contract/zoom-event';

/** A message of the queue of Zoom's events. */
export const ZoomEventPayload: z.ZodType<ZoomEvent> = z.object({
  kind: z.enum(['usersChanged', 'accountChanged', 'deauthorized']),
  zoomAccountId: z.string().min(1),
  at: z.iso.datetime(),
});

const date = z.iso.date();
const kind = z.enum(['backfill', 'sync']);

const ShardPayload: z.ZodType<Shard> = z.discriminatedUnion('stream', [
  z.object({ id: z.string().min(1), stream: z.literal('user'), status: z.enum(USER_STATUSES) }),
  z.object({
    id: z.string().min(1),
    stream: z.enum(['user_activity', 'admin_operation']),
    from: date,
    to: date,
    floor: z.iso.datetime().nullable(),
  }),
]);

/** Input of the state machines. */
export const RunRequestPayload: z.ZodType<RunRequest> = z.object({
  connectionId: z.string().min(1),
  runId: z.string().min(1),
  kind,
  from: date.optional(),
  to: date.optional(),
  shards: z.array(ShardPayload).optional(),
  keepAlive: z.literal(true).optional(),
  part: z.number().int().min(1).optional(),
});

/** Input of the first step. */
export const PlanTaskPayload: z.ZodType<PlanTask> = z.object({
  request: RunRequestPayload,
  executionArn: z.string().min(1),
});

/** A planned run. */
export const RunRefPayload: z.ZodType<RunRef> = z.object({
  connectionId: z.string().min(1),
  runId: z.string().min(1),
  kind,
  generation: z.string(),
  part: z.number().int().min(1).optional(),
});

/** Input of the worker. */
export const WorkerTaskPayload: z.ZodType<WorkerTask> = z.object({ run: RunRefPayload, worker: z.number().int() });

/** Input of the audit function. The bounds keep whoever may invoke it from storing anything but entries. */
export const AuditEventPayload: z.ZodType<AuditEvent> = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  time: z.iso.datetime(),
  action: z.enum(AUDIT_ACTIONS),
  connectionId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  zoomAccountId: z.string().min(1).max(100).nullable(),
  actor: z.string().min(1).max(320).nullable(),
  details: z.record(z.string().max(50), z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()])),
  via: z.string().min(1).max(50),
  requestId: z.string().min(1).max(100).nullable(),
});

const disconnect = {
  connectionId: z.string().min(1),
  requestedAt: z.iso.datetime(),
  attempt: z.number().int().min(1),
};

/** Input of the state machine that disconnects, and of its first step. */
export const DisconnectTaskPayload: z.ZodType<DisconnectTask> = z.object(disconnect);

/** Input of the step that deletes. */
export const PurgeTaskPayload: z.ZodType<PurgeTask> = z.object({ ...disconnect, pass: z.enum(['first', 'last']) });

const count = z.number().int().min(0);

/** Input of the state machine that replays, and of each turn of its step. */
export const ReplayTaskPayload: z.ZodType<ReplayTask> = z.object({
  from: date,
  to: date,
  kinds: z.array(z.enum(STORED_KINDS)),
  connectionId: z.string().min(1).nullable(),
  sent: count,
  tooLarge: count,
  cursor: z
    .object({
      connectionId: z.string().min(1).nullable(),
      begun: count,
      open: z.array(z.object({ stretch: count, after: z.string().min(1) })),
    })
    .nullable(),
});
