import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const stack = synthesise();
const workflows = Object.entries(stack.ofType('AWS::StepFunctions::StateMachine'));

describe.each(workflows)('the workflow %s', (_path, { Properties }) => {
  it('is traced', () => {
    expect(Properties['TracingConfiguration']).toEqual({ Enabled: true });
  });

  it('logs what it does and not what it carries', () => {
    expect(Properties['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
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
