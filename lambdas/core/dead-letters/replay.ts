import { DEAD_LETTER_STAGES, type OperatorAnswers } from '../../contract/operator';
import type { Clock } from '../clock';
import { type ConnectionRecord, isReadable } from '../connections/connection-record';
import type { ConnectionStore } from '../connections/ports';
import { NotFoundError } from '../errors';
import { isExpired, isMalformed, makeFact } from '../facts/fact';
import type { FactStore } from '../facts/ports';
import { type RunStarter, requestedRun } from '../runs/run-starter';
import type { DeadLetter, ParseLetter, ReadLetter } from './dead-letter';
import type { DeadLetterStore } from './ports';

export interface DeadLettersPorts {
  readonly connections: ConnectionStore;
  readonly deadLetters: DeadLetterStore;
  readonly facts: Pick<FactStore, 'add'>;
  readonly runs: RunStarter;
  readonly clock: Clock;
  readonly log: { letterKept(id: string, why: string): void };
}

/** More letters than that are not dealt with at once: the answer and the time for it are bounded. */
export const MOST_LETTERS = 10_000;
/** Rows that are tried side by side. */
const ROWS_AT_ONCE = 25;

/** Letters of all connections, gaps first: {@link MOST_LETTERS} of them at most. */
export async function allDeadLetters({
  connections,
  deadLetters,
}: Pick<DeadLettersPorts, 'connections' | 'deadLetters'>): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const stage of DEAD_LETTER_STAGES) {
    for await (const { id } of connections.list()) {
      for await (const letter of deadLetters.list(id, stage)) {
        if (letters.length === MOST_LETTERS) return letters;
        letters.push(letter);
      }
    }
  }
  return letters;
}

/**
 * Takes letters up again. Those of shards are read by one backfill for each connection, whose end deletes them. Rows
 * become facts by today's code, and their letters are deleted at once.
 *
 * @param ids - letters to take up; all when there are none.
 * @returns how many were taken up, and how many could not be, which are kept.
 * @throws NotFoundError when an id names no letter; then none is taken up.
 */
export function makeReplay(ports: DeadLettersPorts, settings: { readonly retentionDays: number }) {
  const { connections, deadLetters, facts, runs, clock, log } = ports;

  return async function replay(ids: readonly string[]): Promise<OperatorAnswers['replay-dead-letters']> {
    const letters = ids.length === 0 ? await allDeadLetters(ports) : await Promise.all([...new Set(ids)].map(existing));
    let replayed = 0;
    for (const [connectionId, own] of Map.groupBy(letters, (letter) => letter.connectionId)) {
      const connection = await connections.find(connectionId);
      const rows = own.filter((letter) => letter.stage === 'parse');
      const shards = own.filter((letter) => letter.stage === 'read');
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        const slice = rows.slice(start, start + ROWS_AT_ONCE);
        const ends = await Promise.all(slice.map((letter) => becameFact(connection, letter)));
        replayed += ends.filter(Boolean).length;
      }
      if (shards.length > 0 && (await isReadAgain(connection, shards))) replayed += shards.length;
    }
    return { replayed, failed: letters.length - replayed };
  };

  async function existing(id: string): Promise<DeadLetter> {
    const letter = await deadLetters.find(id);
    if (letter !== undefined) return letter;
    throw new NotFoundError(
      `there is no dead letter ${JSON.stringify(id)}`,
      'list them: connector dead-letters list; one that is not there any more has been settled',
    );
  }

  async function isReadAgain(
    connection: ConnectionRecord | undefined,
    letters: readonly ReadLetter[],
  ): Promise<boolean> {
    const obstacle = obstacleOf(connection);
    for (const { id } of letters) if (obstacle !== undefined) log.letterKept(id, obstacle);
    if (connection === undefined || obstacle !== undefined) return false;
    const shards = letters.map(({ shard }) => shard);
    await runs.start({ ...requestedRun(connection.id, 'backfill', clock.now()), shards });
    return true;
  }

  async function becameFact(connection: ConnectionRecord | undefined, letter: ParseLetter): Promise<boolean> {
    if (connection?.zoomAccountId == null) return false;
    const source = { connectionId: connection.id, zoomAccountId: connection.zoomAccountId, ...settings };
    const made = makeFact(letter.kind, letter.row, source);
    if (isMalformed(made)) {
      log.letterKept(letter.id, made.problem);
      return false;
    }
    // what the table holds of it was read later
    if (!isExpired(made, clock.now())) await facts.add(made);
    await deadLetters.delete([letter]);
    return true;
  }
}

/** Why a connection cannot be read now, if so. */
function obstacleOf(connection: ConnectionRecord | undefined): string | undefined {
  if (connection === undefined) return 'the connection is gone';
  if (!isReadable(connection)) return `the connection is ${connection.status}`;
  if (connection.status === 'backfilling' || connection.backfill?.state === 'running') return 'a backfill is running';
  return undefined;
}
