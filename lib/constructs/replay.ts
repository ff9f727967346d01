import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { OUTCOME } from '../../lambdas/contract/workflow';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ControlTable } from './control-table';
import type { FactsTable } from './facts-table';
import { grantKeyUse } from './grant-key-use';
import { invoke, Workflow } from './workflow';

export interface ReplayProps {
  readonly defaults: FunctionDefaults;
  /** Whether the stack is for an emulator on this machine. */
  readonly isLocal: boolean;
  readonly controlTable: ControlTable;
  readonly factsTable: FactsTable;
}

/**
 * Sends stored facts to a queue, for a consumer that missed them on the stream. It reads the facts and cannot write any.
 */
export class Replay extends Construct {
  readonly queue: IQueue;
  private readonly stateMachine: sfn.IStateMachine;

  constructor(scope: Construct, id: string, props: ReplayProps) {
    super(scope, id);
    const { defaults, isLocal, controlTable, factsTable } = props;
    this.queue = this.queueOfFacts(factsTable, isLocal);

    const send = new ConnectorFunction(this, 'Send', {
      defaults,
      entry: 'replay-facts',
      description: 'Zoom connector: sends stored facts to the replay queue',
      // a turn that is killed is sent anew: no longer than it takes to keep 100 million facts within one execution's history
      timeout: Duration.minutes(5),
      memoryMiB: 1024,
      environment: {
        [ENV.controlTable]: controlTable.tableName,
        [ENV.factsTable]: factsTable.tableName,
        [ENV.replayQueueUrl]: this.queue.queueUrl,
      },
    });
    controlTable.grant(send, { get: ['connections'], query: ['connections'] });
    factsTable.grantReplay(send);
    // of a batch AWS asks for the grant of its messages, an emulator for one of its own
    this.queue.grant(send, 'sqs:SendMessage', ...(isLocal ? ['sqs:SendMessageBatch'] : []));
    grantKeyUse(factsTable.key, send, { via: 'sqs', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] });
    this.stateMachine = this.workflow(defaults, send);
  }

  /** Lets `grantee` start a replay. */
  grantStart(grantee: IFunction): void {
    this.stateMachine.grantStartExecution(grantee);
  }

  /** What those who start it find it by, and what it fills. */
  get environment(): Environment {
    return {
      [ENV.replayStateMachine]: this.stateMachine.stateMachineArn,
      [ENV.replayQueueUrl]: this.queue.queueUrl,
    };
  }

  private queueOfFacts(factsTable: FactsTable, isLocal: boolean): IQueue {
    const queue = new Queue(this, 'Queue', {
      // the facts' own key: who may read the stream needs no other
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: factsTable.key,
      // an emulator is reached by plain http, which the policy would refuse
      enforceSSL: !isLocal,
      // as the stream: what nobody fetches does not pile up
      retentionPeriod: Duration.days(1),
      // as long as a function may run, so that any can be attached
      visibilityTimeout: Duration.minutes(15),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'What a consumer cannot handle it puts aside itself; what is left is gone after a day, and can be replayed.',
    });
    if (isLocal) {
      Validations.of(queue).acknowledge({
        id: 'AwsSolutions-SQS4',
        reason: 'An emulator is reached by plain http alone.',
      });
    }
    return queue;
  }

  private workflow(defaults: FunctionDefaults, send: IFunction): sfn.IStateMachine {
    const sending = invoke(this, 'send facts', {
      lambdaFunction: send,
      payload: sfn.TaskInput.fromText('{% $states.input %}'),
      outputs: '{% $states.result.Payload %}',
    });
    const isLeft = sfn.Condition.jsonata(`{% $states.input.outcome = '${OUTCOME.again}' %}`);
    const ended = sfn.Pass.jsonata(this, 'all facts are in the queue', {
      outputs: { sent: '{% $states.input.sent %}', tooLarge: '{% $states.input.tooLarge %}' },
    });
    sending.next(sfn.Choice.jsonata(this, 'are there more?').when(isLeft, sending).otherwise(ended));

    return new Workflow(this, 'Workflow', {
      defaults,
      name: `${Stack.of(this).stackName}-Replay`,
      comment: 'Sends stored facts to the replay queue',
      definition: sending,
      functions: [send],
    });
  }
}
