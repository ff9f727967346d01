import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { makeSecretsAppCredentials, makeSecretsTokenVault } from '../adapters/aws/secrets';
import { makeHttpZoomApi } from '../adapters/zoom/http-zoom-api';
import { makeHttpZoomOAuth } from '../adapters/zoom/http-zoom-oauth';
import { ENV } from '../contract/env';
import { CALLBACK_PATH } from '../contract/routes';
import { readEnv } from './env';
import { systemClock } from './clock';
import { countRejectedCredentials } from './telemetry';

/** Two attempts of 5 s at most, so that storing a refreshed token set ends within its lease. */
const SECRETS_CLIENT: SecretsManagerClientConfig = {
  maxAttempts: 2,
  requestHandler: { requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** What {@link makeZoom} makes. */
export type Zoom = ReturnType<typeof makeZoom>;

/** What the functions that hold tokens need of Zoom and Secrets Manager; made once per cold start. */
export function makeZoom() {
  const env = readEnv(
    ENV.publicUrl,
    ENV.tokensPrefix,
    ENV.tokensKeyArn,
    ENV.zoomAppSecret,
    ENV.zoomOAuthUrl,
    ENV.zoomApiUrl,
  );
  const secrets = new SecretsManagerClient(SECRETS_CLIENT);
  const credentials = makeSecretsAppCredentials(secrets, env.ZOOM_APP_SECRET);
  const settings = {
    oauthUrl: env.ZOOM_OAUTH_URL,
    apiUrl: env.ZOOM_API_URL,
    redirectUri: `${env.PUBLIC_URL}${CALLBACK_PATH}`,
  };
  return {
    apiUrl: env.ZOOM_API_URL,
    vault: makeSecretsTokenVault(secrets, { prefix: env.TOKENS_PREFIX, kmsKeyId: env.TOKENS_KEY_ARN }),
    oauth: makeHttpZoomOAuth(settings, () => credentials.read(), systemClock.now, countRejectedCredentials),
    api: makeHttpZoomApi(systemClock.now),
  };
}
