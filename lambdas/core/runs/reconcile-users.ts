import { type RunRef, USER_STATUSES } from '../../contract/workflow';
import { type Fact, goneFact } from '../facts/fact';
import { addressOf, isInvitation } from '../facts/kinds';
import type { FactStore } from '../facts/ports';
import type { Json } from '../facts/stable-form';
import type { SeenIds, SeenUsers, ShardProgress } from './ports';

/** Facts are written in slices of this many, so that memory does not grow with the number of the gone. */
const SLICE = 500;

/**
 * Whether the run's lists of users can tell who is gone: all three statuses were read, and none fell short of the
 * number of rows that Zoom said it has.
 */
export function areUsersComplete(shards: readonly ShardProgress[]): boolean {
  const users = shards.filter(({ shard }) => shard.stream === 'user');
  return (
    users.length === USER_STATUSES.length &&
    users.every(
      ({ state, rows, totalRecords, malformed }) =>
        state === 'done' && malformed === 0 && (totalRecords === null || rows >= totalRecords),
    )
  );
}

/** What the lists of users of a complete run say about those whom they do not name. */
export interface Reconciliation {
  /** How many were marked as gone. */
  readonly gone: number;
  /** How many more the lists do not name. */
  readonly missed: number;
  /** Whether it was the first look for those whom it missed: there was no complete run before, or its lists have expired. */
  readonly isFirstLook: boolean;
}

/**
 * Marks the users whom neither the lists of a complete run nor those of the one before named as gone: one run alone can
 * miss a user who changes from one list to another meanwhile. An invited user who has come is known by an id from then
 * on: the fact of the invitation names the user's fact as its successor.
 *
 * @param startedAt - when the run began, ISO 8601 UTC: who came to Zoom since need not be in its lists.
 * @param before - the complete run before; nobody is marked when `undefined`.
 */
export async function reconcileUsers(
  ports: { readonly facts: FactStore; readonly seenUsers: SeenUsers },
  run: RunRef,
  startedAt: string,
  before: RunRef | undefined,
): Promise<Reconciliation> {
  const seen = await ports.seenUsers.read(run);
  const missing: Fact[] = [];
  for await (const fact of ports.facts.read(run.connectionId, 'user')) {
    const cameSince = fact.time !== undefined && Date.parse(fact.time) >= Date.parse(startedAt);
    if (fact.state === 'present' && !seen.has(fact.id) && !cameSince) missing.push(fact);
  }
  const seenBefore = before !== undefined && missing.length > 0 ? await ports.seenUsers.read(before) : undefined;
  // an account has users, so lists that name none have expired
  if (seenBefore === undefined || seenBefore.size === 0) {
    const isFirstLook = before === undefined || seenBefore !== undefined;
    return { gone: 0, missed: missing.length, isFirstLook };
  }
  const missedTwice = missing.filter(({ id }) => !seenBefore.has(id));
  const successors = await findSuccessors(ports.facts, run.connectionId, seen, missedTwice.filter(isOfInvitation));
  const gone = missedTwice.map((fact) =>
    goneFact(fact, isInvitation(fact.raw) ? successors.get(addressOf(fact.raw)) : undefined),
  );
  for (let start = 0; start < gone.length; start += SLICE) await ports.facts.write(gone.slice(start, start + SLICE));
  return { gone: gone.length, missed: missing.length - gone.length, isFirstLook: false };
}

/** The seen users that have the address of a vanished invitation: address → the user's fact id. */
async function findSuccessors(
  facts: FactStore,
  connectionId: string,
  seen: SeenIds,
  invitations: readonly Fact[],
): Promise<ReadonlyMap<Json, string>> {
  const successors = new Map<Json, string>();
  if (invitations.length === 0) return successors;
  const addresses = new Set(invitations.map(({ raw }) => addressOf(raw)));
  addresses.delete(null);
  for await (const fact of facts.read(connectionId, 'user')) {
    const address = addressOf(fact.raw);
    if (seen.has(fact.id) && addresses.has(address)) successors.set(address, fact.id);
  }
  return successors;
}

function isOfInvitation({ raw }: Fact): boolean {
  return isInvitation(raw);
}
