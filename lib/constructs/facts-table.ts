import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { TTL_ATTRIBUTE } from '../../lambdas/contract/control-table';
import { viaService } from './via-service';

export interface FactsTableProps {
  /** Also the key's: without it a table that is kept is of no use. */
  readonly removalPolicy: RemovalPolicy;
}

/** The product: facts, one item each, and the stream that tells of each once. `docs/stream.md` is its contract. */
export class FactsTable extends Construct {
  readonly table: ITable;
  readonly key: IKey;
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { removalPolicy }: FactsTableProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Zoom connector: facts and their stream',
      enableKeyRotation: true,
      removalPolicy,
    });
    const table = new Table(this, 'Resource', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: TTL_ATTRIBUTE,
      removalPolicy,
    });
    this.table = table;
    this.streamArn = table.tableStreamArn ?? '';
  }

  /** Lets `grantee` store facts, and look up by key which are there. */
  grantStore(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:BatchWriteItem', 'dynamodb:BatchGetItem']);
  }

  /** Lets `grantee` read all facts of a kind, and store facts. */
  grantReconcile(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:BatchWriteItem', 'dynamodb:Query']);
  }

  private grant(grantee: IGrantable, actions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [this.table.tableArn] }));
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: [this.key.keyArn],
        conditions: viaService(this, 'dynamodb'),
      }),
    );
  }
}
