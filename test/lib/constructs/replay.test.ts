import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Arguments?: { readonly Payload: unknown };
  readonly Output?: unknown;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
}

const stack = synthesise();
const local = synthesise({ publicUrl: 'http://localhost:8787' });
const queue = stack.resolve(stack.propertiesOf('AWS::SQS::Queue', 'Replay/Queue')) as Record<string, unknown>;
const { DefinitionString } = stack.propertiesOf('AWS::StepFunctions::StateMachine', 'Replay/Workflow');
const { StartAt, States } = JSON.parse(stack.resolve(DefinitionString) as string) as {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
};

describe('the replay queue', () => {
  it("is encrypted with the facts' key, which consumers may use already", () => {
    expect(queue['KmsMasterKeyId']).toBe('FactsTable/Key.Arn');
  });

  it('keeps what nobody fetches for a day, as the stream does', () => {
    expect(queue['MessageRetentionPeriod']).toBe(24 * 60 * 60);
  });

  it('gives a message to nobody else for as long as any function may run', () => {
    expect(queue['VisibilityTimeout']).toBe(15 * 60);
  });

  it('refuses plain http, but on an emulator, which knows nothing else', () => {
    const refusing = [stack, local].map((of) =>
      JSON.stringify(of.ofType('AWS::SQS::QueuePolicy')['Replay/Queue/Policy'] ?? ''),
    );
    expect(refusing.map((policy) => policy.includes('"aws:SecureTransport":"false"'))).toEqual([true, false]);
  });
});

describe('the workflow of a replay', () => {
  it('sends as long as there is more, each turn with what the one before said', () => {
    expect(States[StartAt]).toMatchObject({
      Type: 'Task',
      Arguments: { Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      Next: 'are there more?',
    });
    expect(States['are there more?']?.Choices).toEqual([
      { Condition: "{% $states.input.outcome = 'again' %}", Next: StartAt },
    ]);
  });

  it('ends by saying how many it sent', () => {
    expect(States[States['are there more?']?.Default ?? '']?.Output).toMatchObject({
      sent: '{% $states.input.sent %}',
    });
  });
});
