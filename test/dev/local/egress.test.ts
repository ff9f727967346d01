import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { environmentOf, prepareHttps, type Https } from '../../../dev/local/https';
import { ROOT } from '../../../dev/local/paths';

const ASK = `
const ask = (url) => fetch(url).then((response) => response.text(), () => 'refused');
const answers = [];
for (const url of process.argv.slice(1)) answers.push(await ask(url));
console.log(JSON.stringify(answers));
`;

let directory: string;
let zoom: Server;
let https: Https;
let egress: ChildProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'egress-'));
  zoom = createServer(({ url, headers }, response) => response.end(`${headers.host}${url}`)).listen(0, 'localhost');
  await once(zoom, 'listening');
  https = await prepareHttps(directory);
  egress = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'dev/local/egress.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      PORT: new URL(https.egressUrl).port,
      ZOOM_URL: `http://localhost:${(zoom.address() as AddressInfo).port}`,
      CERTIFICATE_FILE: https.certificateFile,
      KEY_FILE: https.keyFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(egress.stdout!, 'data');
});

afterAll(() => {
  egress.kill();
  zoom.closeAllConnections();
  zoom.close();
  rmSync(directory, { recursive: true });
});

it('the egress leads to the simulator by TLS, refuses everybody else, and tells of all', async () => {
  const zooms = ['https://zoomgov.com/oauth', 'https://api-eu.zoomgov.com/v2'];
  const others = ['https://api.zoom.us/', 'https://zoomgov.com.evil.example/', 'http://api.zoomgov.com/'];
  const { stdout } = await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/node'),
    ['--input-type=module', '--eval', ASK, ...zooms, ...others],
    { env: { PATH: process.env.PATH, ...environmentOf(https) } },
  );
  const asked = await (await fetch(https.egressUrl)).json();

  expect(JSON.parse(stdout)).toEqual(['zoomgov.com/oauth', 'api-eu.zoomgov.com/v2', ...others.map(() => 'refused')]);
  expect(asked).toEqual([...zooms, ...others].map(hostAndPort));
});

function hostAndPort(url: string): string {
  const { host, protocol } = new URL(url);
  return `${host}:${protocol === 'https:' ? 443 : 80}`;
}
