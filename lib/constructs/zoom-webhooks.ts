import { Duration, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, type QueueProps, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { WEBHOOK_PATH } from '../../lambdas/contract/routes';
import type { AuditLog } from './audit-log';
import { ConnectorFunction, type FunctionDefaults } from './connector-function';
import type { ConnectionRuns } from './connection-runs';
import type { ControlTable } from './control-table';
import type { PublicAddress } from './public-address';
import type { TokenVault } from './token-vault';

export interface ZoomWebhooksProps {
  readonly defaults: FunctionDefaults;
  readonly address: PublicAddress;
  readonly controlTable: ControlTable;
  readonly vault: TokenVault;
  readonly audit: AuditLog;
  readonly runs: ConnectionRuns;
}

/**
 * Zoom does not send again what is refused with 429, and switches the subscription off after six in a row: with the stage's
 * 50 a second a burst of events, or anybody's flood, would lose the one that says that an account has removed the app.
 * One that Zoom has not signed costs a moment of the function, and no call on a table. Where Lambda has too few functions the
 * answer is 5xx, which Zoom does send again.
 */
const EVENTS_THROTTLE = { rateLimit: 500, burstLimit: 1000 };

/** A message that was received so often without success will not succeed. */
const MAX_RECEIVES = 5;

/**
 * Takes what Zoom tells without being asked. Zoom waits 3 seconds and sends again what is not answered: so one function
 * checks and answers, a queue keeps, and another does.
 */
export class ZoomWebhooks extends Construct {
  /** Where Zoom sends events. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ZoomWebhooksProps) {
    super(scope, id);
    const { defaults, address, controlTable, vault, audit, runs } = props;
    this.url = `${address.url}${WEBHOOK_PATH}`;
    const queue = this.queueOfEvents(address.isLocal);

    const webhooks = new ConnectorFunction(this, 'Receive', {
      defaults,
      entry: 'webhooks',
      description: 'Zoom connector: takes webhooks of Zoom',
      timeout: Duration.seconds(10),
      // memory buys processor time: a cold start is to stay well within the 3 seconds that Zoom waits
      memoryMiB: 1024,
      environment: {
        [ENV.controlTable]: controlTable.tableName,
        [ENV.zoomAppSecret]: vault.appSecretName,
        [ENV.eventQueueUrl]: queue.queueUrl,
      },
    });
    controlTable.grant(webhooks, { put: ['event'] });
    vault.grantReadApp(webhooks);
    queue.grant(webhooks, 'sqs:SendMessage');
    const toReceive = new HttpLambdaIntegration('ToReceive', webhooks);
    address.addThrottledRoutes(WEBHOOK_PATH, [HttpMethod.POST], toReceive, EVENTS_THROTTLE);

    const events = new ConnectorFunction(this, 'Events', {
      defaults,
      entry: 'zoom-events',
      description: 'Zoom connector: does what events of Zoom ask for',
      environment: {
        ...audit.environment,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.syncStateMachine]: runs.sync.stateMachineArn,
      },
    });
    controlTable.grant(events, { get: ['connections', 'account'], put: ['connections'] });
    audit.grantRecord(events);
    runs.sync.grantStartExecution(events);
    // the smallest number that there is: a young AWS account runs 10 functions at once
    events.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true, maxConcurrency: 2 }));
  }

  private queueOfEvents(isLocal: boolean): Queue {
    // an emulator is reached by plain http, which the policy would refuse
    const shared: QueueProps = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: !isLocal };
    const deadLetters = new Queue(this, 'DeadLetters', { ...shared, retentionPeriod: Duration.days(14) });
    const queue = new Queue(this, 'Queue', {
      ...shared,
      // six times the function's time-out, as AWS asks for
      visibilityTimeout: Duration.minutes(3),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    if (isLocal) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-SQS4',
        reason: 'An emulator is reached by plain http alone.',
      });
    }
    return queue;
  }
}
