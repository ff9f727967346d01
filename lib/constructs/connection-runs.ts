import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { LONGEST_STEP_MINUTES } from '../../lambdas/contract/workflow';
import type { Config } from '../config';
import { acknowledgeExecutions } from './acknowledge';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ControlTable } from './control-table';
import type { FactsTable } from './facts-table';
import { RunStateMachine } from './run-state-machine';
import type { TokenVault } from './token-vault';

export interface ConnectionRunsProps {
  readonly defaults: FunctionDefaults;
  readonly config: Pick<Config, 'backfill' | 'sync' | 'retentionDays'>;
  readonly controlTable: ControlTable;
  readonly factsTable: FactsTable;
  readonly vault: TokenVault;
  /** Where Zoom is, for the worker. */
  readonly zoomEnvironment: Environment;
  /** How much of an account's quota is the connector's. */
  readonly quotaEnvironment: Environment;
}

/**
 * Reads Zoom accounts: the steps of a run (plan, read each shard, finish), and the two state machines that take them,
 * one for backfills and one for incremental syncs, which differ in what is planned alone.
 */
export class ConnectionRuns extends Construct {
  readonly backfill: IStateMachine;
  readonly sync: IStateMachine;

  constructor(scope: Construct, id: string, props: ConnectionRunsProps) {
    super(scope, id);
    const { defaults, config, controlTable, factsTable, vault } = props;
    const tables = {
      [ENV.controlTable]: controlTable.tableName,
      [ENV.factsTable]: factsTable.tableName,
    };

    const plan = new ConnectorFunction(this, 'Plan', {
      defaults,
      entry: 'plan-run',
      description: 'Zoom connector: says what a run reads',
      // it may have to wait for a token that another function refreshes, then refresh it itself
      timeout: Duration.minutes(2),
      environment: {
        ...props.zoomEnvironment,
        ...vault.environment,
        ...props.quotaEnvironment,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.backfillDays]: String(config.backfill.days),
        [ENV.overlapMinutes]: String(config.sync.overlapMinutes),
        [ENV.sweepDays]: String(config.sync.sweepDays),
      },
    });
    controlTable.grant(plan, {
      get: ['connections', 'checkpoint', 'quota', 'lease'],
      query: ['run', 'deadLetter'],
      put: ['connections', 'run', 'quota', 'deadLetter'],
      update: ['lease'],
    });
    vault.grantUse(plan);

    const read = new ConnectorFunction(this, 'Read', {
      defaults,
      entry: 'read-shards',
      description: 'Zoom connector: reads shards as far as time and quota allow',
      // a worker that is told to go on costs a state transition; minutes a turn keep those few
      timeout: Duration.minutes(LONGEST_STEP_MINUTES),
      // memory buys processor time: so much is a whole one
      memoryMiB: 1769,
      environment: {
        ...tables,
        ...props.zoomEnvironment,
        ...vault.environment,
        ...props.quotaEnvironment,
        [ENV.retentionDays]: String(config.retentionDays),
      },
    });
    controlTable.grant(read, {
      get: ['connections', 'run', 'quota', 'lease'],
      query: ['run'],
      put: ['connections', 'run', 'quota', 'deadLetter'],
      update: ['lease'],
    });
    factsTable.grantStore(read);
    vault.grantUse(read);

    const finish = new ConnectorFunction(this, 'Finish', {
      defaults,
      entry: 'finish-run',
      description: 'Zoom connector: draws the conclusions of a run',
      timeout: Duration.minutes(LONGEST_STEP_MINUTES),
      memoryMiB: 512,
      environment: tables,
    });
    controlTable.grant(finish, {
      get: ['connections', 'checkpoint'],
      query: ['run', 'deadLetter'],
      put: ['connections', 'checkpoint', 'deadLetter'],
      delete: ['deadLetter'],
    });
    factsTable.grantReconcile(finish);

    const steps = { plan, read, finish };
    this.backfill = new RunStateMachine(this, 'Backfill', {
      defaults,
      steps,
      comment: 'Reads a Zoom account from the start',
    });
    this.sync = new RunStateMachine(this, 'Sync', { defaults, steps, comment: 'Reads what a Zoom account has new' });
    this.noteBrokenRuns(defaults, controlTable);
  }

  /** Lets `grantee` find the executions that run, and stop them. */
  grantStop(grantee: IFunction): void {
    for (const stateMachine of [this.backfill, this.sync]) {
      stateMachine.grant(grantee, 'states:ListExecutions');
      stateMachine.grantExecution(grantee, 'states:StopExecution');
      acknowledgeExecutions(grantee.role ?? grantee, stateMachine);
    }
  }

  /** An execution that fails, or is stopped by hand, cannot say so itself. */
  private noteBrokenRuns(defaults: FunctionDefaults, controlTable: ControlTable): void {
    const broken = new ConnectorFunction(this, 'Broken', {
      defaults,
      entry: 'run-broken',
      description: 'Zoom connector: notes that a run broke off',
      environment: { [ENV.controlTable]: controlTable.tableName },
    });
    controlTable.grant(broken, { get: ['connections'], put: ['connections'] });
    new Rule(this, 'BrokenRuns', {
      description: 'Executions of the Zoom connector that broke off',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.backfill.stateMachineArn, this.sync.stateMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [new LambdaFunction(broken)],
    });
  }
}
