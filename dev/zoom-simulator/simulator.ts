import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import formbody from '@fastify/formbody';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { pause } from './answer-faults';
import { registerAuthorize } from './authorize';
import { registerControl } from './control';
import { OAuthError, ZoomError } from './errors';
import { resolveOptions, type Settings, type SimulatorOptions } from './options';
import { registerReports } from './reports';
import { Simulation } from './simulation';
import { registerToken, sendOAuthError } from './token';
import { registerUsers } from './users';
import type { World } from './world';

/** A simulator that listens. */
export interface ZoomSimulator {
  /** Root for `/oauth/…`, `/v2/…` and `/_simulator/…`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The accounts and everything in them. */
  readonly world: World;
  /** Stops listening and breaks off what hangs. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Zoom on loopback.
 *
 * @param options - see {@link SimulatorOptions}; everything has a default.
 * @returns the running simulator.
 * @throws when the port is taken.
 */
export async function startZoomSimulator(options: SimulatorOptions = {}): Promise<ZoomSimulator> {
  const simulation = new Simulation(resolveOptions(options));
  const app = fastify({ forceCloseConnections: true });
  await app.register(formbody);
  answerLikeZoom(app, simulation.settings);
  registerAuthorize(app, simulation);
  registerToken(app, simulation);
  registerUsers(app, simulation);
  registerReports(app, simulation);
  registerControl(app, simulation);
  await app.listen({ host: 'localhost', port: simulation.settings.port });
  const { port } = app.server.address() as AddressInfo;
  simulation.url = `http://localhost:${port}`;
  return { url: simulation.url, port, world: simulation.world, close: async () => app.close() };
}

/** Sets up tracking ids, dates, latency and error answers. */
function answerLikeZoom(app: FastifyInstance, { clock, latencyMs }: Settings): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-zm-trackingid', `v=2.0;clid=us02;rid=WEB_${randomUUID().replaceAll('-', '')}`);
    reply.header('date', new Date(clock()).toUTCString());
  });
  // limits and tokens are judged on arrival, so the delay comes last
  app.addHook('onSend', async ({ url }) => {
    if (url.startsWith('/v2/') || url.startsWith('/oauth/token')) await pause(latencyMs);
  });
  app.setNotFoundHandler(() => {
    throw new ZoomError(400, 2300, 'This API endpoint is not recognized.');
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof ZoomError) return reply.code(error.status).headers(error.headers).send(error.body);
    if (error instanceof OAuthError) return sendOAuthError(error, reply);
    // only the control API and malformed requests come here
    const isMistake = error instanceof ZodError || error instanceof RangeError;
    return reply.code(isMistake ? 400 : (error.statusCode ?? 500)).send({ error: error.message });
  });
}
