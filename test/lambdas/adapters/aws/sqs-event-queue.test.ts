import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeSqsEventQueue } from '../../../../lambdas/adapters/aws/sqs-event-queue';
import { ZoomEventPayload } from '../../../../lambdas/runtime/payloads';
import { instant } from '../../../support/clock';

it('an event is sent as its reader takes it', async () => {
  const client = new SQSClient({ region: 'eu-west-1' });
  const calls = mockClient(client);
  const event = { kind: 'deauthorized', zoomAccountId: 'account-1', at: instant() } as const;
  await makeSqsEventQueue(client, 'https://queue').send(event);
  const { QueueUrl, MessageBody } = calls.commandCalls(SendMessageCommand)[0]?.args[0].input ?? {};
  expect([QueueUrl, ZoomEventPayload.parse(JSON.parse(MessageBody ?? ''))]).toEqual(['https://queue', event]);
});
