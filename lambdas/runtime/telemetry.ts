import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import type { DeadLetterStage } from '../contract/operator';

/** The function's logger: a constant message and fields, never an event, a token or a row of Zoom's. */
export const logger = new Logger();

/** Metrics in the namespace `ZoomConnector`. */
export const metrics = new Metrics();

/** Counts dead letters that were written: the metric `DeadLetters`, by stage. */
export function countDeadLetters(stage: DeadLetterStage, count: number): void {
  if (count === 0) return;
  const metric = metrics.singleMetric();
  metric.addDimension('stage', stage);
  metric.addMetric('DeadLetters', MetricUnit.Count, count);
}
