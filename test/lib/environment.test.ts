import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ENV } from '../../lambdas/contract/env';
import { ALL_OPTIONS, synthesise } from './support/synthesis';

const HANDLERS = join(__dirname, '../../lambdas/handlers');
const handlers = readdirSync(HANDLERS).map((file) => basename(file, '.ts'));

const stack = synthesise(ALL_OPTIONS);
/** By handler, the variables that its function is given. */
const given = new Map(
  Object.values(stack.ofType('AWS::Lambda::Function')).map(({ Properties }) => {
    const { Environment } = stack.resolve(Properties) as { Environment: { Variables: Record<string, string> } };
    return [Environment.Variables['POWERTOOLS_SERVICE_NAME'], Environment.Variables] as const;
  }),
);
const ours = new Set<string>(Object.values(ENV));

// what is around every handler reads none of these variables, and is of no concern here
jest.mock('../../lambdas/runtime/instrument', () => ({ instrument: (handle: unknown) => handle }));

describe('the environment of a function', () => {
  const outer = process.env;
  let read: Set<string>;

  beforeEach(() => {
    read = new Set();
  });
  afterEach(() => {
    process.env = outer;
  });

  it('is given to a function for every handler', () => {
    expect([...given.keys()].sort()).toEqual(handlers.sort());
  });

  it.each(handlers)(
    'is what its handler reads when it starts, neither more nor less: %s',
    async (handler) => {
      const variables = { AWS_REGION: 'eu-central-1', ...given.get(handler) };
      process.env = new Proxy(variables, {
        get(target, name) {
          read.add(String(name));
          return Reflect.get(target, name) as unknown;
        },
      });
      await import(join(HANDLERS, handler));
      const names = Object.keys(variables).filter((name) => ours.has(name));
      expect([...read].filter((name) => ours.has(name)).sort()).toEqual(names.sort());
    },
    30_000,
  );
});
