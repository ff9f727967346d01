import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { z } from 'zod';

/**
 * A process that functions have as their proxy, to see where they go: it leads to the simulator who asks for one of
 * Zoom's hosts that its certificate is for, and nobody anywhere else. At `/` it answers every `host:port` that was asked for.
 */
const { PORT, ZOOM_URL, CERTIFICATE_FILE, KEY_FILE } = z
  .object({ PORT: z.coerce.number(), ZOOM_URL: z.url(), CERTIFICATE_FILE: z.string(), KEY_FILE: z.string() })
  .parse(process.env);

const cert = readFileSync(CERTIFICATE_FILE);
const certificate = new X509Certificate(cert);
const asked = new Set<string>();

const zoom = createTlsServer({ cert, key: readFileSync(KEY_FILE) }, (socket) => {
  const { port, hostname } = new URL(ZOOM_URL);
  pipeline(socket, connect(Number(port), hostname), socket, () => undefined); // who hangs up has had enough
});

const proxy = createServer(({ url = '' }, response) => {
  if (url === '/') return response.end(JSON.stringify([...asked]));
  asked.add(url);
  return response.writeHead(403).end();
});
proxy.on('connect', ({ url = '' }, socket) => {
  asked.add(url);
  socket.on('error', () => socket.destroy());
  const [, host = ''] = /^(.+):443$/.exec(url) ?? [];
  if (certificate.checkHost(host) === undefined) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  return zoom.emit('connection', socket);
});
proxy.listen(PORT, '127.0.0.1', () => console.log(`http://localhost:${PORT}`));
