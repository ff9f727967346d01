import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Grant, grantsOf } from '../lib/support/grants';
import { synthesise } from '../lib/support/synthesis';
import { logLines } from '../e2e/support/stack';
import { grantLines, neededGrants } from '../support/needed-grants';
import { recordedCalls } from './support/recorded-calls';

const STACK_NAME = 'ZoomSecurityConnector';
const synthesis = synthesise({ stackName: STACK_NAME, sampleConsumer: true });

/** Grants whose use nobody can see on the emulator, and why. */
const UNSEEN: readonly { readonly why: string; readonly is: (grant: Grant) => boolean }[] = [
  { why: 'Lambda itself writes logs and traces', is: ({ action }) => /^(logs|xray):/.test(action) },
  {
    why: 'DynamoDB and Secrets Manager use keys for the caller, and the emulator asks for no grant',
    is: ({ action }) => action.startsWith('kms:'),
  },
  {
    why: 'the roles of Step Functions and the Scheduler, which act inside of the emulator',
    is: ({ role }) => !role.startsWith('SampleConsumer/') && !functionRoles().has(role),
  },
  {
    why: 'Lambda itself reads the stream and tells of what it gives up',
    is: ({ role }) => role === 'SampleConsumer/ConsumerRole',
  },
];

/** Grants that are for what no end-to-end test brings about; the unit tests show the calls. */
const UNCALLED: Readonly<Record<string, string>> = {};

function functionRoles(): ReadonlySet<string> {
  const functions = Object.values(synthesis.ofType('AWS::Lambda::Function'));
  return new Set(functions.map(({ Properties }) => String(synthesis.resolve(Properties['Role'])).replace('.Arn', '')));
}

describe('the calls of all end-to-end tests', () => {
  const grants = grantsOf(synthesis);
  const needed: string[] = [];

  beforeAll(async () => {
    for (const { role, name, input } of await recordedCalls(synthesis, STACK_NAME)) {
      needed.push(...neededGrants(name, input, STACK_NAME).map((line) => `${role} ${line}`));
    }
  });

  it('were each granted to the role that made it, with the partition', () => {
    const granted = new Set(grants.flatMap((grant) => grantLines([grant]).map((line) => `${grant.role} ${line}`)));
    expect([...new Set(needed)].filter((line) => !granted.has(line))).toEqual([]);
  });

  it('used every grant but those whose use cannot be seen', () => {
    const used = new Set(needed);
    const seen = grants.filter((grant) => !UNSEEN.some(({ is }) => is(grant)));
    const unused = seen.flatMap((grant) => grantLines([grant]).map((line) => `${grant.role} ${line}`));
    expect(unused.filter((line) => !used.has(line) && !(line in UNCALLED))).toEqual([]);
  });

  it('were denied nowhere', async () => {
    const denied = await Promise.all(['AccessDenied', 'not authorized to perform'].map(logLines));
    expect(denied.flat()).toEqual([]);
  });
});
