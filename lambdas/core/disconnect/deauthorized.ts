import type { ConnectionRecord } from '../connections/connection-record';
import { DAY_MS } from '../dates';

/** A sync that was to find the grant dead has long run by then, on the slowest schedule, too. */
const BELIEVED_MS = 2 * DAY_MS;

/**
 * Whether the account has removed the app, at `now` (epoch ms), so that what was read of it has to go: Zoom said so, and its
 * grant is dead. The word alone is not enough, for Zoom may say it of another admin's grant beside the one in force; nor is
 * a dead grant, which another admin may renew.
 */
export function isDeauthorized({ status, deauthorizedAt, grantDiedAt }: ConnectionRecord, now: number): boolean {
  const isRecent = deauthorizedAt != null && now - Date.parse(deauthorizedAt) < BELIEVED_MS;
  return isRecent && (status === 'reconnect_needed' || (status === 'paused' && grantDiedAt != null));
}
