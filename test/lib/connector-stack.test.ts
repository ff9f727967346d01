import { describe, expect, it } from '@jest/globals';
import { ALL_OPTIONS, type Resource, type Synthesis, synthesise } from './support/synthesis';

const byDefault = synthesise();
const allOptions = synthesise(ALL_OPTIONS);

describe('the outputs', () => {
  it('have the names that scripts rely on', () => {
    expect(Object.keys(byDefault.template['Outputs'] as object).sort()).toEqual([
      'BackfillStateMachineArn',
      'CallbackUrl',
      'ConsoleUrl',
      'ControlTableName',
      'FactsKeyArn',
      'FactsStreamArn',
      'FactsTableName',
      'OperatorFunctionName',
      'ReplayQueueArn',
      'ReplayQueueUrl',
      'SyncStateMachineArn',
      'WebhookUrl',
      'ZoomAppSecretArn',
    ]);
  });

  it('name what they say', () => {
    expect(outputsOf(byDefault)).toEqual({
      BackfillStateMachineArn: 'Runs/Backfill',
      CallbackUrl: 'PublicAddress.ApiEndpoint/oauth/callback',
      ConsoleUrl: 'PublicAddress.ApiEndpoint',
      ControlTableName: 'ControlTable',
      FactsKeyArn: 'FactsTable/Key.Arn',
      FactsStreamArn: 'FactsTable.StreamArn',
      FactsTableName: 'FactsTable',
      OperatorFunctionName: 'OperatorAccess/Operator',
      ReplayQueueArn: 'Replay/Queue.Arn',
      ReplayQueueUrl: 'Replay/Queue',
      SyncStateMachineArn: 'Runs/Sync',
      WebhookUrl: 'PublicAddress.ApiEndpoint/webhooks/zoom',
      ZoomAppSecretArn: 'TokenVault/ZoomApp',
    });
  });

  it('lead to the public address where there is one', () => {
    expect(outputsOf(allOptions)).toMatchObject({
      ConsoleUrl: 'https://connector.example.com',
      CallbackUrl: 'https://connector.example.com/oauth/callback',
      WebhookUrl: 'https://connector.example.com/webhooks/zoom',
    });
  });
});

describe('what becomes of the data when the stack is deleted', () => {
  const fate = (stack: Synthesis, type: string, path: string) => {
    const { DeletionPolicy, UpdateReplacePolicy } = stack.ofType(type)[path] as Resource;
    return { DeletionPolicy, UpdateReplacePolicy };
  };
  const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  const gone = { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };

  it.each([
    ['the facts', 'AWS::DynamoDB::Table', 'FactsTable'],
    ['the key of the facts', 'AWS::KMS::Key', 'FactsTable/Key'],
  ])('%s: kept, unless configured', (_name, type, path) => {
    expect([fate(byDefault, type, path), fate(allOptions, type, path)]).toEqual([kept, gone]);
  });

  it.each([
    ["the connector's own state", 'AWS::DynamoDB::Table', 'ControlTable'],
    ['the key of that state', 'AWS::KMS::Key', 'ControlTable/Key'],
    ["the app's credentials", 'AWS::SecretsManager::Secret', 'TokenVault/ZoomApp'],
    ['the key of the secrets', 'AWS::KMS::Key', 'TokenVault/Key'],
  ])('%s: gone', (_name, type, path) => {
    expect([fate(byDefault, type, path), fate(allOptions, type, path)]).toEqual([gone, gone]);
  });

  it('nothing but the facts and their key is kept', () => {
    const resources = Object.values(byDefault.template['Resources'] as Record<string, Resource>);
    const retained = resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(retained.map(({ Type }) => Type).sort()).toEqual(['AWS::DynamoDB::Table', 'AWS::KMS::Key']);
  });
});

describe('logical ids', () => {
  it.each([
    ['AWS::DynamoDB::Table', 'FactsTable', 'FactsTableE23EA9EB'],
    ['AWS::KMS::Key', 'FactsTable/Key', 'FactsTableKey5FC92BD1'],
    ['AWS::DynamoDB::Table', 'ControlTable', 'ControlTable3C1CA7D0'],
    ['AWS::KMS::Key', 'ControlTable/Key', 'ControlTableKey1430F373'],
    ['AWS::SecretsManager::Secret', 'TokenVault/ZoomApp', 'TokenVaultZoomApp59DDA07A'],
    ['AWS::KMS::Key', 'TokenVault/Key', 'TokenVaultKeyA8F660A7'],
    ['AWS::ApiGatewayV2::Api', 'PublicAddress', 'PublicAddress161B6160'],
    ['AWS::StepFunctions::StateMachine', 'Runs/Backfill', 'RunsBackfillE6280D4C'],
    ['AWS::StepFunctions::StateMachine', 'Runs/Sync', 'RunsSync13D5DC31'],
  ])('stay, or CloudFormation replaces it and what it holds: %s %s', (type, path, id) => {
    expect(byDefault.logicalIdOf(type, path)).toBe(id);
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'])(
    'of what holds data are the same whatever is configured: %s',
    (type) => {
      const ids = (stack: Synthesis) => Object.keys(stack.ofType(type)).map((path) => stack.logicalIdOf(type, path));
      expect(ids(allOptions)).toEqual(ids(byDefault));
    },
  );
});

describe('names', () => {
  it('are left to CloudFormation, but for the secret, for workflows and logs, and for what needs no name of its own', () => {
    const resources = Object.values(allOptions.template['Resources'] as Record<string, Resource>);
    const named = resources.flatMap(({ Type, Properties }) =>
      Object.entries(Properties)
        .filter(([property, value]) => /Name$/.test(property) && typeof value === 'string')
        .map(([property]) => `${Type} ${property}`),
    );
    expect([...new Set(named)].sort()).toEqual([
      'AWS::ApiGatewayV2::Api Name', // two may have the same
      'AWS::ApiGatewayV2::Stage StageName', // the API's own
      'AWS::IAM::Policy PolicyName', // the role's own
      'AWS::Logs::LogGroup LogGroupName', // of those that AWS itself writes to
      'AWS::SecretsManager::Secret Name',
      'AWS::StepFunctions::StateMachine StateMachineName', // its executions start the next one
    ]);
  });

  it('of two stacks in one account differ', () => {
    const names = [byDefault, allOptions].map(
      (stack) => stack.propertiesOf('AWS::SecretsManager::Secret', 'TokenVault/ZoomApp')['Name'],
    );
    expect(names).toEqual(['ZoomSecurityConnector/zoom-app', 'AllOptions/zoom-app']);
  });
});

it('a stack of the longest name is synthesised', () => {
  expect(() => synthesise({ stackName: `A${'b'.repeat(68)}` })).not.toThrow();
});

describe('log groups', () => {
  it.each([
    ['90 days, if nothing else is configured', byDefault, 90],
    ['as long as configured', allOptions, ALL_OPTIONS.logRetentionDays],
  ])('are all kept %s', (_name, stack, days) => {
    const groups = Object.values(stack.ofType('AWS::Logs::LogGroup'));
    expect(new Set(groups.map(({ Properties }) => Properties['RetentionInDays']))).toEqual(new Set([days]));
  });
});

function outputsOf(stack: Synthesis): Record<string, unknown> {
  const outputs = Object.entries(stack.template['Outputs'] as Record<string, { Value: unknown }>);
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, stack.resolve(Value)]));
}
