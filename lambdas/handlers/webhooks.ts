import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaEvent } from 'hono/aws-lambda';
import { handle } from 'hono/aws-lambda';
import { makeDocumentClient } from '../adapters/aws/document-client';
import { makeDynamoDbReceivedEvents } from '../adapters/aws/dynamodb-received-events';
import { makeSecretsWebhookKeys } from '../adapters/aws/secrets';
import { makeSqsEventQueue } from '../adapters/aws/sqs-event-queue';
import { parseWebhook } from '../adapters/zoom/parse-webhook';
import { ENV } from '../contract/env';
import { type Reception, makeReceiveWebhook } from '../core/webhooks/receive-webhook';
import { systemClock } from '../runtime/clock';
import { readEnv } from '../runtime/env';
import { instrument } from '../runtime/instrument';
import { logger, metrics } from '../runtime/telemetry';
import { makeWebhooksApp } from '../web/webhooks-app';

const env = readEnv(ENV.controlTable, ENV.zoomAppSecret, ENV.eventQueueUrl);

const app = makeWebhooksApp({
  receive: makeReceiveWebhook({
    keys: makeSecretsWebhookKeys(new SecretsManagerClient({}), env.ZOOM_APP_SECRET),
    parse: parseWebhook,
    received: makeDynamoDbReceivedEvents(makeDocumentClient(), env.CONTROL_TABLE),
    queue: makeSqsEventQueue(new SQSClient({}), env.EVENT_QUEUE_URL),
    clock: systemClock,
  }),
  report,
  reportFault: (error) => logger.error('a webhook could not be dealt with', { error: error as Error }),
});
const serve = handle(app);

/** What became of a webhook, in words: nothing of one that Zoom did not sign, and of others the event's name alone. */
function report(reception: Reception): void {
  switch (reception.kind) {
    case 'refused':
      count(reception.why);
      return logger.warn('a webhook was refused', { why: reception.why });
    case 'notNow':
      if (reception.why === 'underWay') return logger.info('a webhook came again while it was dealt with');
      count(reception.why);
      return logger.error('there is no secret token to check webhooks with: store it by connector app set-credentials');
    case 'urlValidation':
      return logger.info("Zoom has checked the webhooks' address");
    case 'passedOn':
    case 'repeated':
    case 'foreign':
    case 'unused':
      return logger.info('a webhook came', { event: reception.name, outcome: reception.kind });
  }
}

/** The metric `WebhooksRefused`, by reason. */
function count(why: string): void {
  const metric = metrics.singleMetric();
  metric.addDimension('why', why);
  metric.addMetric('WebhooksRefused', MetricUnit.Count, 1);
}

/** HTTP API: takes what Zoom tells. Reads no token and no fact. */
export const handler = instrument(async (event: LambdaEvent, context) => serve(event, context));
