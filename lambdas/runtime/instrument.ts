import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { invocation } from './invocation';
import { logger, writeMetrics } from './telemetry';

/** The chain around every handler: the request's id in each log line, metrics written at the end, faults logged once. */
export function instrument<Event, Result>(handle: (event: Event, context: Context) => Promise<Result>) {
  return middy<Event, Result>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({ after: writeMetrics, onError: writeMetrics })
    .use({
      before: ({ context }: { readonly context: Context }) => {
        invocation.requestId = context.awsRequestId;
      },
      onError: ({ error }) => logger.error('the invocation failed', { error: error as Error }),
    })
    .handler(handle);
}
