import { randomBytes } from 'node:crypto';
import { Browser, type Page } from '../../../dev/local/browser';
import type { AccountOptions } from '../../../dev/zoom-simulator/options';
import type { Connection } from '../../../lambdas/contract/connection';
import { ask, ofThisWorker, whenStatus } from './stack';

/** Where this stack's stand-in for Zoom is. */
export const ZOOM_URL = ofThisWorker((process.env['ZOOM_SIMULATOR_URL'] ?? '').split(','));

export type TruthRow = Readonly<Record<string, unknown>>;

/** A Zoom account of a test's own. */
export class ZoomAccount {
  private constructor(readonly id: string) {}

  static async create(options: Partial<Omit<AccountOptions, 'id'>> = {}): Promise<ZoomAccount> {
    const id = randomBytes(16).toString('base64url');
    await control('POST', 'accounts', { plan: 'pro', ...options, id });
    return new ZoomAccount(id);
  }

  /**
   * Presses a button of Zoom's consent page, signed in as owner, admin or member.
   *
   * @param more - fields of its form besides, such as `leave_out`, a scope.
   * @returns the page that follows.
   */
  async decide(
    browser: Browser,
    consentPage: Page,
    decision: 'allow' | 'decline',
    role = 'owner',
    more: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const { origin, pathname, searchParams } = new URL(consentPage.url);
    const fields = { ...Object.fromEntries(searchParams), signed_in_as: `${this.id}/${role}`, decision, ...more };
    return browser.submit(`${origin}${pathname}`, fields);
  }

  /** Presses Allow. @returns where Zoom sends the browser, with a code, which nobody has opened yet. */
  async allow({ consentPage }: { readonly consentPage: Page }, role = 'owner'): Promise<URL> {
    const { origin, pathname, searchParams } = new URL(consentPage.url);
    const fields = { ...Object.fromEntries(searchParams), signed_in_as: `${this.id}/${role}`, decision: 'allow' };
    const body = new URLSearchParams(fields);
    const response = await fetch(`${origin}${pathname}`, { method: 'POST', body, redirect: 'manual' });
    return new URL(response.headers.get('location') ?? '');
  }

  /** The address of somebody who can be signed in: owner, admin or member. */
  async emailOf(role: string): Promise<string> {
    const { accounts } = (await control('GET', 'accounts')) as {
      accounts: { id: string; personas: { key: string; email: string }[] }[];
    };
    const personas = accounts.find(({ id }) => id === this.id)?.personas;
    return personas?.find(({ key }) => key === `${this.id}/${role}`)?.email ?? '';
  }

  /** All rows as Zoom serves them. @param range - first and last date; of reports only. */
  async truth(
    stream: 'users' | 'activities' | 'operations',
    range?: { from: string; to: string },
  ): Promise<TruthRow[]> {
    const query = new URLSearchParams({ account: this.id, stream, ...range });
    return ((await control('GET', `truth?${query.toString()}`)) as { rows: TruthRow[] }).rows;
  }

  /** Lets things happen in the account. */
  async change(...changes: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await control('POST', 'world', { account: this.id, changes });
  }

  /** Has calls of this account go wrong. @returns what ends that. */
  async fail(fault: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
    const { id } = (await control('POST', 'faults', { ...fault, account: this.id })) as { id: number };
    return async () => void (await control('DELETE', `faults/${id}`));
  }

  /** Whether each of the faults of this account has struck as often as it was to. */
  async hasFailed(): Promise<boolean> {
    const { faults } = (await control('GET', 'faults')) as { faults: { account?: string }[] };
    return faults.every(({ account }) => account !== this.id);
  }

  /** Calls of Zoom's API that have come for the account so far. */
  async calls(): Promise<number> {
    const { callsByLabel } = await zoomStats();
    return Object.values(callsByLabel[this.id] ?? {}).reduce((sum, calls) => sum + calls, 0);
  }

  async expireTokens(): Promise<void> {
    await control('POST', 'expire-tokens', { account: this.id });
  }

  /** Ends the grants, as when an admin removes the app. */
  async revokeGrants(): Promise<void> {
    await control('POST', 'revoke-grants', { account: this.id });
  }

  /** Goes the way of a reconnect invite. */
  async reconnect(connectionId: string, role = 'owner'): Promise<void> {
    const { url } = await ask({ command: 'invite', connectionId });
    const browser = new Browser();
    await this.decide(browser, await browser.submit(url), 'allow', role);
  }

  /** Who has grants that are good at Zoom. */
  async grantsAlive(): Promise<number> {
    const { grantsAlive } = await zoomStats();
    return grantsAlive.filter(({ account }) => account === this.id).length;
  }
}

/** Has calls of Zoom go wrong, whosever they are. @returns what ends that. */
export async function failEverybody(fault: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
  const { id } = (await control('POST', 'faults', fault)) as { id: number };
  return async () => void (await control('DELETE', `faults/${id}`));
}

export interface ZoomStats {
  readonly refreshes: number;
  readonly tokensIssued: number;
  readonly tooManyRequests: unknown;
  readonly grantsAlive: readonly { readonly account: string }[];
  readonly callsByEndpoint: Readonly<Record<string, number>>;
  readonly callsByLabel: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By account, then host. */
  readonly callsByHost: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Gives the app another secret in the Marketplace, whose old one is refused at once. */
export async function replaceClientSecret(clientSecret: string): Promise<void> {
  await control('POST', 'client-secret', { clientSecret });
}

export async function zoomStats(): Promise<ZoomStats> {
  return (await control('GET', 'stats')) as ZoomStats;
}

/** Invites, goes to Zoom and allows, as an admin does. @returns the connection's id. */
export async function consent(account: ZoomAccount, name: string): Promise<string> {
  const invite = await ask({ command: 'invite', name });
  const browser = new Browser();
  const consentPage = await browser.submit(invite.url);
  const page = await account.decide(browser, consentPage, 'allow');
  if (page.status !== 200) throw new Error(`the connection's page answered ${page.status}`);
  return invite.connectionId;
}

/** The same, and waits until the connection has the status. */
export async function connect(
  account: ZoomAccount,
  name: string,
  status: Connection['status'] = 'connected',
): Promise<string> {
  const connectionId = await consent(account, name);
  await whenStatus(connectionId, status);
  return connectionId;
}

/** Asks the simulator's control API. */
export async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${ZOOM_URL}/_simulator/${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
