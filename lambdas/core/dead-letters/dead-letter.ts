import { createHash } from 'node:crypto';
import type { DateRange } from '../../contract/connection';
import { type FactKind, KIND_WORDS } from '../../contract/fact';
import type { DeadLetterStage } from '../../contract/operator';
import type { Shard } from '../../contract/workflow';
import { withRange } from '../connections/freshness';
import { DAY_MS } from '../dates';
import { KINDS } from '../facts/kinds';
import { type Json, canonicalJson, isRow, stableForm, withoutSecrets } from '../facts/stable-form';
import { isStorable } from '../facts/storable';
import type { ShardProgress } from '../runs/ports';
import { OLDEST_REPORT_DAYS, REPORTS, addDays, oldestReportDate } from '../runs/shards';

/** What could not be read, or not be understood, with enough to try again. Instants are ISO 8601 UTC. */
export type DeadLetter = ReadLetter | ParseLetter;

interface LetterHead {
  /** `{connection}.{stage}.{what it is about}`: writing a letter again makes no second one. */
  readonly id: string;
  readonly connectionId: string;
  readonly stage: DeadLetterStage;
  /** Why, in words that hold no value of a row. */
  readonly reason: string;
  /** When it was written last. */
  readonly at: string;
  /** TTL, epoch seconds: as long as Zoom keeps what it is about, and of a report until some run has noted that it is lost. */
  readonly expiresAt: number;
}

/** A shard that was not read to its end, denied or not, and that no checkpoint has the next sync read: facts are missing. */
export interface ReadLetter extends LetterHead {
  readonly stage: 'read';
  readonly shard: Shard;
}

/** A row that today's code makes no fact of. */
export interface ParseLetter extends LetterHead {
  readonly stage: 'parse';
  readonly kind: FactKind;
  /** In the stable form of a fact's `raw`, without secrets; `null` where the table takes no item with it. */
  readonly row: Json;
}

const KEPT_MS = OLDEST_REPORT_DAYS * DAY_MS;
/** A gap's letter outlives what Zoom keeps by so long, so that some run comes by and notes what is lost. */
const NOTED_MS = KEPT_MS;

/** The letter of a shard that was given up or denied, or whose reader died, at `now` (epoch ms). */
export function readLetter(connectionId: string, { shard, denied, problem }: ShardProgress, now: number): ReadLetter {
  // Zoom forgets a report's date some months after that date, whenever the letter was written
  const keptFrom = shard.stream === 'user' ? now : Math.min(now, Date.parse(addDays(shard.to, 1))) + NOTED_MS;
  return {
    id: letterId(connectionId, 'read', shard.id),
    connectionId,
    stage: 'read',
    reason: denied?.reason ?? problem ?? 'the reader broke off before its end',
    at: new Date(now).toISOString(),
    expiresAt: epochSeconds(keptFrom + KEPT_MS),
    shard,
  };
}

/** Whether Zoom no longer has what the letter asks for, at `now` (epoch ms): nobody can read it any more. */
export function isForgotten({ shard }: ReadLetter, now: number): boolean {
  return shard.stream !== 'user' && shard.to < oldestReportDate(now);
}

/** The letter of a row that cannot become a fact, at `now` (epoch ms). @param problem - why, without a value of it. */
export function parseLetter(
  connectionId: string,
  kind: FactKind,
  row: Json,
  problem: string,
  now: number,
): ParseLetter {
  const stable = isRow(row) ? stableForm(row, KINDS[kind].instability(row)) : withoutSecrets(row);
  const content = createHash('sha256')
    .update(canonicalJson([kind, stable]))
    .digest('hex');
  return {
    id: letterId(connectionId, 'parse', content.slice(0, 32)),
    connectionId,
    stage: 'parse',
    reason: problem,
    at: new Date(now).toISOString(),
    expiresAt: epochSeconds(now + KEPT_MS),
    kind,
    row: isStorable(stable) ? stable : null,
  };
}

/** Whether `read`, a shard that was read to its end, holds all that the other asks for. */
export function covers(read: Shard, wanted: Shard): boolean {
  if (read.stream === 'user' || wanted.stream === 'user') {
    return read.stream === 'user' && wanted.stream === 'user' && read.status === wanted.status;
  }
  return read.stream === wanted.stream && read.floor === null && read.from <= wanted.from && read.to >= wanted.to;
}

/** What is missing by these letters, what went wrong, and what to do about it; one letter at least. */
export function gapReason(letters: readonly ReadLetter[]): string {
  const [latest] = [...letters].sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    `Could not be read: ${missingParts(letters.map(({ shard }) => shard)).join('; ')}. ` +
    `What went wrong: ${latest?.reason.replace(/\.$/, '')}. To read them again: connector dead-letters replay.`
  );
}

function missingParts(shards: readonly Shard[]): string[] {
  const reports = REPORTS.flatMap((report) => {
    const own = shards.flatMap((shard) => (shard.stream === report ? [shard] : []));
    return own.length === 0 ? [] : [`${KIND_WORDS[report]} of ${inWords(own.reduce(withRange, []))}`];
  });
  const statuses = shards.flatMap((shard) => (shard.stream === 'user' ? [shard.status] : []));
  return statuses.length === 0 ? reports : [...reports, `${statuses.sort().join(', ')} users`];
}

/** For example `2026-10-01 to 2026-10-03, 2026-10-07`. */
function inWords(ranges: readonly DateRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(', ');
}

function letterId(connectionId: string, stage: DeadLetterStage, subject: string): string {
  return `${connectionId}.${stage}.${subject}`;
}

function epochSeconds(epochMs: number): number {
  return Math.ceil(epochMs / 1000);
}
