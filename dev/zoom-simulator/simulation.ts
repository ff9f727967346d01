import { Faults } from './faults';
import { Grants } from './grants';
import { RateLimits } from './limits';
import type { Settings } from './options';
import { PageTokens } from './page-token';
import { Stats } from './stats';
import { World } from './world';

/** Parts that can be reset one by one. */
export const RESETTABLE = ['world', 'grants', 'limits', 'faults', 'stats'] as const;

/** Everything that routes share. */
export class Simulation {
  readonly world: World;
  readonly grants: Grants;
  readonly limits = new RateLimits();
  readonly faults: Faults;
  readonly pageTokens: PageTokens;
  stats = new Stats();
  /** Where the simulator is reached; set when it listens. */
  url = '';
  /** The app's secret, which its owner may replace. */
  clientSecret: string;

  constructor(readonly settings: Settings) {
    const { seed, clock, pageTokenSeconds } = settings;
    this.clientSecret = settings.clientSecret;
    this.world = new World(settings);
    this.grants = new Grants(settings, this.world);
    this.faults = new Faults(seed);
    this.pageTokens = new PageTokens({ seed, clock, lifetimeMs: pageTokenSeconds * 1000 });
  }

  /** Puts parts back to how they were at the start. */
  reset(parts: readonly (typeof RESETTABLE)[number][]): void {
    const resets = {
      world: () => this.world.reset(),
      grants: () => this.grants.reset(),
      limits: () => this.limits.reset(),
      faults: () => this.faults.disarm(),
      stats: () => (this.stats = new Stats()),
    };
    for (const part of parts) resets[part]();
  }
}
