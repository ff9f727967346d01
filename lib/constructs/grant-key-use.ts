import { Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

export interface KeyUse {
  /** The service that uses the key on behalf of the grantee. */
  readonly via: 'dynamodb' | 'secretsmanager' | 'sqs';
  readonly actions: string[];
}

/** Lets a service of the key's region use the key on behalf of `grantee`, who may not use it directly. */
export function grantKeyUse(key: IKey, grantee: IGrantable, { via, actions }: KeyUse): void {
  const { region, urlSuffix } = Stack.of(key);
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions,
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${via}.${region}.${urlSuffix}` } },
    }),
  );
}
