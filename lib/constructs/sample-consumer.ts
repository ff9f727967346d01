import { Duration, Validations } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ConnectorFunction, type FunctionDefaults } from './connector-function';
import type { FactsTable } from './facts-table';

export interface SampleConsumerProps {
  readonly defaults: FunctionDefaults;
  readonly factsTable: FactsTable;
}

/** Shows how to read the stream: one log line a fact, and a count by kind. Records that fail for good go to a queue. */
export class SampleConsumer extends Construct {
  constructor(scope: Construct, id: string, { defaults, factsTable }: SampleConsumerProps) {
    super(scope, id);
    const consumer = new ConnectorFunction(this, 'Consumer', {
      defaults,
      entry: 'sample-consumer',
      description: 'Zoom connector: sample consumer of the facts',
      timeout: Duration.minutes(1),
    });
    const deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of an event source mapping, which the rule does not see.',
    });
    Validations.of(consumer.role ?? consumer).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Event source mappings list streams, which is granted for all or none (dynamodb:ListStreams).',
    });
    consumer.addEventSource(
      new DynamoEventSource(factsTable.source, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        retryAttempts: 5,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        onFailure: new SqsDlq(deadLetters),
        // what is removed was kept long enough, and is no fact any more
        filters: [FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') })],
      }),
    );
  }
}
