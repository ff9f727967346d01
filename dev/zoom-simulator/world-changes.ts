import { z } from 'zod';
import { formatInstant } from './days';
import type { History } from './history';
import type { SimulatedAccount } from './world';

const Row = z.looseObject({ time: z.iso.datetime().optional() });
const Rows = z.array(Row).min(1);
const Fields = z.looseObject({});
const User = z.string().min(1);

/** Something that happens in an account on demand. A row without a time happens now; an earlier time makes it late. */
export const WorldChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('addActivities'), rows: Rows }),
  z.strictObject({ kind: z.literal('addOperations'), rows: Rows }),
  z.strictObject({ kind: z.literal('repeatNewest'), stream: z.enum(['activities', 'operations']) }),
  z.strictObject({ kind: z.literal('changeUser'), user: User, fields: Fields }),
  z.strictObject({ kind: z.literal('activateUser'), user: User }),
  z.strictObject({ kind: z.literal('deactivateUser'), user: User }),
  z.strictObject({ kind: z.literal('deleteUser'), user: User }),
  z.strictObject({ kind: z.literal('changeSettings'), settings: Fields, previously: Fields.default({}) }),
  z.strictObject({ kind: z.literal('inviteUser'), email: z.email(), fields: Fields.default({}) }),
]);

/** Something that happens in an account on demand. */
export type WorldChange = z.infer<typeof WorldChange>;

/**
 * Lets a change happen.
 *
 * @param nowMs - time of a row that names none.
 * @returns the rows or the user it made, as they are now; `null` for a deleted user.
 * @throws RangeError when the user or the row to repeat is not there.
 */
export function applyChange(account: SimulatedAccount, change: WorldChange, nowMs: number): unknown {
  const { activities, directory, operations } = account;
  const owner = directory.at(0)?.email ?? '';
  const ordinalOf = (user: string): number => {
    const found = directory.find(user);
    if (found === undefined) throw new RangeError(`no user ${user}`);
    return found.ordinal;
  };
  switch (change.kind) {
    case 'addActivities': {
      const usual = { type: 'Sign in', ip_address: '203.0.113.7', client_type: 'Browser', version: '-' } as const;
      return addRows(
        activities,
        change.rows.map((row) => ({ email: owner, ...usual, ...row, time: timeOf(row, nowMs) })),
      );
    }
    case 'addOperations': {
      const detail = 'Security  - Sign in with Two-Factor Authentication: from On to Off';
      const usual = { operator: owner, category_type: 'Account', action: 'Update', operation_detail: detail };
      return addRows(
        operations,
        change.rows.map((row) => ({ ...usual, ...row, time: timeOf(row, nowMs) })),
      );
    }
    case 'repeatNewest':
      return change.stream === 'activities' ? repeatNewest(activities) : repeatNewest(operations);
    case 'changeUser':
      return directory.change(ordinalOf(change.user), change.fields);
    case 'activateUser':
      return directory.change(ordinalOf(change.user), { status: 'active', verified: 1 });
    case 'deactivateUser':
      return directory.change(ordinalOf(change.user), { status: 'inactive' });
    case 'deleteUser':
      directory.delete(ordinalOf(change.user));
      return null;
    case 'changeSettings': {
      // of settings the simulator keeps nothing: what is left of a change is what the operation log says
      const detail = `Settings: ${JSON.stringify(change.settings)}`;
      const row = { operator: owner, category_type: 'Account', action: 'Update', operation_detail: detail };
      return addRows(operations, [{ ...row, time: formatInstant(nowMs) }]);
    }
    case 'inviteUser':
      return directory.invite({ ...change.fields, email: change.email }, nowMs);
  }
}

function timeOf(row: z.infer<typeof Row>, nowMs: number): string {
  return formatInstant(row.time === undefined ? nowMs : Date.parse(row.time));
}

function addRows<Row extends { time: string }>(history: History<Row>, rows: Row[]): Row[] {
  for (const row of rows) history.add(row);
  return rows;
}

function repeatNewest<Row extends { time: string }>(history: History<Row>): Row {
  const newest = history.newest();
  if (newest === undefined) throw new RangeError('no row to repeat');
  history.add({ ...newest });
  return newest;
}
