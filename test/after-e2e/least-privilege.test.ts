import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Grant, grantsOf } from '../lib/support/grants';
import { synthesise } from '../lib/support/synthesis';
import { logLines, stacks } from '../e2e/support/stack';
import { FILLED, grantLines, neededGrants } from '../support/needed-grants';
import { recordedCalls } from './support/recorded-calls';

const STACK_NAME = 'ZoomSecurityConnector';
const synthesis = synthesise({ stackName: STACK_NAME, sampleConsumer: true });
const FUNCTION_ROLES = new Set(
  Object.values(synthesis.ofType('AWS::Lambda::Function')).map(({ Properties }) =>
    String(synthesis.resolve(Properties['Role'])).replace('.Arn', ''),
  ),
);

/** Grants whose use nobody can see on the emulator, and why. */
const UNSEEN: readonly { readonly why: string; readonly is: (grant: Grant) => boolean }[] = [
  { why: 'Lambda itself writes logs and traces', is: ({ action }) => /^(logs|xray):/.test(action) },
  {
    why: 'DynamoDB and Secrets Manager use keys for the caller, and the emulator asks for no grant',
    is: ({ action }) => action.startsWith('kms:'),
  },
  {
    why: 'Lambda itself reads the stream and the queue, and sends what it gives up to the dead letters',
    is: ({ action, resource }) =>
      /Stream|Shard|Records/.test(action) ||
      (action.startsWith('sqs:') && !(action === 'sqs:SendMessage' && FILLED.includes(resource))),
  },
  {
    why: 'Step Functions, EventBridge and the Scheduler act inside of the emulator',
    is: ({ role }) => !FUNCTION_ROLES.has(role),
  },
];

/** Grants that are for what no end-to-end test brings about, and why. The unit tests have the calls. */
const UNCALLED: Readonly<Record<string, string>> = {
  'Runs/PlanRole dynamodb:PutItem ControlTable of DEADLETTER': 'a backfill takes the place of one that broke off',
  'Runs/BrokenRole dynamodb:PutItem ControlTable of CONNECTION':
    'an execution broke off, and its connection waits for it',
  'IncrementalSync/DispatchRole states:StartExecution Runs/Backfill': 'a consent could not start its backfill',
  'Disconnect/EndGrantRole secretsmanager:PutSecretValue ZoomSecurityConnector/connections/*':
    'the access token has expired, and only a new one lets Zoom take the grant back',
  'Disconnect/EndGrantRole states:StopExecution states:execution:Runs/Sync:*': 'a sync runs at that very moment',
  'Disconnect/PurgeRole dynamodb:DeleteItem ControlTable of DEADLETTER':
    'a connection with dead letters is disconnected',
  'HostedPages/DisconnectFormRole states:DescribeExecution states:execution:Disconnect/Workflow:*':
    'somebody asks on the page for what is under way already',
  'OperatorAccess/OperatorRole states:StopExecution states:execution:Runs/Sync:*': 'a sync runs at that very moment',
  'OperatorAccess/OperatorRole dynamodb:DeleteItem ControlTable of DEADLETTER':
    'a row is understood that was not before',
  'OperatorAccess/OperatorRole dynamodb:PutItem FactsTable': 'a row is understood that was not before',
};

const grants = grantsOf(synthesis);
const lines = (of: readonly Grant[]) =>
  of.flatMap((grant) => grantLines([grant]).map((line) => `${grant.role} ${line}`));
const granted = new Set(lines(grants));

describe('the calls of all end-to-end tests', () => {
  const needed = new Set<string>();

  beforeAll(async () => {
    const calls = await Promise.all(stacks.map((stack) => recordedCalls(stack, synthesis, STACK_NAME)));
    for (const { role, name, input } of calls.flat()) {
      for (const line of neededGrants(name, input, STACK_NAME)) needed.add(`${role} ${line}`);
    }
  });

  it('were each granted to the role that made it, with the partition', () => {
    expect([...needed].filter((line) => !granted.has(line))).toEqual([]);
  });

  it('used every grant whose use can be seen, but those that are explained', () => {
    const seen = lines(grants.filter((grant) => !UNSEEN.some(({ is }) => is(grant))));
    expect(seen.filter((line) => !needed.has(line) && !(line in UNCALLED))).toEqual([]);
  });

  it('were denied nowhere', async () => {
    const words = ['AccessDenied', 'not authorized to perform'];
    const denied = await Promise.all(stacks.flatMap((stack) => words.map((word) => logLines(word, stack))));
    expect(denied.flat()).toEqual([]);
  });
});

it('a grant that is explained is there', () => {
  expect(Object.keys(UNCALLED).filter((line) => !granted.has(line))).toEqual([]);
});
