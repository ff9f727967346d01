import { ArnFormat, Lazy, RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
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

/** Secrets whose names begin alike. */
interface Secrets {
  /** Pattern of their ARNs. */
  readonly arn: string;
  /** ARNs of the roles that may read them. */
  readonly readers: string[];
}

const READ = 'secretsmanager:GetSecretValue';

/**
 * What Secrets Manager names instead of a version when it tries, for who makes a secret, whether the caller may use the
 * key. It cannot be a version: those have 32 characters at least.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
const TRIAL_OF_KEY = 'RequestToValidateKeyAccess';

/**
 * All secrets, under a key of their own, which gives them to those alone who are granted here to read them, whatever else
 * a policy of IAM allows.
 *
 * - The Zoom app's credentials: made here, filled and changed by the operator (`connector app set-credentials`).
 * - One token set for each consent, `{prefix}/connections/{connection}/{generation}`: made by the consent function,
 *   replaced by the plan, the worker or what ends a grant when they refresh, deleted when a newer consent takes its place or
 *   the connection is disconnected.
 */
export class TokenVault extends Construct {
  readonly appSecretArn: string;
  readonly appSecretName: string;
  /** Beginning of the token secrets' names. */
  readonly tokensPrefix: string;
  private readonly key: Key;
  private readonly app: Secrets;
  private readonly tokens: Secrets;

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
    this.app = this.readByGranteesAlone(`${this.appSecretName}-??????`);
    this.tokens = this.readByGranteesAlone(`${this.tokensPrefix}*`);
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
    this.grantApp(grantee, [READ]);
    grantKeyUse(this.key, grantee, { via: 'secretsmanager', actions: ['kms:Decrypt'] });
  }

  /** Lets `grantee` read the app's credentials, make token sets and delete them, and read none. */
  grantConsent(grantee: IFunction): void {
    this.grantApp(grantee, [READ]);
    this.grantTokens(grantee, ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret']);
    this.grantKey(grantee);
  }

  /** Lets `grantee` read the app's credentials, read token sets and replace them by refreshed ones. */
  grantUse(grantee: IFunction): void {
    this.grantApp(grantee, [READ]);
    this.grantTokens(grantee, [READ, 'secretsmanager:PutSecretValue']);
    this.grantKey(grantee);
  }

  /** As {@link grantUse}, and lets `grantee` delete token sets. */
  grantEnd(grantee: IFunction): void {
    this.grantApp(grantee, [READ]);
    this.grantTokens(grantee, [READ, 'secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret']);
    this.grantKey(grantee);
  }

  private grantApp(grantee: IFunction, actions: string[]): void {
    grant(this.app, grantee, actions);
  }

  private grantTokens(grantee: IFunction, actions: string[]): void {
    grant(this.tokens, grantee, actions);
    Validations.of(grantee.role ?? grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${this.tokensPrefix}*]`,
      reason: 'The secrets of connections are made at run time; their common beginning is all that is known of them.',
    });
  }

  /**
   * Secrets by name, not by reference: of one that is made at run time there is no other. The key denies to decrypt them to all
   * but their readers.
   *
   * Consent, the operator and CloudFormation store secrets that they cannot read. Who makes a secret needs `kms:Decrypt` for the
   * trial of the key, which gives nothing out and is left allowed. Who stores a value needs it only where the same call
   * comes twice, for Secrets Manager then compares: it is refused, and what it wanted is stored.
   */
  private readByGranteesAlone(resourceName: string): Secrets {
    const arn = Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName,
    });
    const readers: string[] = [];
    this.key.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        // and nothing else: the account goes on administering the key, this policy included
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: {
          // of a session it is the ARN of its role
          ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => readers }) },
          StringLike: { 'kms:EncryptionContext:SecretARN': arn },
          StringNotEquals: { 'kms:EncryptionContext:SecretVersionId': TRIAL_OF_KEY },
        },
      }),
    );
    return { arn, readers };
  }

  /** What Secrets Manager needs of the key to store a secret's value or to give it out. */
  private grantKey(grantee: IFunction): void {
    grantKeyUse(this.key, grantee, { via: 'secretsmanager', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] });
  }
}

function grant({ arn, readers }: Secrets, grantee: IFunction, actions: string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [arn] }));
  if (!actions.includes(READ)) return;
  if (grantee.role === undefined) throw new Error(`the key cannot let ${grantee.node.path} read: it has no role`);
  readers.push(grantee.role.roleArn);
}
