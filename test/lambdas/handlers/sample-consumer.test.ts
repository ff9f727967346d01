import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { activityRow, factOf } from '../../support/facts';

// Jest cannot load the middleware, whose part is to write the metrics at the end
jest.mock('../../../lambdas/runtime/instrument', () => ({ instrument: (handle: unknown) => handle }));

/** A record of the stream that was written so many seconds ago. */
const record = (secondsAgo: number) => ({
  eventID: '1',
  eventName: 'INSERT',
  dynamodb: {
    SequenceNumber: '1',
    ApproximateCreationDateTime: Date.now() / 1000 - secondsAgo,
    NewImage: marshall(factOf('user_activity', activityRow())),
  },
});

describe('a batch of the sample consumer', () => {
  const outer = process.env;
  const written: string[] = [];

  beforeEach(() => {
    written.length = 0;
    jest.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line));
    process.env = {
      ...outer,
      // has the library write to the console that tests see, and write metrics all the same
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_SERVICE_NAME: 'sample-consumer',
      POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
    };
  });
  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  it('writes by how many seconds its oldest record is late', async () => {
    const { handler } = await import('../../../lambdas/handlers/sample-consumer');
    const { writeMetrics } = await import('../../../lambdas/runtime/telemetry');
    await handler({ Records: [record(5), record(90), record(1)] }, {});
    writeMetrics();
    const lines = written.map((line) => JSON.parse(line) as object);
    expect(lines.find((line) => 'ConsumerLag' in line)).toMatchObject({
      ConsumerLag: expect.closeTo(90, -1) as unknown,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service']], Metrics: [{ Name: 'ConsumerLag', Unit: 'Seconds' }] }] },
    });
  });
});
