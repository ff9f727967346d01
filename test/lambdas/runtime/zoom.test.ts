import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { ENV } from '../../../lambdas/contract/env';
import { LocalServer } from '../../support/local-server';

const CREDENTIALS = { clientId: 'id', clientSecret: 'secret' };

describe('credentials of the app that Zoom refuses', () => {
  const outer = process.env;
  const written: string[] = [];

  afterEach(() => {
    process.env = outer;
    jest.restoreAllMocks();
  });

  it('are counted as the metric of the runbook, by function', async () => {
    const server = await LocalServer.start();
    jest.spyOn(console, 'log').mockImplementation((line: string) => void written.push(line));
    process.env = {
      ...outer,
      AWS_REGION: 'eu-central-1',
      // has the library write to the console that tests see, and write metrics all the same
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      POWERTOOLS_SERVICE_NAME: 'read-shards',
      POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
      [ENV.publicUrl]: 'https://connector.example',
      [ENV.tokensPrefix]: 'Stack/connections/',
      [ENV.tokensKeyArn]: 'arn:of:key',
      [ENV.zoomAppSecret]: 'Stack/zoom-app',
      [ENV.zoomOAuthUrl]: server.origin,
      [ENV.zoomApiUrl]: server.origin,
    };
    mockClient(SecretsManagerClient)
      .on(GetSecretValueCommand)
      .resolves({ SecretString: JSON.stringify(CREDENTIALS), VersionId: 'v1' });
    server.answers({ status: 401, body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' } });
    const { makeZoom } = await import('../../../lambdas/runtime/zoom');
    await makeZoom()
      .oauth.refresh({ refreshToken: 'refresh-token', clientId: CREDENTIALS.clientId })
      .catch(() => undefined);
    await server.close();
    expect(written.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        AppCredentialsRejected: 1,
        service: 'read-shards',
        _aws: expect.objectContaining({
          CloudWatchMetrics: [expect.objectContaining({ Namespace: 'ZoomConnector', Dimensions: [['service']] })],
        }) as unknown,
      }),
    ]);
  });
});
