import { describe, expect, it } from '@jest/globals';
import { LONGEST_STEP_MINUTES } from '../../../lambdas/contract/workflow';
import { synthesise } from '../support/synthesis';

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: true;
  readonly Timestamp?: string;
  readonly Arguments?: { readonly Payload: unknown };
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
}

const stack = synthesise();
const { DefinitionString } = stack.propertiesOf('AWS::StepFunctions::StateMachine', 'Disconnect/Workflow');
const definition = JSON.parse(stack.resolve(DefinitionString) as string) as {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
};

/** The states from the first on, as they follow when nothing is left to do again. */
function way(): [string, State][] {
  const states: [string, State][] = [];
  for (let name: string | undefined = definition.StartAt; name !== undefined;) {
    const state = definition.States[name] as State;
    states.push([name, state]);
    name = state.Next ?? state.Default;
  }
  return states;
}

describe('a disconnect', () => {
  it('ends the grant, deletes, waits, deletes again', () => {
    expect(way().map(([name]) => name)).toEqual([
      'end the grant',
      'delete what is stored',
      'is there more?',
      'wait until nothing that ran can write',
      'delete what came after, and leave the receipt',
      'is there more that came after?',
      'the connection is disconnected',
    ]);
  });

  it('deletes on as long as there is more', () => {
    const again = way().flatMap(([, { Choices = [] }]) => Choices);
    expect(again).toEqual(
      ['delete what is stored', 'delete what came after, and leave the receipt'].map((Next) => ({
        Condition: "{% $states.input.outcome = 'again' %}",
        Next,
      })),
    );
  });

  it('waits until the end grant step says that nothing can write any more', () => {
    expect(way().find(([, { Type }]) => Type === 'Wait')?.[1].Timestamp).toBe('{% $states.input.purgeAgainAt %}');
  });
});

describe('the time that a disconnect waits', () => {
  it('is longer than any step of a run takes', () => {
    const timeouts = Object.entries(stack.ofType('AWS::Lambda::Function'))
      .filter(([path]) => path.startsWith('Runs/'))
      .map(([, { Properties }]) => Properties['Timeout'] as number);
    expect(Math.max(...timeouts)).toBe(LONGEST_STEP_MINUTES * 60);
  });
});
