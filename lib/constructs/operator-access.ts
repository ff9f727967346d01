import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import type { AuditLog } from './audit-log';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ConnectionRuns } from './connection-runs';
import type { ControlTable } from './control-table';
import type { Disconnect } from './disconnect';
import type { FactsTable } from './facts-table';
import type { PublicAddress } from './public-address';
import type { Replay } from './replay';
import type { TokenVault } from './token-vault';

export interface OperatorAccessProps {
  readonly defaults: FunctionDefaults;
  readonly address: PublicAddress;
  readonly controlTable: ControlTable;
  readonly factsTable: FactsTable;
  /** Days that facts about events are kept. */
  readonly retentionDays: number;
  readonly vault: TokenVault;
  readonly audit: AuditLog;
  readonly runs: ConnectionRuns;
  readonly disconnect: Disconnect;
  readonly replay: Replay;
  /** How much of an account's quota is the connector's and how often it reads, to tell how a connection is. */
  readonly viewEnvironment: Environment;
}

/** The one door for operators: who may invoke this function may do what the CLI does, and needs no other grant. */
export class OperatorAccess extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: OperatorAccessProps) {
    super(scope, id);
    const { defaults, address, controlTable, factsTable, retentionDays, vault, audit, runs, disconnect, replay } =
      props;
    const operator = new ConnectorFunction(this, 'Operator', {
      defaults,
      entry: 'operator',
      description: 'Zoom connector: answers the operator CLI',
      // thousands of rows may be replayed at once
      timeout: Duration.minutes(5),
      environment: {
        ...props.viewEnvironment,
        ...audit.environment,
        ...disconnect.environment,
        ...replay.environment,
        [ENV.publicUrl]: address.url,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.factsTable]: factsTable.tableName,
        [ENV.retentionDays]: String(retentionDays),
        [ENV.zoomAppSecret]: vault.appSecretName,
        [ENV.backfillStateMachine]: runs.backfill.stateMachineArn,
        [ENV.syncStateMachine]: runs.sync.stateMachineArn,
      },
    });
    controlTable.grant(operator, {
      get: ['connections', 'quota', 'deadLetter'],
      query: ['connections', 'run', 'deadLetter'],
      put: ['connections', 'link', 'revocation'],
      delete: ['connections', 'deadLetter'],
    });
    factsTable.grantAdd(operator);
    vault.grantSetAppCredentials(operator);
    audit.grantRecord(operator);
    runs.backfill.grantStartExecution(operator);
    runs.sync.grantStartExecution(operator);
    runs.grantStop(operator);
    disconnect.grantStart(operator);
    replay.grantStart(operator);
    this.functionName = operator.functionName;
  }
}
