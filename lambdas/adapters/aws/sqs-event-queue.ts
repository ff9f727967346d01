import { type SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { EventQueue } from '../../core/webhooks/ports';

/** Events of Zoom's in a queue, as JSON. */
export function makeSqsEventQueue(client: SQSClient, queueUrl: string): EventQueue {
  return {
    async send(event) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) }));
    },
  };
}
