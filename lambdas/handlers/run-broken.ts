import * as z from 'zod';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { ENV } from '../contract/env';
import { noteBrokenRun } from '../core/runs/run-broken';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { RunRequestPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable);
const connections = makeDynamoDbConnectionStore(makeDocumentClient(), env.CONTROL_TABLE);

/** As Step Functions reports the end of an execution on the default event bus. */
const ExecutionEnded = z.object({
  detail: z.object({ status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']), input: z.string() }),
});

/** EventBridge target: an execution of a state machine broke off. */
export const handler = instrument(async (event: unknown) => {
  const { detail } = ExecutionEnded.parse(event);
  const request = RunRequestPayload.parse(JSON.parse(detail.input));
  logger.error('run broke off', { ...request, end: detail.status });
  await noteBrokenRun({ connections, clock: systemClock }, request, detail.status);
});
