import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { PARTITION } from '../../lambdas/contract/control-table';
import { EncryptedTable } from './encrypted-table';

type Partition = keyof typeof PARTITION;

/** Every action here names the key of its items, as a condition on them needs. A transaction takes those of its items. */
const CALLS = {
  get: { action: 'dynamodb:GetItem', access: 'read' },
  query: { action: 'dynamodb:Query', access: 'read' },
  put: { action: 'dynamodb:PutItem', access: 'write' },
  update: { action: 'dynamodb:UpdateItem', access: 'write' },
  delete: { action: 'dynamodb:DeleteItem', access: 'write' },
} as const;
type Call = keyof typeof CALLS;

/** By call, the partitions whose items a function makes it on. */
export type ControlTableCalls = { readonly [Name in Call]?: readonly Partition[] };

export interface ControlTableProps {
  /** What becomes of the state, and of its key, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** The connector's own state: connections, links, sessions, progress, quota. Has no stream: it is nobody else's business. */
export class ControlTable extends EncryptedTable {
  constructor(scope: Construct, id: string, { removalPolicy }: ControlTableProps) {
    super(scope, id, { keyDescription: 'Zoom connector: control table', removalPolicy });
  }

  /** Lets `grantee` make these calls on items of these partitions, and of no others. */
  grant(grantee: IGrantable, calls: ControlTableCalls): void {
    for (const [call, partitions] of Object.entries(calls) as [Call, readonly Partition[]][]) {
      const { action, access } = CALLS[call];
      const leadingKeys = partitions.map((name) => (name === 'connections' ? PARTITION[name] : `${PARTITION[name]}#*`));
      this.grantActions(grantee, access, [action], {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys },
      });
    }
  }
}
