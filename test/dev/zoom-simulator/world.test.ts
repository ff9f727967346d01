import { describe, expect, it } from '@jest/globals';
import { resolveAccount } from '../../../dev/zoom-simulator/options';
import { World } from '../../../dev/zoom-simulator/world';
import { START } from './support';

const HOUR_MS = 3_600_000;

describe('an account with quiet hours', () => {
  const account = resolveAccount({ id: 'quiet', plan: 'pro', activitiesPerDay: 5000, quietHours: 24 });
  const { activities } = new World({ accounts: [account], seed: 1, clock: () => START }).account('quiet');
  const newest = Date.parse(activities.newest()?.time ?? '');

  it('has no row in them, and rows up to their beginning', () => {
    expect((START - newest) / HOUR_MS).toBeGreaterThanOrEqual(24);
    expect((START - newest) / HOUR_MS).toBeLessThan(24.1);
  });
});
