import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const stack = synthesise({ stackName: 'Acme' });
const secrets = Object.values(stack.ofType('AWS::SecretsManager::Secret')).map(({ Properties }) =>
  stack.resolve(Properties),
);

describe('the secret of the Zoom app', () => {
  it('is the only one that the stack makes', () => {
    expect(secrets).toHaveLength(1);
  });

  it("is named after the stack, under the vault's own key", () => {
    expect(secrets[0]).toMatchObject({ Name: 'Acme/zoom-app', KmsKeyId: 'TokenVault/Key.Arn' });
  });

  // with another text, or a generated one, the next deployment would overwrite what the operator has stored
  it('begins with a text that must never change', () => {
    expect(secrets[0]).toMatchObject({ SecretString: '{"setBy":"connector app set-credentials"}' });
  });
});

it("token secrets are named after the stack too, and the app's secret is none of them", () => {
  const { Environment } = stack.propertiesOf('AWS::Lambda::Function', 'Runs/Read') as {
    Environment: { Variables: Record<string, string> };
  };
  expect(Environment.Variables['TOKENS_PREFIX']).toBe('Acme/connections/');
});

it('the key of the secrets is rotated', () => {
  expect(stack.propertiesOf('AWS::KMS::Key', 'TokenVault/Key')).toMatchObject({ EnableKeyRotation: true });
});
