import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { PARTITION, TTL_ATTRIBUTE } from '../../lambdas/contract/control-table';
import { viaService } from './via-service';

type Partition = keyof typeof PARTITION;

export interface ControlTableProps {
  readonly removalPolicy: RemovalPolicy;
}

/** The connector's own state: connections, links, sessions, progress, quota. Has no stream: it is nobody else's business. */
export class ControlTable extends Construct {
  readonly tableName: string;
  private readonly table: Table;
  private readonly key: Key;

  constructor(scope: Construct, id: string, { removalPolicy }: ControlTableProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Zoom connector: control table',
      enableKeyRotation: true,
      removalPolicy,
    });
    this.table = new Table(this, 'Resource', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      removalPolicy,
    });
    this.tableName = this.table.tableName;
  }

  /** Lets `grantee` read items of these partitions. */
  grantRead(grantee: IGrantable, ...partitions: Partition[]): void {
    this.grant(grantee, ['dynamodb:GetItem', 'dynamodb:Query'], partitions);
  }

  /** Lets `grantee` make and change items of these partitions. */
  grantWrite(grantee: IGrantable, ...partitions: Partition[]): void {
    this.grant(grantee, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], partitions);
  }

  /** Lets `grantee` delete items of these partitions. */
  grantDelete(grantee: IGrantable, ...partitions: Partition[]): void {
    this.grant(grantee, ['dynamodb:DeleteItem'], partitions);
  }

  private grant(grantee: IGrantable, actions: string[], partitions: readonly Partition[]): void {
    const leadingKeys = partitions.map((name) => (name === 'connections' ? PARTITION[name] : `${PARTITION[name]}#*`));
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions,
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys } },
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: [this.key.keyArn],
        conditions: viaService(this, 'dynamodb'),
      }),
    );
  }
}
