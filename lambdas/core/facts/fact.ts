import { createHash } from 'node:crypto';
import { FACT_VERSION, type FactKind } from '../../contract/fact';
import { type FactKey, factKey } from './fact-key';
import { KINDS } from './kinds';
import { type Json, type ZoomRow, canonicalJson, isRow, stableForm } from './stable-form';
import { isStorable } from './storable';

/** An item of the facts table, and so the image on the stream; `docs/stream.md` is its contract. */
export interface Fact extends FactKey {
  readonly v: number;
  readonly id: string;
  readonly kind: FactKind;
  readonly connectionId: string;
  readonly zoomAccountId: string;
  readonly time?: string;
  readonly actor?: string;
  readonly raw: ZoomRow;
  readonly state?: 'present' | 'gone';
  readonly supersededBy?: string;
  readonly expiresAt?: number;
}

/** Whose fact it is, and how long such facts are kept. */
export interface FactSource {
  readonly connectionId: string;
  readonly zoomAccountId: string;
  readonly retentionDays: number;
}

/** A row that cannot become a fact; `problem` holds no value of it. */
export interface MalformedRow {
  readonly problem: string;
}

const DAY_SECONDS = 86_400;
/** A text that is longer is nobody's address, and makes an item larger than its row. */
const LONGEST_ADDRESS = 1000;
const MALFORMED = Symbol('malformed');
/** ISO 8601 with a zone, as Zoom writes instants, to any precision that a sort key has room for. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,99})?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The fact that a row of Zoom's states: a pure function of the row, the connection and the contract's version, so that
 * reading the row again gives the same item and writing that changes nothing.
 */
export function makeFact(kind: FactKind, row: Json, source: FactSource): Fact | MalformedRow {
  if (!isRow(row)) return { problem: 'it is no JSON object' };
  if (!isStorable(row)) return { problem: 'it is too large or too deep for the table, or has a number that is' };
  const definition = KINDS[kind];
  const time = parseInstant(definition.time(row));
  if (time === MALFORMED) return { problem: 'its time is not an ISO 8601 instant' };
  if (time === undefined && !definition.lasts) return { problem: 'it has no time' };
  const identity = definition.identity(row);
  if (identity.every((value) => value === null))
    return { problem: 'it has none of the fields that tell it from others' };
  if (definition.lasts && identity.at(-1) === null) return { problem: 'it has neither an id nor an address' };

  const id = factId(source.zoomAccountId, kind, identity);
  const actor = parseAddress(definition.actor(row));
  return {
    ...factKey(source.connectionId, kind, id, definition.lasts ? undefined : time),
    v: FACT_VERSION,
    id,
    kind,
    connectionId: source.connectionId,
    zoomAccountId: source.zoomAccountId,
    ...(time !== undefined && { time }),
    ...(actor !== undefined && { actor }),
    raw: stableForm(row, definition.instability(row)),
    ...(definition.lasts
      ? { state: 'present' as const }
      : { expiresAt: Math.floor(Date.parse(time as string) / 1000) + source.retentionDays * DAY_SECONDS }),
  };
}

/** The last state of a user whom complete lists no longer name, and who took their place if somebody did. */
export function goneFact(fact: Fact, supersededBy: string | undefined): Fact {
  return { ...fact, state: 'gone', ...(supersededBy !== undefined && { supersededBy }) };
}

export function isMalformed(made: Fact | MalformedRow): made is MalformedRow {
  return 'problem' in made;
}

/** Whether the fact's time to live is over at `now` (epoch ms): it is not worth storing, and DynamoDB would drop it. */
export function isExpired(fact: Fact, now: number): boolean {
  return fact.expiresAt !== undefined && fact.expiresAt * 1000 <= now;
}

/** Whether two items are the same to DynamoDB, which knows no order of attributes. */
export function isSameFact(a: Fact, b: Fact): boolean {
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}

/** 128 bits of a SHA-256 in hex: for 100 million facts the odds of two alike are 1 in 10^22. */
export function factId(zoomAccountId: string, kind: FactKind, identity: readonly Json[]): string {
  return createHash('sha256')
    .update(canonicalJson([zoomAccountId, kind, ...identity]))
    .digest('hex')
    .slice(0, 32);
}

function parseInstant(value: Json | undefined): string | undefined | typeof MALFORMED {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || !INSTANT.test(value)) return MALFORMED;
  const epochMs = Date.parse(value);
  if (Number.isNaN(epochMs)) return MALFORMED;
  if (value.endsWith('Z')) {
    // 30 February parses, as a day in March
    return new Date(epochMs).toISOString().startsWith(value.slice(0, 19)) ? value : MALFORMED;
  }
  // an offset is whole minutes: seconds and their fraction stay as Zoom gave them
  const [fraction = ''] = /\.\d+/.exec(value) ?? [];
  return `${new Date(epochMs).toISOString().slice(0, 19)}${fraction}Z`;
}

function parseAddress(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !value.includes('@') || value.length > LONGEST_ADDRESS) return undefined;
  return value.trim().toLowerCase();
}
