import { formatInstant } from './days';
import { fraction, mix, pick } from './random';

/** Role ids that Zoom gives its built-in roles. */
export const ROLE_IDS = { owner: '0', admin: '1', member: '2' } as const;

/** A user in Zoom's words, with the fields of the list and of the single-user answer together. */
export interface ZoomUser {
  id: string;
  email: string;
  first_name: string;
  last_name: string;
  display_name: string;
  type: 1 | 2 | 4;
  status: 'active' | 'inactive' | 'pending';
  role_id: string;
  dept: string;
  group_ids: string[];
  verified: 0 | 1;
  timezone: string;
  user_created_at: string;
  created_at: string;
  last_login_time: string;
  last_client_version: string;
  pmi: number;
  job_title: string;
  language: string;
  location: string;
  login_types: number[];
  employee_unique_id?: string;
  host_key: string;
  custom_attributes: { key: string; name: string; value: string }[];
  [unknown: string]: unknown;
}

/** What a user's e-mail address says: shown name and the ASCII form in the address. */
type Name = readonly [shown: string, ascii: string];

const plain = (...names: string[]): Name[] => names.map((name) => [name, name.toLowerCase()]);

const FIRST_NAMES: readonly Name[] = [
  ...plain('Ana', 'Leo', 'Priya', 'Tom', 'Grace', 'Omar', 'Ingrid', 'Kenji', 'Marta', 'Noah', 'Aisha', 'Victor'),
  ...plain('Elena', 'Samuel', 'Hana', 'Diego', 'Ruth', 'Milan', 'Fatima'),
  ['Zoë', 'zoe'],
  ['Łukasz', 'lukasz'],
  ['Jürgen', 'juergen'],
  ['美咲', 'misaki'],
  ['Chloé', 'chloe'],
];

/** A prime number of them, so that first and last names run through all pairs before a number is needed. */
const LAST_NAMES: readonly Name[] = [
  ...plain(
    'Ortiz',
    'Kim',
    'Novak',
    'Fischer',
    'Haddad',
    'Silva',
    'Larsen',
    'Okafor',
    'Rossi',
    'Dubois',
    'Kaur',
    'Chen',
  ),
  ...plain('Murphy', 'Kowalski', 'Sato', 'Andersson', 'Costa', 'Weber', 'Ivanova', 'Moreau', 'Patel', 'Nguyen'),
  ...plain('Schmidt', 'Garcia', 'Lindqvist', 'Mbeki', 'Tanaka', 'Wright', 'Popescu', 'Jensen', 'Romano'),
  ["O'Brien", 'obrien'],
  ['Müller', 'mueller'],
  ['Nuñez', 'nunez'],
  ['Åberg', 'aberg'],
  ['山田', 'yamada'],
  ['Çelik', 'celik'],
];

const PAIRS = FIRST_NAMES.length * LAST_NAMES.length;
const DEPARTMENTS = ['Finance', 'Engineering', 'Sales', 'Legal', 'People', 'Support'] as const;
const TITLES = ['Analyst', 'Engineer', 'Account Manager', 'Counsel', 'Team Lead', 'Director'] as const;
const PLACES = [
  { location: 'Madrid', timezone: 'Europe/Madrid', language: 'es-ES' },
  { location: 'Chicago', timezone: 'America/Chicago', language: 'en-US' },
  { location: 'Tokyo', timezone: 'Asia/Tokyo', language: 'jp-JP' },
  { location: 'Berlin', timezone: 'Europe/Berlin', language: 'de-DE' },
] as const;
const CLIENT_VERSIONS = ['6.5.3.2773(win)', '6.5.1.60229(mac)', '6.4.12.1290(android)', '6.5.0.23340(iphone)'] as const;
const LOGIN_TYPES = [[101], [100, 101], [1, 101], [100]] as const;

/** Where a generated user comes from: the account's seed, its mail domain and the start of its world. */
export interface Origin {
  readonly seed: number;
  readonly domain: string;
  readonly startedAtMs: number;
}

function nameOf(ordinal: number): { first: Name; last: Name; suffix: string } {
  const position = ordinal % PAIRS;
  const firstIndex = position % FIRST_NAMES.length;
  const lastIndex = (position + Math.floor(position / FIRST_NAMES.length)) % LAST_NAMES.length;
  const round = Math.floor(ordinal / PAIRS);
  const [first, last] = [FIRST_NAMES[firstIndex], LAST_NAMES[lastIndex]];
  if (first === undefined || last === undefined) throw new RangeError(`no name for ordinal ${ordinal}`);
  return { first, last, suffix: round === 0 ? '' : String(round + 1) };
}

