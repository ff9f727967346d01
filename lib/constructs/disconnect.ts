import { Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { OUTCOME } from '../../lambdas/contract/workflow';
import { acknowledgeExecutions } from './acknowledge';
import type { AuditLog } from './audit-log';
import type { ConnectionRuns } from './connection-runs';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ControlTable } from './control-table';
import type { FactsTable } from './facts-table';
import type { TokenVault } from './token-vault';
import { invoke, Workflow } from './workflow';

export interface DisconnectProps {
  readonly defaults: FunctionDefaults;
  readonly controlTable: ControlTable;
  readonly factsTable: FactsTable;
  readonly vault: TokenVault;
  readonly audit: AuditLog;
  /** What it stops. */
  readonly runs: ConnectionRuns;
  /** Where Zoom is. */
  readonly zoomEnvironment: Environment;
}

/**
 * Ends connections: the grant, then what was read, and that once more when nothing that ran can write any more. The
 * function that holds tokens can delete no fact, and the one that deletes reads no secret.
 */
export class Disconnect extends Construct {
  private readonly stateMachine: sfn.IStateMachine;

  constructor(scope: Construct, id: string, props: DisconnectProps) {
    super(scope, id);
    const { defaults, controlTable, factsTable, vault, audit, runs } = props;

    const endGrant = new ConnectorFunction(this, 'EndGrant', {
      defaults,
      entry: 'end-grant',
      description: 'Zoom connector: has Zoom take a grant back, deletes its secret, stops what runs',
      // it may have to wait for a token that another function refreshes, then refresh it itself, and Zoom may not answer
      timeout: Duration.minutes(3),
      environment: {
        ...props.zoomEnvironment,
        ...vault.environment,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.backfillStateMachine]: runs.backfill.stateMachineArn,
        [ENV.syncStateMachine]: runs.sync.stateMachineArn,
      },
    });
    controlTable.grant(endGrant, {
      get: ['connections', 'lease'],
      query: ['run'],
      put: ['connections'],
      update: ['lease'],
    });
    vault.grantEnd(endGrant);
    runs.grantStop(endGrant);

    const purge = new ConnectorFunction(this, 'Purge', {
      defaults,
      entry: 'purge',
      description: 'Zoom connector: deletes what was read of a connection',
      timeout: Duration.minutes(10),
      memoryMiB: 512,
      environment: {
        ...audit.environment,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.factsTable]: factsTable.tableName,
      },
    });
    controlTable.grant(purge, {
      get: ['connections', 'account'],
      query: ['run', 'checkpoint', 'deadLetter', 'lease'],
      put: ['connections'],
      delete: ['account', 'run', 'checkpoint', 'deadLetter', 'lease'],
    });
    factsTable.grantPurge(purge);
    audit.grantRecord(purge);

    this.stateMachine = this.workflow(defaults, endGrant, purge);
  }

  /** Lets `grantee` start the workflow, and see whether an execution of it still runs. */
  grantStart(grantee: IFunction): void {
    this.stateMachine.grantStartExecution(grantee);
    this.stateMachine.grantExecution(grantee, 'states:DescribeExecution');
    acknowledgeExecutions(grantee.role ?? grantee, this.stateMachine);
  }

  /** What those who start it find it by. */
  get environment(): Environment {
    return { [ENV.disconnectStateMachine]: this.stateMachine.stateMachineArn };
  }

  private workflow(defaults: FunctionDefaults, endGrant: IFunction, purge: IFunction): sfn.IStateMachine {
    const task = '$states.context.Execution.Input';
    const end = invoke(this, 'end the grant', {
      lambdaFunction: endGrant,
      payload: sfn.TaskInput.fromText(`{% ${task} %}`),
      outputs: '{% $states.result.Payload %}',
    });

    const deleting = (name: string, pass: 'first' | 'last') =>
      invoke(this, name, {
        lambdaFunction: purge,
        payload: sfn.TaskInput.fromText(`{% $merge([${task}, { "pass": "${pass}" }]) %}`),
        outputs: '{% $merge([$states.input, $states.result.Payload]) %}',
      });
    const isLeft = sfn.Condition.jsonata(`{% $states.input.outcome = '${OUTCOME.again}' %}`);

    const first = deleting('delete what is stored', 'first');
    const last = deleting('delete what came after, and leave the receipt', 'last');
    const settle = sfn.Wait.jsonata(this, 'wait until nothing that ran can write', {
      time: sfn.WaitTime.timestamp('{% $states.input.purgeAgainAt %}'),
    });
    const ended = sfn.Pass.jsonata(this, 'the connection is disconnected', { outputs: {} });
    last.next(sfn.Choice.jsonata(this, 'is there more that came after?').when(isLeft, last).otherwise(ended));
    first.next(sfn.Choice.jsonata(this, 'is there more?').when(isLeft, first).otherwise(settle.next(last)));

    return new Workflow(this, 'Workflow', {
      defaults,
      name: `${Stack.of(this).stackName}-Disconnect`,
      comment: 'Ends a connection: its grant, and what was read with it',
      definition: end.next(first),
      functions: [endGrant, purge],
    });
  }
}
