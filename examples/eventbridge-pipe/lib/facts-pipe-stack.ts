import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface FactsPipeStackProps {
  /** `FactsStreamArn` of the connector's stack. */
  readonly factsStreamArn: string;
  /** `FactsKeyArn` of the connector's stack. */
  readonly factsKeyArn: string;
  /** `TRIM_HORIZON`, with all that the stream still holds, or `LATEST`. @default TRIM_HORIZON */
  readonly startingPosition?: string;
}

/**
 * What goes through the pipe: what happened in Zoom and with the connector, each thing once. Facts of these kinds never
 * change what they say, so that their `MODIFY` is no news.
 */
export const PATTERN = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { kind: { S: ['user_activity', 'admin_operation', 'connector_audit'] } } },
};

/** SNS takes so many messages at a time, and a pipe may not read more than its target takes. */
const SNS_BATCH = 10;

/** Hands new events from the facts' stream to a topic, which fans them out to queues; one queue is there. */
export class FactsPipeStack extends Stack {
  constructor(scope: Construct, id: string, props: FactsPipeStackProps) {
    super(scope, id, { description: "Events in a queue, from the Zoom security connector's stream" });
    const kept = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) };
    const deadLetters = new Queue(this, 'DeadLetters', kept);
    const undelivered = new Queue(this, 'Undelivered', kept);
    const events = new Queue(this, 'Events', kept);
    const topic = new Topic(this, 'Facts', {
      enforceSSL: true,
      masterKey: Alias.fromAliasName(this, 'SnsKey', 'alias/aws/sns'),
    });
    // the message is the record itself, and not SNS's envelope around it
    topic.addSubscription(new SqsSubscription(events, { rawMessageDelivery: true, deadLetterQueue: undelivered }));

    const facts = Table.fromTableAttributes(this, 'FactsTable', {
      tableArn: props.factsStreamArn.replace(/\/stream\/.*$/, ''),
      tableStreamArn: props.factsStreamArn,
      // grants kms:Decrypt along with the stream, which is encrypted with this key
      encryptionKey: Key.fromKeyArn(this, 'FactsKey', props.factsKeyArn),
    });
    const role = new Role(this, 'PipeRole', {
      assumedBy: new ServicePrincipal('pipes.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    facts.grantStreamRead(role);
    topic.grantPublish(role);
    deadLetters.grant(role, 'sqs:SendMessage');

    const pipe = new CfnPipe(this, 'Pipe', {
      roleArn: role.roleArn,
      source: props.factsStreamArn,
      sourceParameters: {
        filterCriteria: { filters: [{ pattern: JSON.stringify(PATTERN) }] },
        dynamoDbStreamParameters: {
          startingPosition: props.startingPosition ?? 'TRIM_HORIZON',
          batchSize: SNS_BATCH,
          // one record that always fails holds up its shard for some minutes, and not for a day
          maximumRetryAttempts: 5,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      },
      target: topic.topicArn,
    });
    // a pipe tries out its role when it is made
    pipe.node.addDependency(role);

    for (const queue of [deadLetters, undelivered]) {
      new Alarm(queue, 'Alarm', {
        alarmDescription: 'A fact did not get through: README, "When something fails".',
        metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }

    // a pipe does not say how far behind it is, but that it does not get on
    for (const metricName of ['ExecutionFailed', 'ExecutionTimeout', 'ExecutionThrottled']) {
      new Alarm(this, `${metricName}Alarm`, {
        alarmDescription: 'The pipe does not get on, and falls behind: README, "When something fails".',
        metric: new Metric({
          namespace: 'AWS/EventBridge/Pipes',
          metricName,
          dimensionsMap: { PipeName: pipe.ref },
          statistic: 'Sum',
          period: Duration.minutes(5),
        }),
        threshold: 1,
        evaluationPeriods: 3,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }

    new CfnOutput(this, 'EventsQueueUrl', { value: events.queueUrl });
    new CfnOutput(this, 'PipeName', { value: pipe.ref });
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn });
    new CfnOutput(this, 'DeadLettersQueueUrl', { value: deadLetters.queueUrl });
    new CfnOutput(this, 'UndeliveredQueueUrl', { value: undelivered.queueUrl });
  }
}
