import { readFileSync } from 'node:fs';
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { z } from 'zod';
import { callEmulator } from './emulator';

/**
 * A process that serves the deployed HTTP API at `http://localhost:PORT`, or by https when there is a certificate. It
 * starts before the API is deployed, as the API has to be told this address, and prints the address when it listens.
 */
const { ENDPOINT_URL, PORT, CERTIFICATE_FILE, KEY_FILE } = z
  .object({
    ENDPOINT_URL: z.url(),
    PORT: z.coerce.number(),
    CERTIFICATE_FILE: z.string().optional(),
    KEY_FILE: z.string().optional(),
  })
  .parse(process.env);

/** As much as the HTTP API takes. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_LIMIT = 10 * 1024 * 1024;

async function findApi(): Promise<string | undefined> {
  const response = await callEmulator(ENDPOINT_URL, 'apigateway', '/v2/apis');
  const { items } = z.object({ items: z.array(z.object({ apiId: z.string() })) }).parse(await response.json());
  return items[0]?.apiId;
}

const https =
  CERTIFICATE_FILE === undefined || KEY_FILE === undefined
    ? null
    : { cert: readFileSync(CERTIFICATE_FILE), key: readFileSync(KEY_FILE) };
const server = fastify({ bodyLimit: BODY_LIMIT, https });
server.removeAllContentTypeParsers(); // bodies pass as they are
await server.register(httpProxy, {
  upstream: ENDPOINT_URL,
  internalRewriteLocationHeader: false,
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => ({ ...headers, host: request.headers.host }),
    retryDelay: () => null, // every answer passes as it is
  },
  handler: async (_request, reply, path, options) => {
    const apiId = await findApi();
    if (apiId === undefined) return reply.code(503).send('The connector is not deployed yet.');
    return reply.from(`/_aws/execute-api/${apiId}/$default${path}`, options);
  },
});
await server.listen({ port: PORT, host: '127.0.0.1' });
console.log(`${https ? 'https' : 'http'}://localhost:${PORT}`);
