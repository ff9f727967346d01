import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server answers with: JSON unless `body` is a text. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Respond = (response: ServerResponse) => void;

/** Stands in for Zoom at an address of this machine: keeps the requests and answers as it is told. */
export class LocalServer {
  readonly requests: Received[] = [];
  private respond: Respond = (response) => response.end();
  private readonly server = createServer((request, response) => void this.receive(request, response));

  static async start(): Promise<LocalServer> {
    const local = new LocalServer();
    await new Promise<void>((resolve) => local.server.listen(0, '127.0.0.1', resolve));
    return local;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The only request so far. */
  get request(): Received {
    const [request, ...others] = this.requests;
    if (request === undefined || others.length > 0) throw new Error(`${this.requests.length} requests came`);
    return request;
  }

  /** Forgets the requests. */
  reset(): void {
    this.requests.length = 0;
  }

  /** Answers with this from now on. */
  answers({ status = 200, headers = {}, body }: Answer): void {
    this.does((response) => {
      const isText = typeof body === 'string';
      const type = isText ? 'text/html' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...headers }).end(isText ? body : JSON.stringify(body));
    });
  }

  /** Does this with each request from now on. */
  does(respond: Respond): void {
    this.respond = respond;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', this.origin);
    const body = Buffer.concat(chunks).toString();
    this.requests.push({ method: request.method ?? '', url, headers: request.headers, body });
    this.respond(response);
  }
}

/** Ways in which an answer can be none; `secret` is in what is sent, where something is. */
export const BROKEN_ANSWERS: readonly (readonly [string, (secret: string) => Respond])[] = [
  ['a server error', (secret) => send(500, 'application/json', JSON.stringify({ detail: secret }))],
  ['a page of a proxy', (secret) => send(502, 'text/html', `<html>${secret}</html>`)],
  ['a page instead of an answer', (secret) => send(200, 'text/html', `<html>${secret}</html>`)],
  ['half an answer', (secret) => send(200, 'application/json', `{"access_token": "${secret}", "users": [{"em`)],
  [
    'an answer that breaks off',
    (secret) => (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write(`{"access_token": "${secret}"`, () => response.destroy());
    },
  ],
  ['no answer', () => (response) => response.destroy()],
  ['an answer of another form', (secret) => send(200, 'application/json', JSON.stringify({ something: secret }))],
  ['an empty answer', () => send(200, 'application/json', '')],
];

function send(status: number, type: string, body: string): Respond {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body);
}

/** A fixture of Zoom's wire format. */
export function zoomFixture(name: string): Record<string, unknown> {
  const text = readFileSync(path.join(__dirname, `../fixtures/zoom/${name}.json`), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}
