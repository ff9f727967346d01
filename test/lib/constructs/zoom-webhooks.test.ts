import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const stack = synthesise();
const source = Object.values(stack.ofType('AWS::Lambda::EventSourceMapping'))
  .map(({ Properties }) => stack.resolve(Properties) as Record<string, unknown>)
  .find(({ EventSourceArn }) => EventSourceArn === 'Webhooks/Queue.Arn');
const queue = (path: string) => stack.resolve(stack.propertiesOf('AWS::SQS::Queue', path)) as Record<string, unknown>;
const policies = (of: typeof stack) =>
  Object.entries(of.ofType('AWS::SQS::QueuePolicy'))
    .filter(([path]) => path.startsWith('Webhooks/'))
    .map(([, { Properties }]) => JSON.stringify(of.resolve(Properties)));

describe('the queue of events', () => {
  it('is encrypted, and so is the one of what failed', () => {
    expect([queue('Webhooks/Queue'), queue('Webhooks/DeadLetters')]).toEqual(
      [1, 2].map(() => expect.objectContaining({ SqsManagedSseEnabled: true })),
    );
  });

  it('keeps what failed five times for 14 days', () => {
    expect(queue('Webhooks/Queue')['RedrivePolicy']).toEqual({
      deadLetterTargetArn: 'Webhooks/DeadLetters.Arn',
      maxReceiveCount: 5,
    });
    expect(queue('Webhooks/DeadLetters')['MessageRetentionPeriod']).toBe(14 * 24 * 60 * 60);
  });

  it('is read by the function that deals with events, which has only those again that failed', () => {
    expect(source).toMatchObject({
      FunctionName: 'Webhooks/Events',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('gives an event to nobody else for six times as long as that function may take', () => {
    const { Timeout } = stack.propertiesOf('AWS::Lambda::Function', 'Webhooks/Events') as { Timeout: number };
    expect(queue('Webhooks/Queue')['VisibilityTimeout']).toBe(6 * Timeout);
  });

  it('refuses plain http, but on an emulator, which knows nothing else', () => {
    const local = synthesise({ publicUrl: 'http://localhost:8787' });
    const refusing = [stack, local].map(
      (of) => policies(of).filter((policy) => policy.includes('"aws:SecureTransport":"false"')).length,
    );
    expect(refusing).toEqual([2, 0]);
  });
});

// Zoom does not send again what is refused with 429
it('events are held to many more requests than pages, by limits of their own', () => {
  const [stage] = Object.values(stack.ofType('AWS::ApiGatewayV2::Stage'));
  expect(stage?.Properties['RouteSettings']).toHaveProperty(['POST /webhooks/zoom'], {
    ThrottlingRateLimit: 500,
    ThrottlingBurstLimit: 1000,
  });
});

it('who takes an event on is over before somebody else may', () => {
  const { Timeout } = stack.propertiesOf('AWS::Lambda::Function', 'Webhooks/Receive') as { Timeout: number };
  expect(Timeout).toBeLessThan(30);
});
