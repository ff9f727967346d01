/** A JSON value as Zoom sends it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A row of a Zoom list. */
export type ZoomRow = Readonly<Record<string, Json>>;

/** Whether what stands in a list of Zoom's is a row at all. */
export function isRow(value: Json): value is ZoomRow {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Secrets that Zoom's rows can hold, addresses that open what they lead to among them; they are dropped at any depth before anything is stored. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'access_token',
  'authorized_channel_token',
  'download_access_token',
  'download_token',
  'download_url',
  'host_key',
  'join_url',
  'passcode',
  'password',
  'play_url',
  'recording_play_passcode',
  'refresh_token',
  'start_url',
]);

/** What differs between two readings of an unchanged row. */
export interface Instability {
  /** Lists whose order means nothing. */
  readonly sets: ReadonlySet<string>;
  /** Values that Zoom makes up per call. */
  readonly volatile: ReadonlySet<string>;
}

/** The row without secrets and without what differs between two readings of it; everything else untouched. */
export function stableForm(row: ZoomRow, { sets, volatile }: Instability): ZoomRow {
  const kept = Object.entries(withoutSecrets(row) as ZoomRow).filter(([key]) => !volatile.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, sets.has(key) && Array.isArray(value) ? sortedCopy(value as Json[]) : value]),
  );
}

/** JSON with the keys of each object in order, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${(value as Json[]).map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** The value without what its fields call a secret, at any depth. */
export function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(withoutSecrets);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !SECRET_FIELDS.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutSecrets(item)]));
}

function sortedCopy(items: readonly Json[]): Json[] {
  return items
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}
