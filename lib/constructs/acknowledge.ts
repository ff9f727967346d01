import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';

/** Acknowledges that a role below `scope` may invoke any version of these functions: the CDK's grants cannot name one. */
export function acknowledgeInvocationOfVersions(scope: IConstruct, functions: readonly IFunction[]): void {
  for (const invoked of functions) {
    const logicalId = Stack.of(scope).getLogicalId(invoked.node.defaultChild as CfnElement);
    Validations.of(scope).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`,
      reason: 'The CDK grants the invocation of a function together with that of its versions; there are none.',
    });
  }
}

/** Acknowledges that a role below `scope` may act on any execution of a state machine: each has a name of its own. */
export function acknowledgeExecutions(scope: IConstruct, stateMachine: IStateMachine): void {
  const logicalId = Stack.of(scope).getLogicalId(stateMachine.node.defaultChild as CfnElement);
  const name = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalId}"}]}]}`;
  const arn = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*`;
  Validations.of(scope).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${arn}]`,
    reason: 'An execution is named when it is started: a grant can name its state machine alone.',
  });
}
