import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbConnectionStore } from '../adapters/aws/dynamodb-connection-store';
import { makeStepFunctionsRunStarter } from '../adapters/aws/step-functions-run-starter';
import { ENV } from '../contract/env';
import { makeHandleZoomEvent } from '../core/webhooks/handle-zoom-event';
import { makeAuditLog } from '../runtime/audit';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { ZoomEventPayload } from '../runtime/payloads';
import { logger } from '../runtime/telemetry';

const env = readEnv(ENV.controlTable, ENV.syncStateMachine);

const handleZoomEvent = makeHandleZoomEvent({
  connections: makeDynamoDbConnectionStore(makeDocumentClient(), env.CONTROL_TABLE),
  audit: makeAuditLog(),
  runs: makeStepFunctionsRunStarter(new SFNClient({}), { sync: env.SYNC_STATE_MACHINE_ARN }),
  clock: systemClock,
});

const processor = new BatchProcessor(EventType.SQS);

async function handleRecord({ messageId, body }: SQSRecord): Promise<void> {
  try {
    const event = ZoomEventPayload.parse(JSON.parse(body));
    const { kind: effect, ...connection } = await handleZoomEvent(event);
    logger.info('an event of Zoom was dealt with', { event: event.kind, effect, ...connection });
  } catch (error) {
    logger.error('an event of Zoom could not be dealt with', { messageId, error: error as Error });
    throw error;
  }
}

/** Takes events of Zoom's from their queue; those that fail come again. */
export const handler = instrument(async (event: SQSEvent, context) =>
  processPartialResponse(event, handleRecord, processor, { context, throwOnFullBatchFailure: false }),
);
