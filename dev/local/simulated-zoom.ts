import { z } from 'zod';
import type { AccountOptions } from '../zoom-simulator/options';
import type { Browser, Page } from './browser';

const Account = z.object({ id: z.string(), plan: z.string(), personas: z.array(z.object({ key: z.string() })) });
const Accounts = z.object({ accounts: z.array(Account) });

/** What happens in Zoom, done at the simulator. */
export class SimulatedZoom {
  private constructor(
    private readonly url: string,
    readonly accountId: string,
    private readonly owner: string,
  ) {}

  /** Adds an account to the simulator at `url`. */
  static async create(url: string, options: AccountOptions): Promise<SimulatedZoom> {
    const zoom = new SimulatedZoom(url, options.id, `${options.id}/owner`);
    await zoom.control('POST', 'accounts', options);
    return zoom;
  }

  /** @returns the simulator at `url`, with its first account that can be connected. */
  static async at(url: string): Promise<SimulatedZoom> {
    const response = await fetch(`${url}/_simulator/accounts`);
    const account = Accounts.parse(await response.json()).accounts.find(({ plan }) => plan !== 'free');
    const owner = account?.personas[0];
    if (!account || !owner) throw new Error('the simulator has no account that can be connected');
    return new SimulatedZoom(url, account.id, owner.key);
  }

  /** Presses "Allow" as the account's owner. @param consentPage - where the browser has arrived. */
  allow(browser: Browser, consentPage: Page): Promise<Page> {
    const { origin, pathname, searchParams } = new URL(consentPage.url);
    const decision = { signed_in_as: this.owner, decision: 'allow' };
    return browser.submit(`${origin}${pathname}`, { ...Object.fromEntries(searchParams), ...decision });
  }

  /** Lets somebody sign in to Zoom now. @param ipAddress - from where. */
  async signIn(ipAddress: string): Promise<void> {
    const changes = [{ kind: 'addActivities', rows: [{ ip_address: ipAddress }] }];
    await this.control('POST', 'world', { account: this.accountId, changes });
  }

  /** Asks the simulator's control API. @returns its JSON; `undefined` when it answers nothing. */
  async control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/_simulator/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
