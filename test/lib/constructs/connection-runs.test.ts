import { describe, expect, it } from '@jest/globals';
import { OUTCOME } from '../../../lambdas/contract/workflow';
import { synthesise } from '../support/synthesis';

interface State {
  readonly Type: string;
  readonly QueryLanguage?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: true;
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: unknown };
  readonly Output?: unknown;
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly ItemProcessor?: Definition & { readonly ProcessorConfig: unknown };
  readonly MaxConcurrency?: number;
}
interface Definition {
  readonly StartAt: string;
  readonly QueryLanguage?: string;
  readonly Comment?: string;
  readonly States: Readonly<Record<string, State>>;
}

const stack = synthesise();

/** The definition of a state machine, its states named without the machine's own name. */
function definitionOf(name: 'Backfill' | 'Sync'): Definition {
  const { DefinitionString } = stack.propertiesOf('AWS::StepFunctions::StateMachine', `Runs/${name}`);
  return JSON.parse((stack.resolve(DefinitionString) as string).replaceAll(`"${name}: `, '"')) as Definition;
}

const { Comment: _comment, ...backfill } = definitionOf('Backfill');
const stateOf = (definition: Definition, name: string): State => {
  const state = definition.States[name];
  if (state === undefined) throw new Error(`there is no state ${name}`);
  return state;
};
const isAllRead = stateOf(backfill, 'is there a part for another day?');
const readAll = stateOf(backfill, 'have the workers read');
const shard = readAll.ItemProcessor as NonNullable<State['ItemProcessor']>;
const read = stateOf(shard, "read the worker's shards");

describe('a run', () => {
  it('plans, has the workers read, and finishes', () => {
    const steps = [backfill.StartAt];
    for (let next = stateOf(backfill, backfill.StartAt).Next; next !== undefined; next = stateOf(backfill, next).Next) {
      steps.push(next);
    }
    expect([...steps, isAllRead.Default]).toEqual([
      'plan the run',
      'have the workers read',
      'is there a part for another day?',
      'finish the run',
    ]);
  });

  it('goes on in another execution when the day’s quota is used up, so that no history grows without end', () => {
    const wait = stateOf(backfill, isAllRead.Choices?.[0]?.Next ?? '');
    expect([wait.Type, wait.Next]).toEqual(['Wait', 'go on in another execution']);
    expect(stateOf(backfill, wait.Next ?? '')).toMatchObject({ End: true, Output: {} });
  });

  it('starts itself alone', () => {
    const { Arguments } = stateOf(backfill, 'go on in another execution');
    expect(Arguments).toMatchObject({ StateMachineArn: expect.stringMatching(/:ZoomSecurityConnector-Backfill$/) });
  });

  it('takes the same steps whether it is a backfill or a sync', () => {
    const { Comment: _ours, ...sync } = definitionOf('Sync');
    expect(JSON.parse(JSON.stringify(sync).replace('-Sync"', '-Backfill"'))).toEqual(backfill);
  });

  it('leaves functions to the pages: a young account runs ten at once', () => {
    expect(readAll.MaxConcurrency).toBeLessThan(5);
  });

  it('is written in JSONata throughout', () => {
    const languages = Object.values(shard.States).map(({ QueryLanguage }) => QueryLanguage);
    expect([backfill.QueryLanguage, ...new Set(languages)]).toEqual(['JSONata', 'JSONata']);
  });

  it('has its workers in its own history, without executions of their own', () => {
    expect(shard.ProcessorConfig).toEqual({ Mode: 'INLINE' });
  });
});

describe('a step that fails for good', () => {
  it('leaves its shards unread and the others running, whatever its fault', () => {
    expect(read.Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'its shards stay unread' }]);
  });

  it('fails the execution where there is nothing to conclude from', () => {
    expect([stateOf(backfill, 'plan the run').Catch, stateOf(backfill, 'finish the run').Catch]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('what a worker says', () => {
  const said = stateOf(shard, 'what did the worker say?');
  const next = new Map(said.Choices?.map(({ Condition, Next }) => [/ = '(\w+)'/.exec(Condition)?.[1], Next]));

  it('is asked after each of its turns', () => {
    expect(read.Next).toBe('what did the worker say?');
  });

  it('is one of the words that both sides agree on', () => {
    expect([...next.keys(), 'done'].sort()).toEqual(Object.values(OUTCOME).sort());
  });

  it.each([
    [OUTCOME.again, "read the worker's shards"],
    [OUTCOME.waitUntil, "wait until Zoom's quota allows"],
    [OUTCOME.nextDay, 'the worker goes on another day'],
  ])('leads on: %s', (word, state) => {
    expect(next.get(word)).toBe(state);
  });

  it('ends the worker when it is done', () => {
    expect(said.Default).toBe('the worker is at its end');
  });

  // the worker says the time, and never one in less than half a minute; a fixed wait would know no quota
  it('sets the end of a wait, after which it reads on', () => {
    expect(stateOf(shard, "wait until Zoom's quota allows")).toEqual({
      Type: 'Wait',
      QueryLanguage: 'JSONata',
      Timestamp: '{% $states.input.said.at %}',
      Next: "read the worker's shards",
    });
  });

  it.each(['the worker is at its end', 'its shards stay unread'])('leaves nothing in the results: %s', (name) => {
    expect(stateOf(shard, name)).toMatchObject({ Type: 'Pass', Output: {}, End: true });
  });
});

describe('what a run carries', () => {
  it('to a worker is the run and its number alone', () => {
    expect(read.Arguments?.Payload).toEqual({ run: '{% $states.input.run %}', worker: '{% $states.input.worker %}' });
  });

  it('to the last step is the run alone', () => {
    expect(stateOf(backfill, 'finish the run').Arguments?.Payload).toBe('{% $states.input.run %}');
  });

  it('from its workers is when there is more to read, at the earliest', () => {
    expect(readAll.Output).toBe('{% { "run": $states.input.run, "resumeAt": $sort($states.result.resumeAt)[0] } %}');
  });
});

describe('an execution that broke off', () => {
  const rules = Object.values(stack.ofType('AWS::Events::Rule')).map(({ Properties }) => stack.resolve(Properties));

  it('of either state machine is noted by a function of its own', () => {
    expect(rules).toEqual([
      {
        Description: 'Executions of the Zoom connector that broke off',
        State: 'ENABLED',
        EventPattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: { stateMachineArn: ['Runs/Backfill', 'Runs/Sync'], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
        },
        Targets: [{ Id: 'Target0', Arn: 'Runs/Broken.Arn' }],
      },
    ]);
  });
});
