import * as z from 'zod';
import { ENV } from '../contract/env';

const text = z.string().min(1);
const url = z.url();
// an empty text would be read as 0
const number = text.pipe(z.coerce.number<string>().positive());

/** How each variable is read. */
const VARIABLES = {
  [ENV.publicUrl]: url,
  [ENV.controlTable]: text,
  [ENV.factsTable]: text,
  [ENV.tokensPrefix]: text,
  [ENV.tokensKeyArn]: text,
  [ENV.zoomAppSecret]: text,
  [ENV.zoomOAuthUrl]: url,
  [ENV.zoomApiUrl]: url,
  [ENV.backfillStateMachine]: text,
  [ENV.syncStateMachine]: text,
  [ENV.disconnectStateMachine]: text,
  [ENV.replayStateMachine]: text,
  [ENV.replayQueueUrl]: text,
  [ENV.backfillDays]: number,
  [ENV.syncEveryMinutes]: number,
  [ENV.overlapMinutes]: text.pipe(z.coerce.number<string>().nonnegative()),
  [ENV.sweepDays]: number,
  [ENV.perSecondShare]: number,
  [ENV.perDayShare]: number,
  [ENV.retentionDays]: number,
  [ENV.auditFunction]: text,
  [ENV.eventQueueUrl]: text,
};

type Name = keyof typeof VARIABLES;
type Env<Names extends Name> = { readonly [N in Names]: z.output<(typeof VARIABLES)[N]> };

/** The function's environment is not what its code needs. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Reads the variables that a function needs, once per cold start.
 *
 * @throws EnvironmentError with all problems at once, by name and without values.
 */
export function readEnv<Names extends Name>(...names: Names[]): Env<Names> {
  const shape = Object.fromEntries(names.map((name) => [name, VARIABLES[name]]));
  const parsed = z.object(shape).safeParse(process.env);
  if (parsed.success) return parsed.data as Env<Names>;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`);
  throw new EnvironmentError(`fix these environment variables: ${problems.join(', ')}`);
}
