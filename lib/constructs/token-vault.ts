import { ArnFormat, RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import type { Environment } from './connector-function';
import { grantKeyUse } from './grant-key-use';

export interface TokenVaultProps {
  /** Begins the names of all secrets, so that grants can name them. */
  readonly namePrefix: string;
}

/**
 * All secrets, under a key of their own.
 *
 * - The Zoom app's credentials: made here, filled and changed by the operator (`connector app set-credentials`).
 * - One token set for each consent, `{prefix}/connections/{connection}/{generation}`: made by the consent function,
 *   replaced by the plan or the worker when they refresh, deleted when a newer consent takes its place or
 *   the connection is disconnected.
 */
export class TokenVault extends Construct {
  readonly appSecretArn: string;
  readonly appSecretName: string;
  /** Beginning of the token secrets' names. */
  readonly tokensPrefix: string;
  private readonly key: Key;

  constructor(scope: Construct, id: string, { namePrefix }: TokenVaultProps) {
    super(scope, id);
    this.appSecretName = `${namePrefix}/zoom-app`;
    this.tokensPrefix = `${namePrefix}/connections/`;
    // destroyed with the stack: what it protects is of no use without the connections
    this.key = new Key(this, 'Key', {
      description: 'Zoom connector: app credentials and tokens',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const appSecret = new Secret(this, 'ZoomApp', {
      secretName: this.appSecretName,
      description: 'Credentials of the Zoom Marketplace app; set by: connector app set-credentials',
      encryptionKey: this.key,
      secretObjectValue: { setBy: SecretValue.unsafePlainText('connector app set-credentials') },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.appSecretArn = appSecret.secretArn;
    Validations.of(appSecret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Zoom offers no way to rotate the credentials of an app by a program; the operator stores new ones.',
    });
  }

  /** What functions that use the vault find it by. */
  get environment(): Environment {
    return {
      [ENV.zoomAppSecret]: this.appSecretName,
      [ENV.tokensPrefix]: this.tokensPrefix,
      [ENV.tokensKeyArn]: this.key.keyArn,
    };
  }

  /** Lets `grantee` store the app's credentials, and not read them. */
  grantSetAppCredentials(grantee: IFunction): void {
    this.grantApp(grantee, ['secretsmanager:PutSecretValue']);
    this.grantKey(grantee);
  }

  /** Lets `grantee` read the app's credentials, and no token set. */
  grantReadApp(grantee: IFunction): void {
    this.grantApp(grantee, ['secretsmanager:GetSecretValue']);
    grantKeyUse(this.key, grantee, { via: 'secretsmanager', actions: ['kms:Decrypt'] });
  }

  /** Lets `grantee` read the app's credentials, make token sets and delete them, and read none. */
  grantConsent(grantee: IFunction): void {
    this.grantApp(grantee, ['secretsmanager:GetSecretValue']);
    this.grantTokens(grantee, ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret']);
    this.grantKey(grantee);
  }

  /** Lets `grantee` read the app's credentials, read token sets and replace them by refreshed ones. */
  grantUse(grantee: IFunction): void {
    this.grantApp(grantee, ['secretsmanager:GetSecretValue']);
    this.grantTokens(grantee, ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue']);
    this.grantKey(grantee);
  }

  /** As {@link grantUse}, and lets `grantee` delete token sets. */
  grantEnd(grantee: IFunction): void {
    this.grantApp(grantee, ['secretsmanager:GetSecretValue']);
    this.grantTokens(grantee, [
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:DeleteSecret',
    ]);
    this.grantKey(grantee);
  }

  private grantApp(grantee: IFunction, actions: string[]): void {
    this.grant(grantee, actions, `${this.appSecretName}-??????`);
  }

  private grantTokens(grantee: IFunction, actions: string[]): void {
    this.grant(grantee, actions, `${this.tokensPrefix}*`);
    Validations.of(grantee.role ?? grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${this.tokensPrefix}*]`,
      reason: 'The secrets of connections are made at run time; their common beginning is all that is known of them.',
    });
  }

  /** By name, not by reference: of a secret that is made at run time there is no other. */
  private grant(grantee: IFunction, actions: string[], resourceName: string): void {
    const secret = {
      service: 'secretsmanager',
      resource: 'secret',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName,
    };
    const resources = [Stack.of(this).formatArn(secret)];
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
  }

  /** What Secrets Manager needs of the key to store a secret's value or to give it out. */
  private grantKey(grantee: IFunction): void {
    grantKeyUse(this.key, grantee, { via: 'secretsmanager', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] });
  }
}
