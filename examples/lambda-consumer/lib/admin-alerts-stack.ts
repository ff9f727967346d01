import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, FilterCriteria, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { PATTERNS } from './filters';

export interface AdminAlertsStackProps {
  /** `FactsStreamArn` of the connector's stack. */
  readonly factsStreamArn: string;
  /** `FactsKeyArn` of the connector's stack. */
  readonly factsKeyArn: string;
  /** Queue of the connector's `replay`. @default - nothing is replayed into this consumer */
  readonly replayQueueArn?: string;
  /** `TRIM_HORIZON`, with all that the stream still holds, or `LATEST`. @default TRIM_HORIZON */
  readonly startingPosition?: string;
}

/** Puts an alert in a queue for each thing that happens about admins of the connected Zoom accounts. */
export class AdminAlertsStack extends Stack {
  constructor(scope: Construct, id: string, props: AdminAlertsStackProps) {
    super(scope, id, { description: "Alerts about admins, from the Zoom security connector's stream" });
    const kept = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) };
    const alerts = new Queue(this, 'Alerts', kept);
    const deadLetters = new Queue(this, 'DeadLetters', kept);

    // hashes of keys alone, and so nothing that has to be kept or protected
    const delivered = new Table(this, 'Delivered', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiration',
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const logGroup = new LogGroup(this, 'ConsumerLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // in place of the role by default, which may write to every log
    const role = new Role(this, 'ConsumerRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const consumer = new NodejsFunction(this, 'Consumer', {
      description: "Puts alerts about admins in a queue, from the Zoom security connector's stream",
      entry: fileURLToPath(new URL('../lambda/consumer.ts', import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(30),
      memorySize: 256,
      role,
      logGroup,
      environment: {
        ALERTS_QUEUE_URL: alerts.queueUrl,
        DELIVERED_TABLE: delivered.tableName,
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: 'zoom-admin-alerts',
      },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // some packages of the SDK call `require`, which an ES module does not have
        banner: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
      },
    });
    alerts.grant(consumer, 'sqs:SendMessage');
    // what Powertools calls, and no more
    delivered.grant(consumer, 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');

    const facts = Table.fromTableAttributes(this, 'Facts', {
      tableArn: props.factsStreamArn.replace(/\/stream\/.*$/, ''),
      tableStreamArn: props.factsStreamArn,
      // grants kms:Decrypt along with the stream, which is encrypted with this key
      encryptionKey: Key.fromKeyArn(this, 'FactsKey', props.factsKeyArn),
    });
    consumer.addEventSource(
      new DynamoEventSource(facts, {
        startingPosition: StartingPosition[props.startingPosition === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON'],
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        filters: PATTERNS.map((pattern) => FilterCriteria.filter(pattern)),
        // one record that always fails holds up its shard for half a minute, and not for a day
        retryAttempts: 5,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        onFailure: new SqsDlq(deadLetters),
      }),
    );
    if (props.replayQueueArn !== undefined) {
      consumer.addEventSource(
        new SqsEventSource(Queue.fromQueueArn(this, 'Replay', props.replayQueueArn), {
          reportBatchItemFailures: true,
          filters: PATTERNS.map((body) => FilterCriteria.filter({ body })),
        }),
      );
    }

    this.alarm('DeadLetters', 'A fact could not be taken: README, "When something fails".', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 1,
    });
    this.alarm('Lag', 'The consumer is an hour behind; the stream keeps 24 hours.', {
      metric: consumer.metric('IteratorAge', { statistic: 'Maximum' }),
      threshold: Duration.hours(1).toMilliseconds(),
    });

    new CfnOutput(this, 'AlertsQueueUrl', { value: alerts.queueUrl });
    new CfnOutput(this, 'DeadLettersQueueUrl', { value: deadLetters.queueUrl });
    new CfnOutput(this, 'ConsumerName', { value: consumer.functionName });
  }

  private alarm(
    name: string,
    alarmDescription: string,
    { metric, threshold }: { metric: Metric; threshold: number },
  ): void {
    new Alarm(this, `${name}Alarm`, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
