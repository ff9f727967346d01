import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The condition that a key is used through an AWS service of the stack's region only, never directly. */
export function viaService(scope: Construct, service: 'dynamodb' | 'secretsmanager') {
  const { region, urlSuffix } = Stack.of(scope);
  return { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } };
}
