import { ENV } from '../contract/env';
import type { QuotaShare } from '../core/quota/limits';
import { readEnv } from './env';

/** How much of an account's quota is the connector's. */
export function quotaShare(): QuotaShare {
  const env = readEnv(ENV.perSecondShare, ENV.perDayShare);
  return { perSecond: env.QUOTA_PER_SECOND_SHARE, perDay: env.QUOTA_PER_DAY_SHARE };
}
