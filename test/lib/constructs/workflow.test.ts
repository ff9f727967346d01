import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

interface Definition {
  readonly States: Readonly<Record<string, State>>;
}
interface State {
  readonly Resource?: string;
  readonly Retry?: readonly Retrier[];
  readonly ItemProcessor?: Definition;
}
interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

const stack = synthesise();
const workflows = Object.entries(stack.ofType('AWS::StepFunctions::StateMachine'));

/** The states that invoke a function, those of Maps among them, by name. */
function invoking({ States }: Definition): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => {
    if (state.ItemProcessor !== undefined) return invoking(state.ItemProcessor);
    return state.Resource?.endsWith(':lambda:invoke') === true ? [[name, state]] : [];
  });
}

describe.each(workflows)('the workflow %s', (path, { Properties }) => {
  it('is traced', () => {
    expect(Properties['TracingConfiguration']).toEqual({ Enabled: true });
  });

  it('logs what it does and not what it carries', () => {
    expect(Properties['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  });

  it('logs to a group of its name, which no policy of the account has to list', () => {
    expect(stack.propertiesOf('AWS::Logs::LogGroup', `${path}Log`)).toMatchObject({
      LogGroupName: `/aws/vendedlogs/states/${String(Properties['StateMachineName'])}`,
    });
  });
});

it('workflows are named after the stack', () => {
  expect(workflows.map(([path, { Properties }]) => [path, Properties['StateMachineName']])).toEqual([
    ['Runs/Backfill', 'ZoomSecurityConnector-Backfill'],
    ['Runs/Sync', 'ZoomSecurityConnector-Sync'],
    ['Disconnect/Workflow', 'ZoomSecurityConnector-Disconnect'],
    ['Replay/Workflow', 'ZoomSecurityConnector-Replay'],
  ]);
});

describe('a step of a workflow that invokes a function', () => {
  const steps = workflows.flatMap(([, { Properties }]) =>
    invoking(JSON.parse(stack.resolve(Properties['DefinitionString']) as string) as Definition),
  );

  it('is any of these', () => {
    expect(steps.map(([name]) => name).sort()).toEqual([
      'Backfill: finish the run',
      'Backfill: plan the run',
      "Backfill: read the worker's shards",
      'Sync: finish the run',
      'Sync: plan the run',
      "Sync: read the worker's shards",
      'delete what came after, and leave the receipt',
      'delete what is stored',
      'end the grant',
      'send facts',
    ]);
  });

  it.each(steps)('is tried again whatever its fault, five times in a minute: %s', (_name, { Retry }) => {
    expect(Retry?.slice(1)).toEqual([
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 5, JitterStrategy: 'FULL' },
    ]);
  });

  it.each(steps)('is tried again for more than an hour while Lambda has no room for it: %s', (_name, { Retry }) => {
    const [busy] = Retry as [Retrier];
    expect(busy).toMatchObject({ BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' });
    expect(busy.ErrorEquals).toContain('Lambda.TooManyRequestsException');
    // a try waits half of that on average, and one writes three events of the 25,000 that an execution may have
    expect((busy.MaxAttempts * 60) / 2).toBeGreaterThan(3600);
    expect(busy.MaxAttempts * 3).toBeLessThan(500);
  });
});
