import { addDays } from '../../../lambdas/core/runs/shards';
import { distinctRows, rowsOf } from './compare';
import { factsOf } from './stack';
import { streamRecordsOf } from './stream';
import type { ZoomAccount } from './zoom-account';

/** What a connection has and Zoom does not, or the other way round. */
export interface Differences {
  /** Rows of Zoom's that are no facts. */
  readonly missing: readonly string[];
  /** Facts that are no rows of Zoom's. */
  readonly invented: readonly string[];
  /** Facts that are not on the stream exactly once. */
  readonly notStreamedOnce: readonly string[];
}

/** All that Zoom has is there, nothing else is, and each fact was told once. */
export const NO_DIFFERENCES: Differences = { missing: [], invented: [], notStreamedOnce: [] };

/** Holds the facts of a connection that was read once, over the usual days, against the rows that Zoom has. */
export async function differences(account: ZoomAccount, connectionId: string): Promise<Differences> {
  const today = new Date().toISOString().slice(0, 10);
  const dates = { from: addDays(today, -7), to: addDays(today, 1) };
  const [facts, records, users, activities, operations] = await Promise.all([
    factsOf(connectionId),
    streamRecordsOf(connectionId),
    account.truth('users'),
    account.truth('activities', dates),
    account.truth('operations', dates),
  ]);
  const stated = new Set(
    (['user', 'user_activity', 'admin_operation'] as const).flatMap((kind) => rowsOf(facts, kind)),
  );
  const actual = new Set([users, activities, operations].flatMap(distinctRows));
  const told = new Map<string, number>();
  for (const { before, after } of records) {
    const id = (after ?? before)?.id ?? '';
    told.set(id, (told.get(id) ?? 0) + 1);
  }
  return {
    missing: [...actual].filter((row) => !stated.has(row)),
    invented: [...stated].filter((row) => !actual.has(row)),
    notStreamedOnce: facts.map(({ id }) => id).filter((id) => told.get(id) !== 1),
  };
}
