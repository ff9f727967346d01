import { addressOf, type Origin } from './person';
import { pick } from './random';

/** A row of the operation log in Zoom's words; Zoom may add fields. */
export interface OperationRow {
  time: string;
  operator?: string;
  category_type: string;
  action: string;
  operation_detail: string;
  [unknown: string]: unknown;
}

type Pattern = (target: string, hash: number) => Pick<OperationRow, 'category_type' | 'action' | 'operation_detail'>;

const onOff = (hash: number): string => (hash % 2 === 0 ? 'from On to Off' : 'from Off to On');

/** The texts that Zoom is known to write, with the two spaces before the dash. */
const PATTERNS: readonly [Pattern, ...Pattern[]] = [
  (_target, hash) => ({
    category_type: 'Account',
    action: 'Update',
    operation_detail: `Security  - Sign in with Two-Factor Authentication: ${onOff(hash)}`,
  }),
  (_target, hash) => ({
    category_type: 'Account',
    action: 'Update',
    operation_detail: `Sign-in Methods  - Allow users to sign in with Google: ${onOff(hash)}`,
  }),
  (_target, hash) => ({
    category_type: 'Account',
    action: 'Update',
    operation_detail: `Sign-In Password Requirement  - Have a minimum password length: from 8 to ${9 + (hash % 6)} - Have at least 1 special character: ${onOff(hash)}`,
  }),
  (target, hash) => ({
    category_type: 'User',
    action: hash % 3 === 0 ? 'Batch Update' : 'Update',
    operation_detail: `Change Role  - ${target}: from ${hash % 2 === 0 ? 'Member to Admin' : 'Admin to Member'}`,
  }),
  (target, hash) => ({
    category_type: 'User',
    action: 'Update',
    operation_detail: `Update User ${target}  - Job Title: set to ${hash % 2 === 0 ? 'Team Lead' : 'Analyst'}`,
  }),
  (_target, hash) => ({ category_type: 'User Group', action: 'Add', operation_detail: `Add Group Team ${hash % 90}` }),
  (_target, hash) => ({
    category_type: 'User Group',
    action: 'Update',
    operation_detail: `Edit Group Team ${hash % 90}  - Waiting Room: ${onOff(hash)}`,
  }),
  (target) => ({ category_type: 'User', action: 'Update', operation_detail: `Deactivate User ${target}` }),
  (target) => ({ category_type: 'User', action: 'Update', operation_detail: `Activate User ${target}` }),
  (_target, hash) => ({
    category_type: 'Role',
    action: 'Update',
    operation_detail: `Edit Role Help Desk  - User Management: ${onOff(hash)}`,
  }),
  () => ({
    category_type: 'Recording',
    action: 'Delete',
    operation_detail: 'Delete Recording  - Weekly <Sync> & Plans',
  }),
  (_target, hash) => ({
    category_type: 'Billing',
    action: 'Update',
    operation_detail: `Update Plan  - Licenses: from 20 to ${21 + (hash % 30)}`,
  }),
];

/**
 * Makes rows of the operation log.
 *
 * @param origin - the account's seed and mail domain.
 * @param operators - how many of the first users act in it.
 * @param users - how many users can be acted upon.
 */
export function operationMaker(
  origin: Origin,
  operators: number,
  users: number,
): (hash: (salt: number) => number, time: string) => OperationRow {
  return (hash, time) => ({
    time,
    // now and then Zoom names nobody
    ...(hash(3) % 23 !== 0 && { operator: addressOf(origin, hash(4) % operators) }),
    ...pick(PATTERNS, hash(5))(addressOf(origin, hash(6) % users), hash(7)),
  });
}
