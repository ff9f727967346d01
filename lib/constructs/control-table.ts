import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { PARTITION } from '../../lambdas/contract/control-table';
import { EncryptedTable } from './encrypted-table';

type Partition = keyof typeof PARTITION;

export interface ControlTableProps {
  /** What becomes of the state, and of its key, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** The connector's own state: connections, links, sessions, progress, quota. Has no stream: it is nobody else's business. */
export class ControlTable extends EncryptedTable {
  constructor(scope: Construct, id: string, { removalPolicy }: ControlTableProps) {
    super(scope, id, { keyDescription: 'Zoom connector: control table', removalPolicy });
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
    this.grantActions(grantee, actions, { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys } });
  }
}