/** The address of a generated user in lower case. */
export function addressOf(origin: Origin, ordinal: number): string {
  const { first, last, suffix } = nameOf(ordinal);
  return `${first[1]}.${last[1]}${suffix}@${origin.domain}`;
}

/** Finds which generated user has an address in lower case, `undefined` when none can. */
export function ordinalOfAddress(origin: Origin, address: string): number | undefined {
  const [, first, last, suffix] = /^([a-z]+)\.([a-z]+)(\d*)@/.exec(address) ?? [];
  const firstIndex = FIRST_NAMES.findIndex(([, ascii]) => ascii === first);
  if (firstIndex < 0 || last === undefined) return undefined;
  const base = (suffix === '' ? 0 : Number(suffix) - 1) * PAIRS + firstIndex;
  for (let row = 0; row < LAST_NAMES.length; row += 1) {
    const ordinal = base + row * FIRST_NAMES.length;
    if (addressOf(origin, ordinal) === address) return ordinal;
  }
  return undefined;
}

/** The 22-character id of a generated user; {@link ordinalOfId} reads it back. */
function idOf(origin: Origin, ordinal: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(mix(origin.seed, ordinal, 11), 0);
  bytes.writeUInt32BE(mix(origin.seed, ordinal, 12), 4);
  bytes.writeUInt32BE(mix(origin.seed, ordinal, 13), 8);
  bytes.writeUInt32BE((ordinal ^ mix(origin.seed, 14)) >>> 0, 12);
  return bytes.toString('base64url');
}

/** Finds which generated user has an id, `undefined` when none in this account. */
export function ordinalOfId(origin: Origin, id: string): number | undefined {
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length !== 16) return undefined;
  const ordinal = (bytes.readUInt32BE(12) ^ mix(origin.seed, 14)) >>> 0;
  return idOf(origin, ordinal) === id ? ordinal : undefined;
}

/** Ids of the account's groups, so few that memberships overlap. */
function groupsOf(origin: Origin, hash: number): string[] {
  return [1, 2, 3, 4]
    .filter((bit) => (hash >>> bit) % 2 === 1)
    .map((group) => idOf({ ...origin, seed: mix(origin.seed, 15) }, group));
}

/**
 * Makes the user with an ordinal, as an active member; the directory adds status, role and what was changed since.
 *
 * Some are awkward on purpose: upper case in the address, markup in the name, a field that Zoom does not document.
 */
export function personAt(origin: Origin, ordinal: number): ZoomUser {
  const { first, last } = nameOf(ordinal);
  const hash = (salt: number): number => mix(origin.seed, ordinal, salt);
  const address = addressOf(origin, ordinal);
  const lastName = ordinal % 50 === 7 ? `<b>${last[0]}</b>` : last[0];
  const createdAtMs = origin.startedAtMs - (40 + fraction(hash(1)) * 1500) * 86_400_000;
  const loginTypes = LOGIN_TYPES[hash(2) % LOGIN_TYPES.length] ?? LOGIN_TYPES[0];
  return {
    id: idOf(origin, ordinal),
    email: ordinal % 17 === 5 ? address.replace(/^./, (letter) => letter.toUpperCase()) : address,
    first_name: first[0],
    last_name: lastName,
    display_name: `${first[0]} ${lastName}`,
    type: hash(3) % 4 === 0 ? 1 : 2,
    status: 'active',
    role_id: ROLE_IDS.member,
    dept: pick(DEPARTMENTS, hash(4)),
    group_ids: groupsOf(origin, hash(5)),
    verified: 1,
    ...pick(PLACES, hash(6)),
    user_created_at: formatInstant(createdAtMs),
    created_at: formatInstant(createdAtMs),
    last_login_time: formatInstant(origin.startedAtMs - fraction(hash(7)) * 30 * 86_400_000),
    last_client_version: pick(CLIENT_VERSIONS, hash(8)),
    pmi: 2_000_000_000 + (hash(9) % 7_000_000_000),
    job_title: pick(TITLES, hash(10)),
    login_types: [...loginTypes],
    ...(loginTypes.some((type) => type === 101) && { employee_unique_id: `E${100_000 + ordinal}` }),
    host_key: String(100_000 + (hash(16) % 900_000)),
    custom_attributes: [{ key: 'cbf_badge', name: 'Badge', value: String(hash(17) % 10_000) }],
    ...(ordinal % 29 === 3 && { workplace_tier: 'core' }),
  };
}
