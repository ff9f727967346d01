import { Faults } from './faults';
import { type Grant, Grants } from './grants';
import { RateLimits } from './limits';
import type { Settings } from './options';
import { PageTokens } from './page-token';
import { Stats } from './stats';
import { appDeauthorized } from './webhook-events';
import { Webhooks } from './webhooks';
import { World } from './world';

/** Parts that can be reset one by one. */
export const RESETTABLE = ['world', 'grants', 'limits', 'faults', 'stats', 'webhooks', 'clock'] as const;

/** Everything that routes share. */
export class Simulation {
  readonly world: World;
  readonly grants: Grants;
  readonly limits = new RateLimits();
  readonly faults: Faults;
  readonly pageTokens: PageTokens;
  readonly webhooks: Webhooks;
  stats = new Stats();
  /** Where the simulator is reached; set when it listens. */
  url = '';
  /** The app's secret, which its owner may replace. */
  clientSecret: string;
  /** How far Zoom's clock is ahead. */
  clockOffsetMs = 0;
  readonly settings: Settings;

  constructor(given: Settings) {
    const settings = { ...given, clock: () => given.clock() + this.clockOffsetMs };
    const { seed, clock, pageTokenSeconds } = settings;
    this.settings = settings;
    this.clientSecret = settings.clientSecret;
    this.world = new World(settings);
    this.grants = new Grants(settings, this.world);
    this.faults = new Faults(seed);
    this.webhooks = new Webhooks(settings);
    this.pageTokens = new PageTokens({ seed, clock, lifetimeMs: pageTokenSeconds * 1000 });
  }

  /** Tells that the app was removed, for grants that have ended so. */
  tellDeauthorized(grants: readonly Grant[]): void {
    for (const { accountId, ordinal } of grants) {
      const account = this.world.account(accountId);
      const occasion = { account, nowMs: this.settings.clock() };
      this.webhooks.tell(account, appDeauthorized(occasion, this.settings.clientId, account.directory.at(ordinal)));
    }
  }

  /** Puts parts back to how they were at the start. */
  reset(parts: readonly (typeof RESETTABLE)[number][]): void {
    const resets = {
      world: () => this.world.reset(),
      grants: () => this.grants.reset(),
      limits: () => this.limits.reset(),
      faults: () => this.faults.disarm(),
      stats: () => (this.stats = new Stats()),
      webhooks: () => this.webhooks.reset(),
      clock: () => (this.clockOffsetMs = 0),
    };
    for (const part of parts) resets[part]();
  }
}
