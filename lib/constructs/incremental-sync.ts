import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { acknowledgeInvocationOfVersions } from './acknowledge';
import type { Disconnect } from './disconnect';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ConnectionRuns } from './connection-runs';
import type { ControlTable } from './control-table';

export interface IncrementalSyncProps {
  readonly defaults: FunctionDefaults;
  /** Minutes from one tick to the next. */
  readonly everyMinutes: number;
  readonly controlTable: ControlTable;
  readonly runs: ConnectionRuns;
  readonly disconnect: Disconnect;
  /** How much of an account's quota is the connector's and how often it reads, to tell how a connection is. */
  readonly viewEnvironment: Environment;
}

/** What Lambda gives a function at most. */
const LONGEST_MINUTES = 15;
/** For how long Lambda keeps an event that it has no room for, at most. */
const LONGEST_WAIT_MINUTES = 360;

/** Starts, on a schedule, what each connection is due, and goes on with disconnects that broke off. */
export class IncrementalSync extends Construct {
  constructor(scope: Construct, id: string, props: IncrementalSyncProps) {
    super(scope, id);
    const { defaults, everyMinutes, controlTable, runs, disconnect } = props;
    const dispatch = new ConnectorFunction(this, 'Dispatch', {
      defaults,
      entry: 'dispatch-sync',
      description: 'Zoom connector: starts the syncs that are due',
      // starts are spread over minutes when there are many; a tick is over before the next one comes
      timeout: Duration.minutes(Math.min(LONGEST_MINUTES, everyMinutes)),
      environment: {
        ...props.viewEnvironment,
        ...disconnect.environment,
        [ENV.controlTable]: controlTable.tableName,
        [ENV.backfillStateMachine]: runs.backfill.stateMachineArn,
        [ENV.syncStateMachine]: runs.sync.stateMachineArn,
      },
    });
    controlTable.grant(dispatch, {
      get: ['connections', 'quota'],
      query: ['connections', 'run'],
      put: ['connections'],
    });
    runs.backfill.grantStartExecution(dispatch);
    runs.sync.grantStartExecution(dispatch);
    disconnect.grantStart(dispatch);

    // the schedule only hands a tick to Lambda's queue, which would try it again for hours: ticks would pile up
    dispatch.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(Math.min(LONGEST_WAIT_MINUTES, everyMinutes)),
    });

    const role = new Role(this, 'ScheduleRole', {
      // no schedule of another account may make the service act in this role
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    acknowledgeInvocationOfVersions(role, [dispatch]);
    new Schedule(this, 'Schedule', {
      description: 'Zoom connector: incremental syncs',
      schedule: ScheduleExpression.rate(Duration.minutes(everyMinutes)),
      // the next tick does what a missed one did not
      target: new LambdaInvoke(dispatch, { role, retryAttempts: 0 }),
    });
  }
}
