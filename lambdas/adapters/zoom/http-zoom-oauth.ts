import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import type { Grant, ZoomAuthorization } from '../../core/consent/ports';
import type { AppCredentials } from '../../core/operator/operator';
import { type TokenRefresher, type TokenSet, ZOOM_CALL_MS } from '../../core/tokens/ports';
import { parseApiUrl } from '../../core/zoom/api-url';
import { AnswerLostError, AppCredentialsRejectedError, ZoomFaultError } from '../../core/zoom/zoom-fault';

export interface ZoomOAuthSettings {
  /** Origin of Zoom's authorization server. */
  readonly oauthUrl: string;
  /** Origin of Zoom's API by configuration. */
  readonly apiUrl: string;
  /** Where Zoom sends the browser back to. */
  readonly redirectUri: string;
}

const TokenResponse = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
  api_url: z.unknown(),
});
const ErrorBody = z.object({ reason: z.string() });

const OTHER_APP = 'the stored client id and secret are of another app than the one that was allowed in Zoom';
/** RFC 6749, section 5.2: it is the client that is refused, not the grant. */
const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client'];

/**
 * Zoom's authorization server.
 *
 * @param readCredentials - reads the app's credentials anew for each call, so that a rotated secret is picked up.
 * @param credentialsRejected - told each time that Zoom refuses them.
 * @see https://developers.zoom.us/docs/integrations/oauth/
 */
export function makeHttpZoomOAuth(
  settings: ZoomOAuthSettings,
  readCredentials: () => Promise<AppCredentials>,
  now: () => number,
  credentialsRejected: () => void,
): ZoomAuthorization & TokenRefresher {
  const server: oauth.AuthorizationServer = {
    issuer: settings.oauthUrl,
    authorization_endpoint: `${settings.oauthUrl}/oauth/authorize`,
    token_endpoint: `${settings.oauthUrl}/oauth/token`,
    revocation_endpoint: `${settings.oauthUrl}/oauth/revoke`,
  };
  // the configuration allows plain http for loopback addresses alone
  const isLoopback = settings.oauthUrl.startsWith('http://');
  const request = () => ({ [oauth.allowInsecureRequests]: isLoopback, signal: AbortSignal.timeout(ZOOM_CALL_MS) });

  async function withApp<Result>(call: (client: oauth.Client, auth: oauth.ClientAuth) => Promise<Result>) {
    const { clientId, clientSecret } = await readCredentials();
    try {
      return await call({ client_id: clientId }, basicAuth(clientSecret));
    } catch (error) {
      if (error instanceof AppCredentialsRejectedError) credentialsRejected();
      throw error;
    }
  }

  return {
    async authorizeUrl(state, codeChallenge) {
      const { clientId } = await readCredentials();
      const url = new URL(server.authorization_endpoint ?? '');
      // no `scope`: it comes from the app's configuration in the Marketplace
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: settings.redirectUri,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }).toString();
      return url.href;
    },

    async exchangeCode(code, codeVerifier): Promise<Grant | { readonly kind: 'invalidGrant' }> {
      return withApp(async (client, auth) => {
        const issuedAt = now();
        try {
          // `state` has been checked before: it names the attempt
          const callback = oauth.validateAuthResponse(
            server,
            client,
            new URLSearchParams({ code }),
            oauth.expectNoState,
          );
          const response = await oauth.authorizationCodeGrantRequest(
            server,
            client,
            auth,
            callback,
            settings.redirectUri,
            codeVerifier,
            request(),
          );
          const body = await oauth.processAuthorizationCodeResponse(server, client, response);
          return {
            tokens: tokenSet(body, client.client_id, issuedAt),
            apiUrl: parseApiUrl(body['api_url'], settings.apiUrl),
          };
        } catch (error) {
          const refusal = refusalOf(error, 'code exchange');
          return { kind: refusal.kind };
        }
      });
    },

    async refresh({ refreshToken, clientId }) {
      return withApp(async (client, auth) => {
        // Zoom would say that the grant is bad, and mean that it is another app's
        if (client.client_id !== clientId) throw new AppCredentialsRejectedError(OTHER_APP);
        const issuedAt = now();
        try {
          const response = await oauth.refreshTokenGrantRequest(server, client, auth, refreshToken, request());
          // refused before anything was done with the refresh token
          if (response.status === 429) throw new ZoomFaultError('token refresh: HTTP 429');
          const body = await oauth.processRefreshTokenResponse(server, client, response);
          return { kind: 'tokens', tokens: tokenSet(body, clientId, issuedAt) };
        } catch (error) {
          return refusalOf(error, 'token refresh');
        }
      });
    },

    async revoke({ accessToken }) {
      await withApp(async (client, auth) => {
        try {
          const response = await oauth.revocationRequest(server, client, auth, accessToken, request());
          await oauth.processRevocationResponse(response);
        } catch (error) {
          refusalOf(error, 'revocation'); // a token that is none any more is revoked
        }
      });
    },
  };
}

/**
 * Basic authentication as Zoom documents it: id and secret as they are. RFC 6749 would have them form-encoded first,
 * which changes `-` and `_`.
 */
function basicAuth(clientSecret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    const pair = Buffer.from(`${client.client_id}:${clientSecret}`).toString('base64');
    headers.set('authorization', `Basic ${pair}`);
  };
}

function tokenSet(body: oauth.TokenEndpointResponse, clientId: string, issuedAt: number): TokenSet {
  const parsed = TokenResponse.safeParse(body);
  if (!parsed.success) throw new AnswerLostError('token endpoint: an answer without the documented fields');
  const { access_token, refresh_token, expires_in } = parsed.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    clientId,
    issuedAt,
    expiresAt: issuedAt + expires_in * 1000,
  };
}

/**
 * Tells a refused grant from everything else. Only Zoom's own word `invalid_grant` says that a grant is dead.
 *
 * @throws AppCredentialsRejectedError when Zoom refuses the app; {@link ZoomFaultError} for all that is not an answer.
 */
function refusalOf(error: unknown, call: string): { readonly kind: 'invalidGrant'; readonly reason: string } {
  if (error instanceof ZoomFaultError) throw error;
  if (error instanceof oauth.ResponseBodyError) {
    if (CLIENT_ERRORS.includes(error.error)) throw new AppCredentialsRejectedError();
    if (error.error === 'invalid_grant' && error.status < 500) {
      const body = ErrorBody.safeParse(error.cause);
      return { kind: 'invalidGrant', reason: body.success ? body.data.reason.slice(0, 200) : 'invalid_grant' };
    }
    // of a server error the library makes no such error: it says nothing
    throw new ZoomFaultError(`${call}: HTTP ${error.status}, ${error.error.slice(0, 60)}`);
  }
  // RFC 6749, section 5.2: a 401 with a challenge is a refused client
  if (error instanceof oauth.WWWAuthenticateChallengeError && error.status === 401) {
    throw new AppCredentialsRejectedError();
  }
  // no cause: the library's errors can hold the response, and with it tokens
  throw new AnswerLostError(`${call}: no usable answer (${(error as Error).name})`);
}
