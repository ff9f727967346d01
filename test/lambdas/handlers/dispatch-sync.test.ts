import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ENV } from '../../../lambdas/contract/env';
import type { ConnectionRecord } from '../../../lambdas/core/connections/connection-record';
import { backfillRecord, connectedRecord } from '../../support/connections';

// Jest cannot load the middleware, whose part is to write the metrics at the end
jest.mock('../../../lambdas/runtime/instrument', () => ({ instrument: (handle: unknown) => handle }));

const dynamoDb = mockClient(DynamoDBDocumentClient);
const stepFunctions = mockClient(SFNClient);
const HOURS_AGO = new Date(Date.now() - 5 * 3_600_000).toISOString();
const UNREAD = connectedRecord({
  connectedAt: HOURS_AGO,
  firstReadAt: HOURS_AGO,
  backfill: backfillRecord({ state: 'done', endedAt: HOURS_AGO }),
});
const SLOW = connectedRecord({
  status: 'backfilling',
  backfill: backfillRecord({ startedAt: HOURS_AGO }),
});

describe('a tick of the schedule', () => {
  const outer = process.env;
  const written: string[] = [];

  beforeEach(() => {
    written.length = 0;
    jest.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line));
    process.env = {
      ...outer,
      AWS_REGION: 'eu-central-1',
      // has the library write to the console that tests see, and write metrics all the same
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_SERVICE_NAME: 'dispatch-sync',
      POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
      [ENV.controlTable]: 'ControlTable',
      [ENV.backfillStateMachine]: 'Backfill',
      [ENV.syncStateMachine]: 'Sync',
      [ENV.disconnectStateMachine]: 'Disconnect',
      [ENV.syncEveryMinutes]: '15',
      [ENV.perSecondShare]: '1',
      [ENV.perDayShare]: '1',
    };
  });
  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  /** @returns the lines with metrics that the tick writes. */
  const ticking = async (...connections: readonly ConnectionRecord[]) => {
    dynamoDb.on(GetCommand).resolves({});
    dynamoDb.on(QueryCommand).resolves({ Items: [] });
    dynamoDb
      .on(QueryCommand, { KeyConditionExpression: 'pk = :connections AND sk >= :id' })
      .resolves({ Items: connections.map((connection) => ({ ...connection })) });
    stepFunctions.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
    const { handler } = await import('../../../lambdas/handlers/dispatch-sync');
    const { metrics } = await import('../../../lambdas/runtime/telemetry');
    await handler({}, { getRemainingTimeInMillis: () => 900_000 });
    metrics.publishStoredMetrics();
    return written.map((line) => JSON.parse(line) as object).filter((line) => '_aws' in line);
  };
  /** @returns the line of what the tick counts. */
  const counting = async (...connections: readonly ConnectionRecord[]) =>
    (await ticking(...connections)).filter((line) => 'BackfillOverdue' in line);

  it.each<[number, readonly ConnectionRecord[]]>([
    [0, []],
    [1, [SLOW]],
  ])('writes that %i backfills are overdue', async (count, connections) => {
    expect(await counting(...connections)).toMatchObject([
      {
        BackfillOverdue: count,
        service: 'dispatch-sync',
        _aws: { CloudWatchMetrics: [{ Namespace: 'ZoomConnector', Dimensions: [['service']] }] },
      },
    ]);
  });

  it('writes how many runs it started and how many syncs it skipped', async () => {
    const startedAt = new Date().toISOString();
    const busy = connectedRecord({ id: 'c2', syncRun: { runId: 'tick-0', startedAt } });
    expect(await counting(connectedRecord(), busy)).toMatchObject([{ RunsStarted: 1, SyncsSkipped: 1 }]);
  });

  it('writes nothing of what did not happen', async () => {
    const [metrics = {}] = await counting();
    const names = ['RunsStarted', 'SyncsSkipped', 'Disconnects', 'DispatchFailed', 'DispatchCutShort'];
    expect(names.filter((name) => name in metrics)).toEqual([]);
  });

  it.each<[number, readonly ConnectionRecord[]]>([
    [0, []],
    [2, [UNREAD]],
  ])('writes that %i streams are behind', async (count, connections) => {
    expect(await counting(...connections)).toMatchObject([{ StreamsBehind: count }]);
  });

  it('writes for each stream how long ago it was read, of the connection where that is longest', async () => {
    const ages = (await ticking(UNREAD)).filter((line) => 'ReadAge' in line);
    expect(ages.map((line) => ('stream' in line ? line.stream : undefined))).toEqual([
      'user',
      'user_activity',
      'admin_operation',
    ]);
    expect(ages[1]).toMatchObject({
      ReadAge: expect.closeTo(18_000, -2) as unknown,
      _aws: {
        CloudWatchMetrics: [{ Dimensions: [['service', 'stream']], Metrics: [{ Name: 'ReadAge', Unit: 'Seconds' }] }],
      },
    });
  });
});
