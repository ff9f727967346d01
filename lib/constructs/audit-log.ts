import { Duration, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { FactsTable } from './facts-table';

export interface AuditLogProps {
  readonly defaults: FunctionDefaults;
  readonly factsTable: FactsTable;
  /** Days that entries are kept. */
  readonly retentionDays: number;
}

/**
 * Who did what, as facts in partitions of their own. One function can write them; the others can do nothing but invoke it,
 * and so add entries and never change one. What it fails to store after two more tries waits in a queue.
 */
export class AuditLog extends Construct {
  private readonly handler: IFunction;

  constructor(scope: Construct, id: string, { defaults, factsTable, retentionDays }: AuditLogProps) {
    super(scope, id);
    const audit = new ConnectorFunction(this, 'Audit', {
      defaults,
      entry: 'audit',
      description: 'Zoom connector: adds to the audit log',
      environment: {
        [ENV.factsTable]: factsTable.tableName,
        [ENV.retentionDays]: String(retentionDays),
      },
    });
    factsTable.grantAppendAudit(audit);
    const unstored = new Queue(this, 'Unstored', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(unstored).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of an asynchronous invocation, which the rule does not see.',
    });
    audit.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(unstored),
    });
    this.handler = audit;
  }

  /** What functions that record find it by. */
  get environment(): Environment {
    return { [ENV.auditFunction]: this.handler.functionName };
  }

  /** Lets `grantee` add entries. */
  grantRecord(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.handler.functionArn] }),
    );
  }
}
