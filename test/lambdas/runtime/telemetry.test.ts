import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MetricUnit } from '@aws-lambda-powertools/metrics';

describe('the metrics at the end of an invocation', () => {
  const outer = process.env;
  const written: unknown[] = [];

  beforeEach(() => {
    written.length = 0;
    for (const method of ['log', 'warn'] as const) {
      jest.spyOn(console, method).mockImplementation((line: unknown) => void written.push(line));
    }
    // has the library write to the console that tests see, and write metrics all the same
    process.env = {
      ...outer,
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
    };
  });
  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  it('are written once, and nothing where nothing was counted', async () => {
    const { metrics, writeMetrics } = await import('../../../lambdas/runtime/telemetry');
    writeMetrics();
    expect(written).toEqual([]);
    metrics.addMetric('RunsStarted', MetricUnit.Count, 3);
    writeMetrics();
    writeMetrics();
    expect(written).toHaveLength(1);
    expect(JSON.parse(String(written[0]))).toMatchObject({ RunsStarted: 3 });
  });
});
