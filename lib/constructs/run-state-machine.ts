import { Duration, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { OUTCOME } from '../../lambdas/contract/workflow';
import { acknowledgeInvocationOfVersions } from './acknowledge';
import type { FunctionDefaults } from './connector-function';

export interface RunStateMachineProps {
  readonly defaults: FunctionDefaults;
  /** What its executions do. */
  readonly comment: string;
  /** The functions of the steps: say what is read, read, draw the conclusions. */
  readonly steps: { readonly plan: IFunction; readonly read: IFunction; readonly finish: IFunction };
}

/** Waits up to 2, 4, 8, 16 and 32 s, a minute in all: outlasts a hiccup of a service or a worker that was killed. */
const FAULT_RETRY: sfn.RetryProps = {
  errors: [sfn.Errors.ALL],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: sfn.JitterType.FULL,
};

/** A young account runs ten functions at once, and the pages need some of them. */
const WORKERS = 8;

/**
 * Plan, have the workers read side by side, finish. The state carries names and windows alone: facts go to their table, page
 * tokens to the progress of their shard. A shard that fails for good does not stop the others; the last step finds it
 * unread.
 */
export class RunStateMachine extends sfn.StateMachine {
  constructor(scope: Construct, id: string, { defaults, comment, steps }: RunStateMachineProps) {
    super(scope, id, {
      comment,
      definitionBody: sfn.DefinitionBody.fromChainable(definition(scope, id, steps)),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(scope, `${id}Log`, {
          retention: defaults.logRetention,
          removalPolicy: defaults.removalPolicy,
        }),
      },
    });
    acknowledgeInvocationOfVersions(this, Object.values(steps));
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray know no resources (logs:CreateLogDelivery and its like, xray:PutTraceSegments).',
    });
  }
}

function definition(scope: Construct, id: string, steps: RunStateMachineProps['steps']): sfn.IChainable {
  const plan = LambdaInvoke.jsonata(scope, `${id}: plan the run`, {
    lambdaFunction: steps.plan,
    payload: sfn.TaskInput.fromObject({
      request: '{% $states.input %}',
      executionArn: '{% $states.context.Execution.Id %}',
    }),
    outputs: '{% $states.result.Payload %}',
    retryOnServiceExceptions: false,
  }).addRetry(FAULT_RETRY);

  const read = LambdaInvoke.jsonata(scope, `${id}: read the worker's shards`, {
    lambdaFunction: steps.read,
    payload: sfn.TaskInput.fromObject({ run: '{% $states.input.run %}', worker: '{% $states.input.worker %}' }),
    outputs: '{% $merge([$states.input, { "said": $states.result.Payload }]) %}',
    retryOnServiceExceptions: false,
  });
  const wait = sfn.Wait.jsonata(scope, `${id}: wait until Zoom's quota allows`, {
    time: sfn.WaitTime.timestamp('{% $states.input.said.at %}'),
  });
  const workerEnd = sfn.Pass.jsonata(scope, `${id}: the worker is at its end`, { outputs: {} });
  const shardsUnread = sfn.Pass.jsonata(scope, `${id}: its shards stay unread`, { outputs: {} });
  const saidAgain = sfn.Choice.jsonata(scope, `${id}: what did the worker say?`)
    .when(sfn.Condition.jsonata(`{% $states.input.said.outcome = '${OUTCOME.again}' %}`), read)
    .when(sfn.Condition.jsonata(`{% $states.input.said.outcome = '${OUTCOME.waitUntil}' %}`), wait.next(read))
    .otherwise(workerEnd);
  read.addRetry(FAULT_RETRY).addCatch(shardsUnread, { errors: [sfn.Errors.ALL] });
  read.next(saidAgain);

  const readAll = sfn.Map.jsonata(scope, `${id}: have the workers read`, {
    items: sfn.ProvideItems.jsonata('{% $states.input.workers %}'),
    itemSelector: { run: '{% $states.input.run %}', worker: '{% $states.context.Map.Item.Value %}' },
    maxConcurrency: WORKERS,
    outputs: '{% $states.input.run %}',
  }).itemProcessor(read);

  const finish = LambdaInvoke.jsonata(scope, `${id}: finish the run`, {
    lambdaFunction: steps.finish,
    payload: sfn.TaskInput.fromText('{% $states.input %}'),
    outputs: '{% $states.result.Payload %}',
    retryOnServiceExceptions: false,
  }).addRetry(FAULT_RETRY);

  return plan.next(readAll).next(finish);
}
