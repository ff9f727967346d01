import type { RemovalPolicy } from 'aws-cdk-lib';
import { type ITable, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { AUDIT_PARTITION } from '../../lambdas/contract/fact';
import { EncryptedTable } from './encrypted-table';

export interface FactsTableProps {
  /** What becomes of the facts, and of their key, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** Partitions of the audit log; those of connections begin with their ids. */
const AUDIT_KEYS = { 'dynamodb:LeadingKeys': [`${AUDIT_PARTITION}#*`] };

/** The product: facts, one item each, and the stream that tells of each once. `docs/stream.md` is its contract. */
export class FactsTable extends EncryptedTable {
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { removalPolicy }: FactsTableProps) {
    super(scope, id, {
      keyDescription: 'Zoom connector: facts and their stream',
      removalPolicy,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    });
    this.streamArn = this.table.tableStreamArn!; // there, since a stream is asked for
  }

  /** What a consumer's event source is made of. */
  get source(): ITable {
    return this.table;
  }

  /** Lets `grantee` store facts, and look up by key which are there. */
  grantStore(grantee: IGrantable): void {
    this.grantFacts(grantee, ['dynamodb:BatchWriteItem', 'dynamodb:BatchGetItem']);
  }

  /** Lets `grantee` add single facts, on condition that they are not there, and read none. */
  grantAdd(grantee: IGrantable): void {
    this.grantFacts(grantee, ['dynamodb:PutItem']);
  }

  /** Lets `grantee` find the facts of a connection, and delete them. */
  grantPurge(grantee: IGrantable): void {
    this.grantFacts(grantee, ['dynamodb:BatchWriteItem', 'dynamodb:Query']);
  }

  /** Lets `grantee` read all facts of a kind, and store facts. */
  grantReconcile(grantee: IGrantable): void {
    this.grantFacts(grantee, ['dynamodb:BatchWriteItem', 'dynamodb:Query']);
  }

  /** Lets `grantee` read all that is stored, the audit log too, and change nothing. */
  grantReplay(grantee: IGrantable): void {
    this.grantActions(grantee, 'read', ['dynamodb:Query']);
  }

  /** Lets `grantee` put entries of the audit log, and nothing else. */
  grantAppendAudit(grantee: IGrantable): void {
    this.grantActions(grantee, 'write', ['dynamodb:PutItem'], { 'ForAllValues:StringLike': AUDIT_KEYS });
  }

  /** Facts of connections: whoever may write those may not touch the audit log. */
  private grantFacts(grantee: IGrantable, actions: string[]): void {
    this.grantActions(grantee, 'write', actions, { 'ForAllValues:StringNotLike': AUDIT_KEYS });
  }
}
