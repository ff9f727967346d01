import type { FactKind } from '../../contract/fact';
import type { Instability, Json, ZoomRow } from './stable-form';

/** What the connector knows of one kind of fact: how to recognise a row again, and what to lift out of it. */
export interface KindDefinition {
  /** Values that make the row the one that it is. Their order and number are fixed for ever: the id hashes them. */
  identity(row: ZoomRow): readonly Json[];
  /** When it happened, as Zoom says it; `undefined` where the kind allows that. */
  time(row: ZoomRow): Json | undefined;
  /** Who did it, as Zoom says it. */
  actor(row: ZoomRow): Json | undefined;
  instability(row: ZoomRow): Instability;
  /** Whether it lasts: then it has a `state` and no expiry, and need not have a time. */
  readonly lasts: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();
const STABLE: Instability = { sets: NOTHING, volatile: NOTHING };

const USER_SETS = new Set([
  'custom_attributes',
  'division_ids',
  'group_ids',
  'im_group_ids',
  'license_info_list',
  'login_types',
]);
/** For a pending user Zoom answers the time of the call. */
const PENDING_VOLATILE = new Set(['created_at']);

function fields(row: ZoomRow, names: readonly string[]): readonly Json[] {
  return names.map((name) => row[name] ?? null);
}

/** A user without an id was invited and has not come yet; the address is all there is to tell them by. */
export function isInvitation(row: ZoomRow): boolean {
  return row['id'] === undefined || row['id'] === null || row['id'] === '';
}

export const KINDS: Readonly<Record<FactKind, KindDefinition>> = {
  user: {
    identity: (row) => (isInvitation(row) ? ['email', addressOf(row)] : ['id', row['id'] ?? null]),
    time: (row) => row['user_created_at'] ?? (row['status'] === 'pending' ? undefined : row['created_at']),
    actor: () => undefined,
    instability: (row) => ({ sets: USER_SETS, volatile: row['status'] === 'pending' ? PENDING_VOLATILE : NOTHING }),
    lasts: true,
  },
  user_activity: {
    identity: (row) => fields(row, ['email', 'time', 'type', 'ip_address', 'client_type', 'version']),
    time: (row) => row['time'],
    actor: (row) => row['email'],
    instability: () => STABLE,
    lasts: false,
  },
  admin_operation: {
    identity: (row) => fields(row, ['time', 'operator', 'category_type', 'action', 'operation_detail']),
    time: (row) => row['time'],
    actor: (row) => row['operator'],
    instability: () => STABLE,
    lasts: false,
  },
};

/** A user's address as users are joined by it: in lower case; `null` when Zoom gave none. */
export function addressOf({ email }: ZoomRow): Json {
  return typeof email === 'string' ? email.trim().toLowerCase() || null : (email ?? null);
}
