import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type Conditions, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { TTL_ATTRIBUTE } from '../../lambdas/contract/control-table';
import { grantKeyUse } from './grant-key-use';

export interface EncryptedTableProps {
  /** What the key protects, as operators read it in the list of keys. */
  readonly keyDescription: string;
  /** Also the key's: without it a table that is kept is of no use. */
  readonly removalPolicy: RemovalPolicy;
  /** @default - no stream */
  readonly stream?: StreamViewType;
}

/** What DynamoDB does with the key of a table on behalf of its caller; to write, it also has to read. */
const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
} as const;

/** A table under a key of its own: keys `pk` and `sk`, paid by the request, recoverable to any second, with a TTL. */
export abstract class EncryptedTable extends Construct {
  readonly key: IKey;
  readonly tableName: string;
  protected readonly table: Table;

  constructor(scope: Construct, id: string, { keyDescription, removalPolicy, stream }: EncryptedTableProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', { description: keyDescription, enableKeyRotation: true, removalPolicy });
    this.table = new Table(this, 'Resource', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      stream,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      removalPolicy,
    });
    this.tableName = this.table.tableName;
  }

  /** Lets `grantee` take these actions on the table, which `access` sums up for the key. */
  protected grantActions(
    grantee: IGrantable,
    access: keyof typeof KEY_ACTIONS,
    actions: string[],
    conditions?: Conditions,
  ): void {
    const resources = [this.table.tableArn];
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
    grantKeyUse(this.key, grantee, { via: 'dynamodb', actions: [...KEY_ACTIONS[access]] });
  }
}
