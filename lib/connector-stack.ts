import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ENV } from '../lambdas/contract/env';
import { CALLBACK_PATH } from '../lambdas/contract/routes';
import type { Config } from './config';
import { AuditLog } from './constructs/audit-log';
import { ConnectionRuns } from './constructs/connection-runs';
import type { Environment, FunctionDefaults } from './constructs/connector-function';
import { ControlTable } from './constructs/control-table';
import { Disconnect } from './constructs/disconnect';
import { FactsTable } from './constructs/facts-table';
import { HostedPages } from './constructs/hosted-pages';
import { IncrementalSync } from './constructs/incremental-sync';
import { OperatorAccess } from './constructs/operator-access';
import { PublicAddress } from './constructs/public-address';
import { Replay } from './constructs/replay';
import { SampleConsumer } from './constructs/sample-consumer';
import { TokenVault } from './constructs/token-vault';
import { ZoomWebhooks } from './constructs/zoom-webhooks';

export interface ConnectorStackProps extends StackProps {
  /** Deploy-time settings; `stackName` among them. */
  readonly config: Config;
}

/** The whole connector: one stack in one account. */
export class ConnectorStack extends Stack {
  constructor(scope: Construct, id: string, props: ConnectorStackProps) {
    const { config } = props;
    super(scope, id, { description: 'Zoom security connector', ...props, stackName: config.stackName });
    const removalPolicy = config.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const defaults: FunctionDefaults = {
      logRetention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    };

    const controlTable = new ControlTable(this, 'ControlTable', { removalPolicy: RemovalPolicy.DESTROY });
    const factsTable = new FactsTable(this, 'FactsTable', { removalPolicy });
    const audit = new AuditLog(this, 'AuditLog', { defaults, factsTable, retentionDays: config.retentionDays });
    const vault = new TokenVault(this, 'TokenVault', { namePrefix: config.stackName });
    const address = new PublicAddress(this, 'PublicAddress', { defaults, publicUrl: config.publicUrl });
    const zoomEnvironment: Environment = {
      [ENV.publicUrl]: address.url,
      [ENV.zoomOAuthUrl]: config.zoom.oauthUrl,
      [ENV.zoomApiUrl]: config.zoom.apiUrl,
    };
    const quotaEnvironment: Environment = {
      [ENV.perSecondShare]: String(config.quota.perSecondShare),
      [ENV.perDayShare]: String(config.quota.perDayShare),
    };
    const viewEnvironment: Environment = {
      ...quotaEnvironment,
      [ENV.syncEveryMinutes]: String(config.sync.everyMinutes),
    };

    const runs = new ConnectionRuns(this, 'Runs', {
      defaults,
      config,
      controlTable,
      factsTable,
      vault,
      zoomEnvironment,
      quotaEnvironment,
    });
    const disconnect = new Disconnect(this, 'Disconnect', {
      defaults,
      controlTable,
      factsTable,
      vault,
      audit,
      runs,
      zoomEnvironment,
    });
    new HostedPages(this, 'HostedPages', {
      defaults,
      address,
      controlTable,
      vault,
      audit,
      runs,
      disconnect,
      zoomEnvironment,
      viewEnvironment,
      backfillDays: config.backfill.days,
    });
    const webhooks = new ZoomWebhooks(this, 'Webhooks', {
      defaults,
      address,
      controlTable,
      vault,
      audit,
      runs,
    });
    new IncrementalSync(this, 'IncrementalSync', {
      defaults,
      everyMinutes: config.sync.everyMinutes,
      controlTable,
      runs,
      disconnect,
      viewEnvironment,
    });
    const replay = new Replay(this, 'Replay', { defaults, isLocal: address.isLocal, controlTable, factsTable });
    const operator = new OperatorAccess(this, 'OperatorAccess', {
      defaults,
      address,
      controlTable,
      factsTable,
      retentionDays: config.retentionDays,
      vault,
      audit,
      runs,
      disconnect,
      replay,
      viewEnvironment,
    });
    if (config.sampleConsumer) new SampleConsumer(this, 'SampleConsumer', { defaults, factsTable });

    this.output('ConsoleUrl', address.url, 'Where browsers reach the pages');
    this.output(
      'CallbackUrl',
      `${address.url}${CALLBACK_PATH}`,
      'Redirect URL to register in the Zoom Marketplace app',
    );
    this.output(
      'WebhookUrl',
      webhooks.url,
      'Where Zoom sends events: the notification endpoint URL in the Zoom Marketplace app',
    );
    this.output('FactsTableName', factsTable.tableName, 'The facts');
    this.output('FactsStreamArn', factsTable.streamArn, 'The stream that consumers read');
    this.output('FactsKeyArn', factsTable.key.keyArn, 'Consumers need kms:Decrypt on it');
    this.output('ReplayQueueUrl', replay.queue.queueUrl, 'Where replayed facts are fetched');
    this.output(
      'ReplayQueueArn',
      replay.queue.queueArn,
      'Consumers need to receive from it, and kms:Decrypt on the same key',
    );
    this.output('ControlTableName', controlTable.tableName, 'State of the connector');
    this.output('BackfillStateMachineArn', runs.backfill.stateMachineArn, 'Backfills');
    this.output('SyncStateMachineArn', runs.sync.stateMachineArn, 'Incremental syncs');
    this.output('ZoomAppSecretArn', vault.appSecretArn, 'Credentials of the Zoom app');
    this.output('OperatorFunctionName', operator.functionName, 'What the operator CLI invokes');
  }

  /** An output whose name scripts rely on. */
  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
