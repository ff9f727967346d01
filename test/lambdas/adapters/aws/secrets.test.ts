import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { inspect } from 'node:util';
import {
  makeSecretsAppCredentials,
  makeSecretsTokenVault,
  makeSecretsWebhookKeys,
} from '../../../../lambdas/adapters/aws/secrets';
import { AppCredentialsMissingError } from '../../../../lambdas/core/zoom/zoom-fault';
import { DAY, NOW, SECOND } from '../../../support/clock';
import { GRANT, tokenSet } from '../../../support/tokens';

const client = new SecretsManagerClient({ region: 'eu-west-1' });
const calls = mockClient(client);
beforeEach(() => void calls.reset());

const gone = () => new ResourceNotFoundException({ $metadata: {}, message: 'no such secret' });
const TOKENS = tokenSet();
const NAME = 'zoom/tokens/c1/g1';

describe('the token vault', () => {
  const vault = makeSecretsTokenVault(client, { prefix: 'zoom/tokens/', kmsKeyId: 'arn:key' });

  it('makes a secret named by connection and generation, under our own key', async () => {
    await vault.create(GRANT, TOKENS);
    expect(calls.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({
      Name: NAME,
      SecretString: JSON.stringify(TOKENS),
      KmsKeyId: 'arn:key',
    });
  });

  it('reads the latest version', async () => {
    calls
      .on(GetSecretValueCommand, { SecretId: NAME, VersionId: undefined })
      .resolves({ SecretString: JSON.stringify(TOKENS), VersionId: 'v1' });
    expect(await vault.read(GRANT)).toEqual({ tokens: TOKENS, version: 'v1' });
  });

  it('reads a version by its id', async () => {
    calls
      .on(GetSecretValueCommand, { SecretId: NAME, VersionId: 'v0' })
      .resolves({ SecretString: JSON.stringify(TOKENS), VersionId: 'v0' });
    expect(await vault.read(GRANT, 'v0')).toEqual({ tokens: TOKENS, version: 'v0' });
  });

  it('has nothing where the secret is gone', async () => {
    calls.on(GetSecretValueCommand).rejects(gone());
    expect(await vault.read(GRANT)).toBeUndefined();
  });

  it('fails when Secrets Manager fails', async () => {
    calls.on(GetSecretValueCommand).rejects(new Error('vault out of order'));
    await expect(vault.read(GRANT)).rejects.toThrow('vault out of order');
  });

  it.each([
    ['not JSON', 'ACCESS-made-up'],
    ['another form', JSON.stringify({ accessToken: 'ACCESS-made-up' })],
  ])('fails for a secret that is %s without a word of it', async (_, SecretString) => {
    calls.on(GetSecretValueCommand).resolves({ SecretString, VersionId: 'v1' });
    const error: unknown = await vault.read(GRANT).catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 20 })).not.toContain('ACCESS');
  });

  it('replaces a token set and says the version', async () => {
    calls
      .on(PutSecretValueCommand, { SecretId: NAME, SecretString: JSON.stringify(TOKENS) })
      .resolves({ VersionId: 'v2' });
    expect(await vault.replace(GRANT, TOKENS)).toBe('v2');
  });

  it('deletes a secret at once', async () => {
    await vault.delete(GRANT);
    expect(calls.commandCalls(DeleteSecretCommand)[0]?.args[0].input).toEqual({
      SecretId: NAME,
      ForceDeleteWithoutRecovery: true,
    });
  });

  it('takes a secret that is gone already for deleted', async () => {
    calls.on(DeleteSecretCommand).rejects(gone());
    await expect(vault.delete(GRANT)).resolves.toBeUndefined();
  });
});

