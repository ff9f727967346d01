import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Directory, type Status } from '../../../dev/zoom-simulator/directory';
import { START } from './support';

const STATUSES: readonly Status[] = ['active', 'inactive', 'pending'];
const origin = { seed: 7, domain: 'acme.example.com', startedAtMs: START };
const directoryOf = (users: number): Directory => new Directory({ origin, users, admins: 2 });

type Change = { ordinal: number; to: Status | 'gone' };
const changes = fc.array(
  fc.record({ ordinal: fc.integer({ min: 0, max: 39 }), to: fc.constantFrom<Change['to']>(...STATUSES, 'gone') }),
);

function changed(list: readonly Change[]): Directory {
  const directory = directoryOf(40);
  for (const { ordinal, to } of list) {
    if (to === 'gone') directory.delete(ordinal);
    else if (directory.at(ordinal) !== undefined) directory.change(ordinal, { status: to });
  }
  return directory;
}

describe('a directory of users', () => {
  it('lists every user under exactly their status, whatever was changed', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const directory = changed(list);
        const listed = STATUSES.flatMap((status) =>
          [...directory.list(status)].map(({ ordinal }) => `${ordinal} ${status}`),
        );
        const expected = Array.from({ length: 40 }, (_, ordinal) => ordinal)
          .filter((ordinal) => directory.at(ordinal) !== undefined)
          .map((ordinal) => `${ordinal} ${directory.at(ordinal)?.status}`);
        expect(listed.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('counts what it lists', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(...STATUSES), (list, status) => {
        const directory = changed(list);
        expect(directory.total(status)).toBe([...directory.list(status)].length);
      }),
    );
  });

  it('goes on from any place as if it had not stopped', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(...STATUSES), fc.integer({ min: 0, max: 39 }), (list, status, place) => {
        const directory = changed(list);
        const rest = [...directory.list(status)].filter(({ ordinal }) => ordinal >= place);
        expect([...directory.list(status, place)]).toEqual(rest);
      }),
    );
  });

  it('finds every one of a million users by id', () => {
    const directory = directoryOf(1_000_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (ordinal) => {
        expect(directory.find(directory.at(ordinal)?.id ?? '')?.ordinal).toBe(ordinal);
      }),
    );
  });

  it('finds every one of a million users by address in any case', () => {
    const directory = directoryOf(1_000_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (ordinal) => {
        expect(directory.find(directory.at(ordinal)?.email.toUpperCase() ?? '')?.ordinal).toBe(ordinal);
      }),
    );
  });

  it('gives no two users the same address', () => {
    const addresses = [...directoryOf(5000).list('active')].map(({ user }) => user.email.toLowerCase());
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('finds a renamed user by the new address', () => {
    const directory = directoryOf(10);
    directory.change(4, { email: 'married@acme.example.com' });
    expect(directory.find('married@acme.example.com')?.ordinal).toBe(4);
  });

  it('does not find a renamed user by the old address', () => {
    const directory = directoryOf(10);
    const old = directory.at(4)?.email ?? '';
    directory.change(4, { email: 'married@acme.example.com' });
    expect(directory.find(old)).toBeUndefined();
  });

  it('puts an invited person among the pending users', () => {
    const directory = directoryOf(10);
    directory.invite({ email: 'new.hire@acme.example.com' }, START);
    expect([...directory.list('pending')].map(({ user }) => user.email)).toContain('new.hire@acme.example.com');
  });

  it('has users with markup in their names', () => {
    expect([...directoryOf(60).list('active')].some(({ user }) => user.display_name.includes('<b>'))).toBe(true);
  });

  it('has users with names outside ASCII', () => {
    expect([...directoryOf(60).list('active')].some(({ user }) => /[^ -~]/.test(user.display_name))).toBe(true);
  });

  it('has users with upper case in their address', () => {
    expect([...directoryOf(60).list('active')].some(({ user }) => /[A-Z]/.test(user.email))).toBe(true);
  });
});
