import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { renderConsentPage, renderErrorPage, signedIn } from './authorize-page';
import type { Settings } from './options';
import type { Simulation } from './simulation';

const text = z.string().optional();

/** Parameters of an authorisation request; others, such as `scope`, are ignored as Zoom does. */
const AuthorizationRequest = z.object({
  client_id: text,
  redirect_uri: text,
  response_type: text,
  state: text,
  code_challenge: text,
  code_challenge_method: text,
});
type AuthorizationRequest = z.infer<typeof AuthorizationRequest>;

/** What the consent page's form sends beside the request. */
const Decision = z.object({
  signed_in_as: text,
  decision: text,
  leave_out: z.union([z.string(), z.array(z.string())]).optional(),
});

/** A request that is in order. */
interface CheckedRequest {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
  readonly codeChallengeMethod: 'S256' | 'plain';
}

/** Why a request is not in order, with the number of Zoom's error page. */
class AuthorizationError extends Error {
  override readonly name = 'AuthorizationError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Adds the consent page and what its form posts to. */
export function registerAuthorize(app: FastifyInstance, simulation: Simulation): void {
  const { settings, grants, world } = simulation;

  app.get('/oauth/authorize', (request, reply) =>
    withErrorPage(reply, () => {
      simulation.stats.arrived('GET /oauth/authorize');
      const parameters = AuthorizationRequest.parse(request.query);
      check(parameters, settings);
      const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return reply
        .type('text/html')
        .send(renderConsentPage(world, { ...settings, parameters: Object.fromEntries(present) }));
    }),
  );

  app.post('/oauth/authorize', (request, reply) =>
    withErrorPage(reply, () => {
      simulation.stats.arrived('POST /oauth/authorize');
      const { redirectUri, state, codeChallenge, codeChallengeMethod } = check(
        AuthorizationRequest.parse(request.body),
        settings,
      );
      const { signed_in_as: key, decision, leave_out: leftOut = [] } = Decision.parse(request.body);
      const redirect = (answer: Record<string, string>): FastifyReply => {
        const url = new URL(redirectUri);
        for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
        if (state !== undefined) url.searchParams.set('state', state);
        return reply.redirect(url.href, 302);
      };
      if (decision === 'decline') return redirect({ error: 'access_denied' });
      if (decision !== 'allow') throw new AuthorizationError(4706, 'decision must be allow or decline');
      const persona = signedIn(world).find((candidate) => candidate.key === key);
      if (persona === undefined) throw new AuthorizationError(4706, `Nobody can sign in as ${key}`);
      const declined = [leftOut].flat().filter((scope) => settings.optionalScopes.includes(scope));
      const scopes = settings.scopes.filter((scope) => !declined.includes(scope));
      const { accountId, ordinal } = persona;
      return redirect({
        code: grants.issueCode({ accountId, ordinal, scopes, redirectUri, codeChallenge, codeChallengeMethod }),
      });
    }),
  );
}

function check(request: AuthorizationRequest, settings: Settings): CheckedRequest {
  const { client_id: clientId, redirect_uri: redirectUri, response_type: responseType, state } = request;
  const { code_challenge: codeChallenge, code_challenge_method: method = 'plain' } = request;
  if (clientId !== settings.clientId) throw new AuthorizationError(4702, `Invalid client id: ${clientId ?? ''}`);
  if (redirectUri === undefined || !settings.redirectUris.includes(redirectUri)) {
    throw new AuthorizationError(4709, `Invalid redirect: ${redirectUri ?? ''}`);
  }
  if (responseType !== 'code') throw new AuthorizationError(4706, 'response_type must be code');
  if (method !== 'S256' && method !== 'plain')
    throw new AuthorizationError(4706, 'code_challenge_method must be S256 or plain');
  return { redirectUri, state, codeChallenge, codeChallengeMethod: method };
}

function withErrorPage(reply: FastifyReply, answer: () => FastifyReply): FastifyReply {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return reply.code(400).type('text/html').send(renderErrorPage(error.message, error.code));
  }
}
