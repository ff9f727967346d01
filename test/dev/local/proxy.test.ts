import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { ROOT } from '../../../dev/local/paths';

const REDIRECT = 'https://zoom.example/oauth/authorize?state=a%20b';

let emulator: Server;
let asked = 0;
let apis: readonly { apiId: string }[];
let proxy: ChildProcess;
let url: string;

/** An emulator with APIs that answer what they were asked. */
beforeAll(async () => {
  emulator = createServer((request, response) => {
    if (request.url === '/v2/apis') {
      response.end(JSON.stringify({ items: apis }));
      return;
    }
    asked++;
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      response.statusCode = headers['x-status'] === undefined ? 200 : Number(headers['x-status']);
      response.setHeader('set-cookie', ['a=1; HttpOnly', 'b=2']);
      response.setHeader('location', REDIRECT);
      response.end(JSON.stringify({ method, path, headers, body: Buffer.concat(body).toString('base64') }));
    });
  }).listen(0, '127.0.0.1');
  await once(emulator, 'listening');
  const port = await getPort();
  proxy = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'dev/local/proxy.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      ENDPOINT_URL: `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(proxy.stdout!, 'data')) as [Buffer];
  url = line.toString().trim();
});

afterAll(() => {
  proxy.kill();
  emulator.closeAllConnections();
  emulator.close();
});

interface Echo {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe('the proxy', () => {
  beforeAll(() => {
    apis = [{ apiId: 'abc123' }];
  });

  it('passes path, query and headers as they are, and its own address as the host', async () => {
    const response = await fetch(`${url}/connections/a%2Fb?x=1&x=2&y=%20z+q`, { headers: { cookie: 'c=3; d=4' } });
    const echo = (await response.json()) as Echo;
    expect(echo.path).toBe('/_aws/execute-api/abc123/$default/connections/a%2Fb?x=1&x=2&y=%20z+q');
    expect(echo.headers).toMatchObject({ cookie: 'c=3; d=4', host: new URL(url).host });
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'passes a body of type %s byte by byte',
    async (type) => {
      const body = Buffer.from('{ "spaced" :  1, "é":\xff }\r\n', 'latin1');
      const response = await fetch(`${url}/webhooks/zoom`, { method: 'POST', body, headers: { 'content-type': type } });
      const echo = (await response.json()) as Echo;
      expect(Buffer.from(echo.body, 'base64')).toEqual(body);
      expect(echo.headers['content-type']).toBe(type);
    },
  );

  it('passes redirects and cookies back untouched', async () => {
    const response = await fetch(`${url}/`, { redirect: 'manual', headers: { 'x-status': '303' } });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(REDIRECT);
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
  });

  it('passes a failure on, and does not ask again', async () => {
    const before = asked;
    const response = await fetch(`${url}/`, { headers: { 'x-status': '503' } });
    expect([response.status, asked - before]).toEqual([503, 1]);
  });

  it('says so before anything is deployed', async () => {
    apis = [];
    const response = await fetch(`${url}/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('not deployed yet');
  });
});
