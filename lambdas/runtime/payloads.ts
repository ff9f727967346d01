import * as z from 'zod';
import type { RunRef, RunRequest, WorkerTask } from '../contract/workflow';

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

/** Input of the worker. */
export const WorkerTaskPayload: z.ZodType<WorkerTask> = z.object({ run: RunRefPayload, worker: z.number().int() });
