import { addressOf, type Origin } from './person';
import { mix, pick } from './random';

/** A row of the sign-in report in Zoom's words; Zoom may add fields. */
export interface ActivityRow {
  email: string;
  time: string;
  type: 'Sign in' | 'Sign out';
  ip_address: string;
  client_type: string;
  version: string;
  [unknown: string]: unknown;
}

const CLIENTS = [
  { client_type: 'Browser', version: '-' },
  { client_type: 'Browser', version: '' },
  { client_type: 'Windows', version: '6.5.3.2773' },
  { client_type: 'Mac', version: '6.5.1.60229' },
  { client_type: 'iPhone', version: '6.5.0.23340' },
  { client_type: 'Android', version: '6.4.12.1290' },
  { client_type: 'Linux', version: '6.4.10.2027' },
  { client_type: 'ZoomRooms', version: '6.5.0.4412' },
] as const;

function ipAddress(hash: number): string {
  const [third, fourth] = [(hash >>> 8) % 256, hash % 256];
  if (hash % 5 === 0) return `2001:db8:${(hash >>> 16).toString(16)}::${fourth.toString(16)}`;
  return `${pick(['192.0.2', '198.51.100', '203.0.113'], third)}.${fourth}`;
}

/**
 * Makes rows of the sign-in report for users who are active at the start.
 *
 * @param origin - the account's seed and mail domain.
 * @param activeUsers - how many users sign in.
 */
export function activityMaker(
  origin: Origin,
  activeUsers: number,
): (hash: (salt: number) => number, time: string) => ActivityRow {
  return (hash, time) => {
    const ordinal = hash(3) % activeUsers;
    const address = addressOf(origin, ordinal);
    return {
      // Zoom keeps the case in which a user typed the address
      email: hash(4) % 31 === 0 ? address.replace(/^./, (letter) => letter.toUpperCase()) : address,
      time,
      type: hash(5) % 3 === 0 ? 'Sign out' : 'Sign in',
      ip_address: ipAddress(mix(origin.seed, ordinal, hash(6) % 3)),
      ...pick(CLIENTS, hash(7)),
    };
  };
}
