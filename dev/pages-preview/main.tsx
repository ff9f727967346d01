import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Hono } from 'hono';
import { sendPage } from '../../lambdas/web/respond';
import { securityHeaders } from '../../lambdas/web/security';
import { Layout } from '../../lambdas/web/views/layout';
import { STYLESHEET, STYLESHEET_PATH } from '../../lambdas/web/views/style/stylesheet';
import { launchChromium } from './browser';
import { SAMPLES } from './samples';

/**
 * Shows every hosted page with made-up data. Without arguments it serves them until Ctrl-C; with `--shoot FOLDER
 * [NAME…]` it takes pictures of them: wide, wide and dark, and on a phone.
 *
 *     node_modules/.bin/node --import tsx dev/pages-preview/main.tsx [--port N] [--shoot FOLDER [NAME…]]
 */
const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '0' }, shoot: { type: 'string' } },
  allowPositionals: true,
});

const WAYS = {
  wide: { viewport: { width: 1200, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', deviceScaleFactor: 2, isMobile: true },
} as const;

const server = await serve(previewApp(), Number(values.port));
const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
if (values.shoot === undefined) {
  console.log(`pages with sample data: ${origin}`);
} else {
  await shoot(values.shoot, positionals.length > 0 ? positionals : Object.keys(SAMPLES));
  server.close();
}

function previewApp(): Hono {
  const app = new Hono();
  app.use(securityHeaders('http://localhost'));
  app.get(STYLESHEET_PATH, (c) => c.body(STYLESHEET, 200, { 'Content-Type': 'text/css' }));
  app.get('/', (c) =>
    sendPage(
      c,
      <Layout title="Pages" viewer={null} narrow>
        <h1>Pages</h1>
        <ul>
          {Object.keys(SAMPLES).map((name) => (
            <li>
              <a href={`/${name}`}>{name}</a>
            </li>
          ))}
        </ul>
      </Layout>,
    ),
  );
  app.get('/:name', (c) => {
    const sample = SAMPLES[c.req.param('name')];
    return sample === undefined ? c.notFound() : sendPage(c, sample);
  });
  return app;
}

async function serve(app: Hono, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await app.request(request.url ?? '/', { method: request.method ?? 'GET' });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  }).listen(port, 'localhost');
  await once(server, 'listening');
  return server;
}

async function shoot(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const browser = await launchChromium();
  try {
    for (const [way, options] of Object.entries(WAYS)) {
      const context = await browser.newContext({ ...options, javaScriptEnabled: false });
      const page = await context.newPage();
      for (const name of names) {
        await page.goto(`${origin}/${name}`);
        await page.screenshot({ path: join(folder, `${name}.${way}.png`), fullPage: true });
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  console.log(`${names.length * Object.keys(WAYS).length} pictures in ${folder}`);
}
