import { SQSClient, SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { makeSqsReplayQueue } from '../../../../lambdas/adapters/aws/sqs-replay-queue';

const client = new SQSClient({ region: 'eu-west-1' });
const calls = mockClient(client);
beforeEach(() => {
  calls.reset();
  calls.on(SendMessageBatchCommand).resolves({});
});

const queue = makeSqsReplayQueue(client, 'https://queue');
const batches = () => calls.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
const bodies = () => batches().flatMap((entries) => entries.map(({ MessageBody }) => MessageBody));
const failing = (...Ids: string[]) => ({
  Successful: [],
  Failed: Ids.map((Id) => ({ Id, SenderFault: false, Code: 'ServiceUnavailable' })),
});

describe('the replay queue', () => {
  it('is sent ten messages at a time, each once', async () => {
    const messages = Array.from({ length: 25 }, (_, i) => `message ${i}`);
    await queue.send(messages);
    expect(bodies()).toEqual(messages);
    expect(batches().map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(calls.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.QueueUrl).toBe('https://queue');
  });

  it('is sent no more at a time than SQS takes, in bytes', async () => {
    const messages = ['é'.repeat(300_000), 'é'.repeat(300_000), 'x', 'y'.repeat(1_048_576)];
    await queue.send(messages);
    expect(batches().map(({ length }) => length)).toEqual([1, 2, 1]);
    expect(bodies()).toEqual(messages);
  });

  it('is sent again what it did not take, and that alone', async () => {
    calls.on(SendMessageBatchCommand).resolvesOnce(failing('1')).resolvesOnce(failing('1')).resolves({});
    await queue.send(['a', 'b', 'c']);
    expect(bodies()).toEqual(['a', 'b', 'c', 'b', 'b']);
  });

  it.each(['RequestThrottled', 'KmsThrottled'])('is sent again what it refused as a whole, by %s', async (name) => {
    calls
      .on(SendMessageBatchCommand)
      .rejectsOnce(Object.assign(new Error('slow down'), { name }))
      .resolves({});
    await queue.send(['a', 'b']);
    expect(bodies()).toEqual(['a', 'b', 'a', 'b']);
  });

  it('has names of its messages that differ within a batch', async () => {
    await queue.send(['same', 'same']);
    expect(new Set(batches()[0]?.map(({ Id }: SendMessageBatchRequestEntry) => Id)).size).toBe(2);
  });

  it('fails when SQS fails', async () => {
    calls.on(SendMessageBatchCommand).rejects(new Error('out of order'));
    await expect(queue.send(['a'])).rejects.toThrow('out of order');
  });

  it('is not asked when there is nothing to send', async () => {
    await queue.send([]);
    expect(batches()).toEqual([]);
  });
});