describe('the credentials of the app', () => {
  const credentials = makeSecretsAppCredentials(client, 'zoom/app');

  it('are what the operator stored', async () => {
    const stored = { clientId: 'id', clientSecret: 'secret' };
    await credentials.save(stored);
    const { SecretString } = calls.commandCalls(PutSecretValueCommand)[0]?.args[0].input ?? {};
    calls.on(GetSecretValueCommand, { SecretId: 'zoom/app' }).resolves({ SecretString, VersionId: 'v1' });
    expect(await credentials.read()).toEqual(stored);
  });

  it.each([
    ['the placeholder that the secret is made with', 'not set'],
    ['half of them', JSON.stringify({ clientId: 'id' })],
    ['empty ones', JSON.stringify({ clientId: '', clientSecret: '' })],
  ])('fail as missing for %s', async (_, SecretString) => {
    calls.on(GetSecretValueCommand).resolves({ SecretString, VersionId: 'v1' });
    await expect(credentials.read()).rejects.toThrow(AppCredentialsMissingError);
  });

  it('fail as missing when there is no secret', async () => {
    calls.on(GetSecretValueCommand).rejects(gone());
    await expect(credentials.read()).rejects.toThrow(AppCredentialsMissingError);
  });
});

describe('the secret tokens that webhooks are signed with', () => {
  const stored = (webhookSecret: string | undefined, at: number) => ({
    SecretString: JSON.stringify({ clientId: `app of ${webhookSecret}`, clientSecret: 'secret', webhookSecret }),
    VersionId: 'v1',
    CreatedDate: new Date(at),
  });
  const keyOf = (secretToken: string) => ({ secretToken, clientId: `app of ${secretToken}` });
  /** What is good at {@link NOW}, when the operator has stored `current` then, after `previous`. */
  const keysAfter = (
    at: number,
    current: string | undefined,
    previous: { SecretString: string } | null = stored('old', NOW - 30 * DAY),
  ) => {
    calls.on(GetSecretValueCommand, { SecretId: 'zoom/app' }).resolves(stored(current, at));
    const before = calls.on(GetSecretValueCommand, { SecretId: 'zoom/app', VersionStage: 'AWSPREVIOUS' });
    if (previous === null) before.rejects(gone());
    else before.resolves({ VersionId: 'v0', ...previous });
    return makeSecretsWebhookKeys(client, 'zoom/app').list(NOW);
  };

  it('are the one that is stored', async () => {
    expect(await keysAfter(NOW - DAY, 'new')).toEqual([keyOf('new')]);
  });

  it('are also the one before, for a day', async () => {
    expect(await keysAfter(NOW - DAY + SECOND, 'new')).toEqual([keyOf('new'), keyOf('old')]);
  });

  it.each([
    ['there was none', null],
    ['there was the placeholder that the secret is made with', { SecretString: '{"setBy":"connector"}' }],
  ])('are the one that is stored when before it %s', async (_, previous) => {
    expect(await keysAfter(NOW, 'new', previous)).toEqual([keyOf('new')]);
  });

  it('are none while the operator has stored none', async () => {
    expect(await keysAfter(NOW, undefined, { SecretString: 'not set' })).toEqual([]);
  });

  it('are none when there is no secret', async () => {
    calls.on(GetSecretValueCommand).rejects(gone());
    expect(await makeSecretsWebhookKeys(client, 'zoom/app').list(NOW)).toEqual([]);
  });

  it('are read once a second at most, and are known a second after they were stored', async () => {
    const keys = makeSecretsWebhookKeys(client, 'zoom/app');
    calls.on(GetSecretValueCommand).resolves(stored('old', NOW - 30 * DAY));
    const first = await keys.list(NOW);
    calls.on(GetSecretValueCommand).resolves(stored('new', NOW - 2 * DAY));
    const second = await keys.list(NOW + SECOND - 1);
    expect([first, second, await keys.list(NOW + SECOND)]).toEqual([[keyOf('old')], [keyOf('old')], [keyOf('new')]]);
  });

  it('fail to be read when Secrets Manager fails', async () => {
    calls.on(GetSecretValueCommand).rejects(new Error('vault out of order'));
    await expect(makeSecretsWebhookKeys(client, 'zoom/app').list(NOW)).rejects.toThrow('vault out of order');
  });
});
