import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const stack = synthesise({ sampleConsumer: true });
const sources = Object.values(stack.ofType('AWS::Lambda::EventSourceMapping'))
  .map(({ Properties }) => stack.resolve(Properties) as Record<string, unknown>)
  .filter(({ EventSourceArn }) => String(EventSourceArn).endsWith('.StreamArn'));
const source = sources[0] ?? {};

it('is there only when it is configured', () => {
  const without = synthesise();
  const all = ['AWS::Lambda::EventSourceMapping', 'AWS::SQS::Queue'].flatMap((type) =>
    Object.keys(without.ofType(type)),
  );
  const made = all.filter((path) => path.startsWith('SampleConsumer/'));
  expect(made).toEqual([]);
});

describe('the sample consumer', () => {
  it('is the only reader of the stream, which serves two', () => {
    expect(sources).toHaveLength(1);
  });

  it('reads the stream of facts from its beginning', () => {
    expect(source).toMatchObject({
      EventSourceArn: 'FactsTable.StreamArn',
      FunctionName: 'SampleConsumer/Consumer',
      StartingPosition: 'TRIM_HORIZON',
    });
  });

  it('is not invoked for what is removed', () => {
    const { Filters } = source['FilterCriteria'] as { Filters: { Pattern: string }[] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([{ eventName: ['INSERT', 'MODIFY'] }]);
  });

  it('has only the records again that failed', () => {
    expect(source['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
  });

  it('has a failing batch halved, and tries five times', () => {
    expect(source).toMatchObject({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 5 });
  });

  it('leaves what fails for good in a queue', () => {
    expect(source['DestinationConfig']).toEqual({ OnFailure: { Destination: 'SampleConsumer/DeadLetters.Arn' } });
  });
});

it('the queue of what failed is encrypted and keeps it for 14 days', () => {
  expect(stack.propertiesOf('AWS::SQS::Queue', 'SampleConsumer/DeadLetters')).toMatchObject({
    SqsManagedSseEnabled: true,
    MessageRetentionPeriod: 14 * 24 * 60 * 60,
  });
});
