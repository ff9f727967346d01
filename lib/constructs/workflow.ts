import { Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeInvocationOfVersions } from './acknowledge';
import type { FunctionDefaults } from './connector-function';

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

/**
 * A state machine with our defaults: written in JSONata, traced, and with a log that expires and holds no data of its
 * executions.
 */
export class Workflow extends sfn.StateMachine {
  constructor(scope: Construct, id: string, { defaults, name, comment, definition, functions }: WorkflowProps) {
    const { logRetention, removalPolicy } = defaults;
    super(scope, id, {
      comment,
      stateMachineName: name,
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(scope, `${id}Log`, { retention: logRetention, removalPolicy }),
      },
    });
    acknowledgeInvocationOfVersions(this, functions);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray know no resources (logs:CreateLogDelivery and its like, xray:PutTraceSegments).',
    });
  }
}
