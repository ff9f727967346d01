import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
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
