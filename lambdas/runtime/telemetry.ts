import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** The function's logger: a constant message and fields, never an event, a token or a row of Zoom's. */
export const logger = new Logger();

/** Metrics in the namespace `ZoomConnector`. */
export const metrics = new Metrics();
