import type { SimulatorOptions } from '../../../dev/zoom-simulator/options';
import { startZoomSimulator, type ZoomSimulator } from '../../../dev/zoom-simulator/simulator';
import type { World } from '../../../dev/zoom-simulator/world';

const CALLBACK = 'http://localhost:8787/oauth/callback';
const CLIENT = { id: 'appId', secret: 'appSecret' };
export const START = Date.parse('2026-03-10T12:00:00Z');

/** A clock that stands still until told otherwise. */
export class TestClock {
  constructor(private nowMs = START) {}
  readonly read = (): number => this.nowMs;
  advance(ms: number): void {
    this.nowMs += ms;
  }
}

export interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  scope: string;
  api_url: string;
  expires_in: number;
  [other: string]: unknown;
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

const basic = (id = CLIENT.id, secret = CLIENT.secret): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

const asAnswer = async <Body>(response: Response): Promise<Answer<Body>> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
};

/** A simulator with a clock that stands still and what tests do with it. */
export class TestZoom {
  private constructor(
    readonly clock: TestClock,
    private readonly simulator: ZoomSimulator,
  ) {}

  static async start(options: SimulatorOptions = {}): Promise<TestZoom> {
    const clock = new TestClock();
    const simulator = await startZoomSimulator({
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      redirectUris: [CALLBACK],
      accounts: [
        { id: 'acme', plan: 'pro', users: 30, activitiesPerDay: 40, operationsPerDay: 12, historyDays: 5 },
        { id: 'tiny', plan: 'free', users: 3, admins: 1 },
      ],
      enforceQuota: false,
      clock: clock.read,
      ...options,
    });
    return new TestZoom(clock, simulator);
  }

  get url(): string {
    return this.simulator.url;
  }

  get world(): World {
    return this.simulator.world;
  }

  async close(): Promise<void> {
    await this.simulator.close();
  }

  async get<Body = Record<string, unknown>>(
    path: string,
    token: string,
    query: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const headers = { authorization: `Bearer ${token}` };
    return asAnswer(await fetch(`${this.url}/v2${path}?${new URLSearchParams(query).toString()}`, { headers }));
  }

  async openConsentPage(fields: Record<string, string> = {}): Promise<Answer<string>> {
    return asAnswer(await fetch(`${this.url}/oauth/authorize?${new URLSearchParams(this.request(fields)).toString()}`));
  }

  /** Sends the consent page's form; answers with where it leads. */
  async decide(fields: Record<string, string> = {}): Promise<{ status: number; location: URL | undefined }> {
    const body = new URLSearchParams({ signed_in_as: 'acme/owner', decision: 'allow', ...this.request(fields) });
    const response = await fetch(`${this.url}/oauth/authorize`, { method: 'POST', body, redirect: 'manual' });
    const location = response.headers.get('location');
    return { status: response.status, location: location === null ? undefined : new URL(location) };
  }

  async code(fields: Record<string, string> = {}): Promise<string> {
    return (await this.decide(fields)).location?.searchParams.get('code') ?? '';
  }

  async token<Body = TokenAnswer>(fields: Record<string, string>, authorization = basic()): Promise<Answer<Body>> {
    return this.oauth('token', fields, authorization);
  }

  async exchange<Body = TokenAnswer>(code: string, fields: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...fields });
  }

  async refresh<Body = TokenAnswer>(refreshToken: string): Promise<Answer<Body>> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async revoke(token: string): Promise<Answer> {
    return this.oauth('revoke', { token }, basic());
  }

  /** Goes all the way to a token set. */
  async connect(signedInAs = 'acme/owner', fields: Record<string, string> = {}): Promise<TokenAnswer> {
    return (await this.exchange(await this.code({ signed_in_as: signedInAs, ...fields }))).body;
  }

  async control<Body = Record<string, unknown>>(method: string, path: string, body?: object): Promise<Answer<Body>> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return asAnswer(await fetch(`${this.url}/_simulator/${path}`, { method, ...json }));
  }

  async arm(fault: { kind: string; [setting: string]: unknown }): Promise<void> {
    await this.control('POST', 'faults', fault);
  }

  async change(account: string, ...changes: { kind: string; [detail: string]: unknown }[]): Promise<Answer> {
    return this.control('POST', 'world', { account, changes });
  }

  async truth(
    account: string,
    stream: string,
    window: { from?: string; to?: string } = {},
  ): Promise<Record<string, unknown>[]> {
    const query = new URLSearchParams({ account, stream, ...window });
    return (await this.control<{ rows: Record<string, unknown>[] }>('GET', `truth?${query.toString()}`)).body.rows;
  }

  /** Follows next page tokens to the end. */
  async readAll(
    path: string,
    token: string,
    rowsKey: string,
    query: Record<string, string>,
  ): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    let next = '';
    do {
      const { body } = await this.get(path, token, { ...query, ...(next !== '' && { next_page_token: next }) });
      rows.push(...(body[rowsKey] as Record<string, unknown>[]));
      next = body.next_page_token as string;
    } while (next !== '');
    return rows;
  }

  private request(fields: Record<string, string>): Record<string, string> {
    return { response_type: 'code', client_id: CLIENT.id, redirect_uri: CALLBACK, state: 'st&te =1', ...fields };
  }

  private async oauth<Body>(
    endpoint: string,
    fields: Record<string, string>,
    authorization: string,
  ): Promise<Answer<Body>> {
    const body = new URLSearchParams(fields);
    return asAnswer(await fetch(`${this.url}/oauth/${endpoint}`, { method: 'POST', body, headers: { authorization } }));
  }
}
