import * as z from 'zod';
import { FACT_KINDS } from '../contract/fact';
import { type RunRef, type RunRequest, type ShardTask, USER_STATUSES } from '../contract/workflow';

const date = z.iso.date();
const kind = z.enum(['backfill', 'sync']);

/** Input of the state machines. */
export const RunRequestPayload: z.ZodType<RunRequest> = z.object({
  connectionId: z.string().min(1),
  runId: z.string().min(1),
  kind,
  from: date.optional(),
  to: date.optional(),
});

/** A planned run. */
export const RunRefPayload: z.ZodType<RunRef> = z.object({
  connectionId: z.string().min(1),
  runId: z.string().min(1),
  kind,
  generation: z.string(),
});

const ReportKindPayload = z.enum(FACT_KINDS).exclude(['user']);

/** Input of the worker. */
export const ShardTaskPayload: z.ZodType<ShardTask> = z.object({
  run: RunRefPayload,
  shard: z.union([
    z.object({ id: z.string(), stream: z.literal('user'), status: z.enum(USER_STATUSES) }),
    z.object({ id: z.string(), stream: ReportKindPayload, from: date, to: date, floor: z.iso.datetime().nullable() }),
  ]),
});
