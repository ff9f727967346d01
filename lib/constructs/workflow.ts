import { Duration, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeJsonataProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { acknowledgeInvocationOfVersions } from './acknowledge';
import type { FunctionDefaults } from './connector-function';
import { VendedLog } from './vended-log';

export interface WorkflowProps {
  readonly defaults: FunctionDefaults;
  /** Its name in the account; 80 characters at most. */
  readonly name: string;
  /** What its executions do. */
  readonly comment: string;
  readonly definition: sfn.IChainable;
  /** The functions that its steps invoke. */
  readonly functions: readonly IFunction[];
}

/** Waits up to 2, 4, 8, 16 and 32 s, a minute in all: outlasts a hiccup of a service or a function that was killed. */
export const FAULT_RETRY: sfn.RetryProps = {
  errors: [sfn.Errors.ALL],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: sfn.JitterType.FULL,
};

/**
 * Waits up to 2, 4, 8, 16 and 32 s, then 145 times up to a minute: two and a half hours at most, half of that as a rule. A
 * young account runs ten functions at once, and five backfills hold them until their quota of the day is used up, which takes
 * less than an hour. That is no fault of the step's, and uses up none of its tries.
 */
const BUSY_RETRY: sfn.RetryProps = {
  errors: [
    'Lambda.TooManyRequestsException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  maxAttempts: 150,
  jitterStrategy: sfn.JitterType.FULL,
};

/**
 * A state machine with our defaults: written in JSONata, traced, and with a log that expires and holds no data of its
 * executions.
 */
export class Workflow extends sfn.StateMachine {
  constructor(scope: Construct, id: string, { defaults, name, comment, definition, functions }: WorkflowProps) {
    super(scope, id, {
      comment,
      stateMachineName: name,
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ALL,
        includeExecutionData: false,
        destination: new VendedLog(scope, `${id}Log`, { defaults, writer: `states/${name}` }),
      },
    });
    acknowledgeInvocationOfVersions(this, functions);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray know no resources (logs:CreateLogDelivery and its like, xray:PutTraceSegments).',
    });
  }
}

/** A step that invokes a function. It is tried again for a minute when it fails, and for hours while Lambda has no room. */
export function invoke(
  scope: Construct,
  id: string,
  props: Pick<LambdaInvokeJsonataProps, 'lambdaFunction' | 'payload' | 'outputs'>,
): LambdaInvoke {
  const step = LambdaInvoke.jsonata(scope, id, { ...props, retryOnServiceExceptions: false });
  step.addRetry(BUSY_RETRY).addRetry(FAULT_RETRY);
  return step;
}
