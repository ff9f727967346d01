import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import type { DeadLetterStage } from '../contract/operator';
import type { DeadLetterStore } from '../core/dead-letters/ports';
import { redact } from './redact';

/** The function's logger: a constant message and fields, never an event, a token or a row of Zoom's. What slips in is blanked out. */
export const logger = new Logger({ jsonReplacerFn: redact });

/** Metrics in the namespace `ZoomConnector`. */
export const metrics = new Metrics();

/** Writes what was counted since the last time, if anything was: for nothing the library would write a warning. */
export function writeMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

/** The store, whose new letters are counted: the metric `DeadLetters`, by stage. */
export function countingDeadLetters(store: DeadLetterStore): DeadLetterStore {
  return {
    ...store,
    async put(letters) {
      const added = await store.put(letters);
      const [first] = letters; // a stage at a time
      if (first !== undefined && added > 0) countDeadLetters(first.stage, added);
      return added;
    },
  };
}

function countDeadLetters(stage: DeadLetterStage, count: number): void {
  const metric = metrics.singleMetric();
  metric.addDimension('stage', stage);
  metric.addMetric('DeadLetters', MetricUnit.Count, count);
}

/** Counts that Zoom refused the app's own credentials: the metric `AppCredentialsRejected`. */
export function countRejectedCredentials(): void {
  metrics.singleMetric().addMetric('AppCredentialsRejected', MetricUnit.Count, 1);
}
