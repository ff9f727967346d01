import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerByFault, hangUp, pause, truncate } from './answer-faults';
import { OAuthError } from './errors';
import type { TokenPair } from './grants';
import type { Simulation } from './simulation';

const text = z.string().optional();
const TokenRequest = z.object({
  grant_type: text,
  code: text,
  redirect_uri: text,
  code_verifier: text,
  refresh_token: text,
  token: text,
});
type TokenRequest = z.infer<typeof TokenRequest>;

/** Adds the token and the revoke endpoint. */
export function registerToken(app: FastifyInstance, simulation: Simulation): void {
  const { grants, faults } = simulation;

  app.post('/oauth/token', async (request, reply) => {
    simulation.stats.arrived('POST /oauth/token');
    const parameters = parametersOf(request);
    const accountId = grants.accountOf(parameters.refresh_token ?? parameters.code ?? '');
    const target = { path: '/oauth/token', accountId };
    if (await answerByFault(faults, target, request, reply)) return reply;
    checkClient(request, simulation);
    if (faults.strike('revokedGrant', target)) throw new OAuthError('invalid_grant', 'Invalid Token!');
    const refusal = faults.strike('oauthError', target);
    if (refusal) throw new OAuthError(refusal.error, refusal.reason);
    const pair = issueTokens(simulation, parameters);
    const lost = parameters.grant_type === 'refresh_token' ? faults.strike('lostAfterRotation', target) : undefined;
    const cut = faults.strike('truncated', target);
    const graceSeconds = (lost ?? cut)?.graceSeconds;
    if (parameters.refresh_token !== undefined && graceSeconds !== undefined) {
      grants.tolerate(parameters.refresh_token, graceSeconds);
    }
    if (lost !== undefined) {
      await pause(lost.delayMs ?? 0);
      return hangUp(request, reply);
    }
    if (cut !== undefined) return truncate(reply, tokenAnswer(simulation, pair));
    const changed = faults.strike('tokenAnswer', target)?.fields;
    return reply.send({ ...tokenAnswer(simulation, pair), ...changed });
  });

  app.post('/oauth/revoke', async (request, reply) => {
    simulation.stats.arrived('POST /oauth/revoke');
    if (await answerByFault(faults, { path: '/oauth/revoke' }, request, reply)) return reply;
    checkClient(request, simulation);
    const { token } = parametersOf(request);
    if (token === undefined) throw new OAuthError('invalid_request', 'Missing token');
    const ended = grants.revokeToken(token);
    if (ended === undefined) throw new OAuthError('invalid_request', 'Invalid Token!');
    simulation.stats.revocations += 1;
    simulation.tellDeauthorized([ended]);
    return reply.send({ status: 'success' });
  });
}

/** Writes an error of these endpoints. */
export function sendOAuthError(error: OAuthError, reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ reason: error.reason, error: error.error });
}

function issueTokens({ grants, stats }: Simulation, parameters: TokenRequest): TokenPair {
  const {
    grant_type: grantType,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    refresh_token: refreshToken,
  } = parameters;
  let pair: TokenPair;
  if (grantType === 'authorization_code') {
    if (code === undefined) throw new OAuthError('invalid_request', 'Missing code');
    pair = grants.exchange(code, redirectUri, verifier);
  } else if (grantType === 'refresh_token') {
    if (refreshToken === undefined) throw new OAuthError('invalid_request', 'Missing refresh token');
    pair = grants.refresh(refreshToken);
    stats.refreshes += 1;
  } else {
    throw new OAuthError('unsupported_grant_type', 'unsupported grant type');
  }
  stats.tokensIssued += 1;
  return pair;
}

function tokenAnswer({ settings, url }: Simulation, { grant, accessToken, refreshToken }: TokenPair): object {
  const apiUrl = settings.apiUrl === undefined ? url : settings.apiUrl;
  return {
    access_token: accessToken,
    token_type: 'bearer',
    refresh_token: refreshToken,
    expires_in: settings.accessTokenSeconds,
    scope: grant.scopes.join(' '),
    ...(apiUrl !== null && { api_url: apiUrl }),
  };
}

/** Zoom takes parameters from the query string too; the body wins. */
function parametersOf(request: FastifyRequest): TokenRequest {
  return TokenRequest.parse({ ...(request.query as object), ...(request.body as object | undefined) });
}

function checkClient(request: FastifyRequest, { settings, clientSecret }: Simulation): void {
  const [, encoded = ''] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64');
  const expected = Buffer.from(`${settings.clientId}:${clientSecret}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new OAuthError('invalid_client', 'Invalid client_id or client_secret');
  }
}
