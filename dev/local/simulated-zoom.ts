import { z } from 'zod';
import type { Browser, Page } from './browser';

const Accounts = z.object({
  accounts: z.array(z.object({ id: z.string(), plan: z.string(), personas: z.array(z.object({ key: z.string() })) })),
});

/** What happens in Zoom, done at the simulator. */
export class SimulatedZoom {
  private constructor(
    private readonly url: string,
    private readonly accountId: string,
    private readonly owner: string,
  ) {}

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
    const response = await fetch(`${this.url}/_simulator/world`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        account: this.accountId,
        changes: [{ kind: 'addActivities', rows: [{ ip_address: ipAddress }] }],
      }),
    });
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
  }
}
