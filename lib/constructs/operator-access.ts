import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ConnectionRuns } from './connection-runs';
import type { ControlTable } from './control-table';
import type { PublicAddress } from './public-address';
import type { TokenVault } from './token-vault';

export interface OperatorAccessProps {
  readonly defaults: FunctionDefaults;
  readonly address: PublicAddress;
  readonly controlTable: ControlTable;
  readonly vault: TokenVault;
  readonly runs: ConnectionRuns;
  /** How much of an account's quota is the connector's, to tell how long a backfill takes. */
  readonly quotaEnvironment: Environment;
}

/** The one door for operators: who may invoke this function may do what the CLI does, and needs no other grant. */
export class OperatorAccess extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: OperatorAccessProps) {
    super(scope, id);
    const { defaults, address, controlTable, vault, runs } = props;
    const operator = new ConnectorFunction(this, 'Operator', {
      defaults,
      entry: 'operator',
      description: 'Zoom connector: answers the operator CLI',
      environment: {
        ...props.quotaEnvironment,
        [ENV.publicUrl]: address.url,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.zoomAppSecret]: vault.appSecretName,
        [ENV.backfillStateMachine]: runs.backfill.stateMachineArn,
        [ENV.syncStateMachine]: runs.sync.stateMachineArn,
      },
    });
    controlTable.grant(operator, {
      get: ['connections', 'quota'],
      query: ['connections', 'run'],
      put: ['connections', 'link'],
    });
    vault.grantSetAppCredentials(operator);
    runs.backfill.grantStartExecution(operator);
    runs.sync.grantStartExecution(operator);
    this.functionName = operator.functionName;
  }
}
