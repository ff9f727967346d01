import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { FactKind } from '../../../../lambdas/contract/fact';
import { goneFact, isExpired, isSameFact, makeFact } from '../../../../lambdas/core/facts/fact';
import type { Json, ZoomRow } from '../../../../lambdas/core/facts/stable-form';
import { isStorable } from '../../../../lambdas/core/facts/storable';
import { DAY } from '../../../support/clock';
import { SOURCE, activityRow, factOf, operationRow, pendingRow, userRow } from '../../../support/facts';

const ACTIVITY_IDENTITY = ['email', 'time', 'type', 'ip_address', 'client_type', 'version'];
const OPERATION_IDENTITY = ['time', 'operator', 'category_type', 'action', 'operation_detail'];
const ROWS: readonly (readonly [FactKind, ZoomRow])[] = [
  ['user_activity', activityRow()],
  ['admin_operation', operationRow()],
  ['user', userRow()],
  ['user', pendingRow()],
];
const anyRow = fc.constantFrom(...ROWS);

const anyColumn = fc
  .jsonValue()
  .map((value) => value as Json)
  .filter(isStorable);

/** The same row with its keys in another order. */
const reordered = anyRow.chain(([kind, row]) =>
  fc.record({
    kind: fc.constant(kind),
    row: fc.constant(row),
    again: fc
      .shuffledSubarray(Object.entries(row), { minLength: Object.keys(row).length })
      .map((entries): ZoomRow => Object.fromEntries(entries)),
  }),
);

describe('a fact', () => {
  it('is the same item for a row with its keys in any order', () => {
    fc.assert(
      fc.property(reordered, ({ kind, row, again }) => {
        expect(isSameFact(factOf(kind, again), factOf(kind, row))).toBe(true);
      }),
    );
  });

  it.each(['custom_attributes', 'division_ids', 'group_ids', 'im_group_ids', 'license_info_list', 'login_types'])(
    'of a user is the same item for any order of %s',
    (field) => {
      const [listed, again] = [
        ['b', 'a', 'c'],
        ['c', 'b', 'a'],
      ].map((list) => factOf('user', userRow({ [field]: list })));
      expect(again).toEqual(listed);
    },
  );

  it('of an invited user is the same item at each call, for which Zoom makes up a time of creation', () => {
    const facts = ['2026-10-12T08:15:00Z', '2026-10-12T08:16:00Z'].map((time) =>
      factOf('user', pendingRow({ created_at: time })),
    );
    expect(facts[0]).toEqual(facts[1]);
  });

  it('holds no secret that its row held', () => {
    const row = userRow({ host_key: 's3cret', custom_attributes: [{ key: 'desk', passcode: 's3cret' }] });
    expect(JSON.stringify(factOf('user', row))).not.toContain('s3cret');
  });

  it('keeps a column that Zoom adds', () => {
    const raw = factOf('user_activity', activityRow({ device: { trusted: true } })).raw;
    expect(raw['device']).toEqual({ trusted: true });
  });

  it('keeps its id whatever columns Zoom adds', () => {
    fc.assert(
      fc.property(anyRow, fc.string({ minLength: 1 }), anyColumn, ([kind, row], name, value) => {
        const grown = { ...row, [`x_${name}`]: value };
        expect(factOf(kind, grown).id).toBe(factOf(kind, row).id);
      }),
    );
  });

  it.each(ACTIVITY_IDENTITY.filter((field) => field !== 'time'))(
    'of a sign-in has another id for another %s',
    (field) => {
      expect(factOf('user_activity', activityRow({ [field]: 'other' })).id).not.toBe(
        factOf('user_activity', activityRow()).id,
      );
    },
  );

  it.each(OPERATION_IDENTITY.filter((field) => field !== 'time'))(
    'of an operation has another id for another %s',
    (field) => {
      expect(factOf('admin_operation', operationRow({ [field]: 'other' })).id).not.toBe(
        factOf('admin_operation', operationRow()).id,
      );
    },
  );

  it.each([
    ['user_activity', activityRow],
    ['admin_operation', operationRow],
  ] as const)('of %s has another id for another time', (kind, row) => {
    expect(factOf(kind, row({ time: '2026-10-12T06:41:08Z' })).id).not.toBe(factOf(kind, row()).id);
  });

  it('of a user keeps its id when everything but the id changes', () => {
    const changed = userRow({ email: 'new@example.com', status: 'inactive', first_name: 'M', user_created_at: '' });
    expect(factOf('user', changed).id).toBe(factOf('user', userRow()).id);
  });

  it('of an invited user keeps its id however the address is written', () => {
    expect(factOf('user', pendingRow({ email: ' NEW.hire@Example.com' })).id).toBe(factOf('user', pendingRow()).id);
  });

  it('tells an invitation to an address from a user whose id is that text', () => {
    const user = factOf('user', { id: 'new.hire@example.com', status: 'active' });
    expect(factOf('user', pendingRow()).id).not.toBe(user.id);
  });

  it('has another id in another account', () => {
    const other = factOf('user', userRow(), { ...SOURCE, zoomAccountId: 'account-2' });
    expect(other.id).not.toBe(factOf('user', userRow()).id);
  });

  it('has the same id for whatever connection reads the account', () => {
    const other = factOf('user', userRow(), { ...SOURCE, connectionId: 'c2' });
    expect(other.id).toBe(factOf('user', userRow()).id);
  });

  it('has another id for a kind that has the same row', () => {
    const row = { time: '2026-10-12T06:41:07Z' };
    expect(factOf('user_activity', row).id).not.toBe(factOf('admin_operation', row).id);
  });

  it('takes an absent identity field for an empty place, not for the next field', () => {
    const shifted = factOf('user_activity', activityRow({ type: null, ip_address: 'Sign in' }));
    expect(shifted.id).not.toBe(factOf('user_activity', activityRow({ ip_address: null })).id);
  });
});

describe('the time of a fact', () => {
  it.each([
    ['2026-10-12T06:41:07Z', '2026-10-12T06:41:07Z'],
    ['2026-10-12T06:41:07.5Z', '2026-10-12T06:41:07.5Z'],
    ['2026-10-12T06:41:07.123456Z', '2026-10-12T06:41:07.123456Z'],
  ])('keeps the precision of %s', (given, time) => {
    expect(factOf('user_activity', activityRow({ time: given })).time).toBe(time);
  });

  it.each([
    ['2026-10-12T08:41:07+02:00', '2026-10-12T06:41:07Z'],
    ['2026-10-12T01:41:07-0500', '2026-10-12T06:41:07Z'],
    ['2026-10-12T00:41:07.250+02:00', '2026-10-11T22:41:07.250Z'],
    ['2026-10-12T00:41:07.123456+02:00', '2026-10-11T22:41:07.123456Z'],
  ])('of %s is that instant in UTC, in the same precision', (given, time) => {
    expect(factOf('user_activity', activityRow({ time: given })).time).toBe(time);
  });

  it('of a user is when Zoom created it', () => {
    expect(factOf('user', userRow()).time).toBe('2024-02-11T09:10:11Z');
  });

  it('of a user is the older field of Zoom where the newer is missing', () => {
    const { user_created_at: _, ...row } = userRow({ created_at: '2023-01-02T03:04:05Z' });
    expect(factOf('user', row).time).toBe('2023-01-02T03:04:05Z');
  });

  it('is absent from an invited user, for whom Zoom answers the time of the call', () => {
    expect(factOf('user', pendingRow({ created_at: '2026-10-12T08:15:00Z' }))).not.toHaveProperty('time');
  });

  it('may be absent from a user', () => {
    expect(factOf('user', { id: 'u1' })).not.toHaveProperty('time');
  });
});

describe('a row that the table would refuse', () => {
  const nested = (levels: number): Json => (levels === 0 ? 'x' : [nested(levels - 1)]);

  it.each<[string, Json, boolean]>([
    ['a text of 390 KB', 'x'.repeat(390_000), true],
    ['a text of 400 KB', 'x'.repeat(400_000), false],
    ['150,000 letters of three bytes', '€'.repeat(150_000), false],
    ['20,000 small numbers', Array.from({ length: 20_000 }, () => 1), false],
    ['a list 29 levels deep', nested(29), true],
    ['a list 30 levels deep', nested(30), false],
    ['the largest number', 9.99e125, true],
    ['a larger number', 1e126, false],
    ['the smallest number', -1e-130, true],
    ['a smaller number', -1e-131, false],
    ['what JSON parses of a number without end', Infinity, false],
  ])('cannot become a fact, and one just within its bounds can: %s', (_, value, becomes) => {
    const made = makeFact('user_activity', activityRow({ note: value }), SOURCE);
    expect('problem' in made ? made.problem : 'a fact').toBe(
      becomes ? 'a fact' : 'it is too large or too deep for the table, or has a number that is',
    );
  });

  it('cannot become a fact with a time that has more digits than a sort key', () => {
    const row = activityRow({ time: `2026-10-12T06:41:07.${'1'.repeat(1000)}Z` });
    expect(makeFact('user_activity', row, SOURCE)).toEqual({ problem: 'its time is not an ISO 8601 instant' });
  });
});

describe('the actor of a fact', () => {
  it('is the address in lower case', () => {
    expect(factOf('admin_operation', operationRow({ operator: ' Admin@Example.COM ' })).actor).toBe(
      'admin@example.com',
    );
  });

  it.each([null, '', 'System', 7])('is absent where Zoom names %j', (operator) => {
    expect(factOf('admin_operation', operationRow({ operator }))).not.toHaveProperty('actor');
  });

  it('is absent where a text is longer than any address', () => {
    const operator = `${'x'.repeat(1000)}@example.com`;
    expect(factOf('admin_operation', operationRow({ operator }))).not.toHaveProperty('actor');
  });

  it('is absent where Zoom names nobody', () => {
    const { operator: _, ...row } = operationRow();
    expect(factOf('admin_operation', row)).not.toHaveProperty('actor');
  });

  it('is absent from a user, who is nobody’s act', () => {
    expect(factOf('user', userRow())).not.toHaveProperty('actor');
  });
});

describe('the expiry of a fact', () => {
  it('counts from when it happened', () => {
    const { expiresAt } = factOf('user_activity', activityRow(), { ...SOURCE, retentionDays: 30 });
    expect(expiresAt).toBe(Date.parse('2026-11-11T06:41:07Z') / 1000);
  });

  it('is in whole seconds', () => {
    const { expiresAt } = factOf('user_activity', activityRow({ time: '2026-10-12T06:41:07.900Z' }));
    expect(expiresAt).toBe(factOf('user_activity', activityRow()).expiresAt);
  });

  it('is none for a user', () => {
    expect(factOf('user', userRow())).not.toHaveProperty('expiresAt');
  });

  it('is over at its second', () => {
    const fact = factOf('user_activity', activityRow(), { ...SOURCE, retentionDays: 1 });
    expect(isExpired(fact, Date.parse('2026-10-12T06:41:07Z') + DAY)).toBe(true);
  });

  it('is not over before', () => {
    const fact = factOf('user_activity', activityRow(), { ...SOURCE, retentionDays: 1 });
    expect(isExpired(fact, Date.parse('2026-10-12T06:41:07Z') + DAY - 1)).toBe(false);
  });

  it('is never over for a user', () => {
    expect(isExpired(factOf('user', userRow()), Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});

describe('a row that cannot become a fact', () => {
  it.each([
    'yesterday',
    '2026-10-12',
    '2026-10-12 06:41:07',
    '2026-10-12T06:41:07',
    '2026-13-12T06:41:07Z',
    1_760_000_000,
    { at: 'noon' },
  ])('fails for the time %j', (time) => {
    expect(makeFact('user_activity', activityRow({ time }), SOURCE)).toEqual({
      problem: 'its time is not an ISO 8601 instant',
    });
  });

  it.each([null, ''])('fails for an activity whose time is %j', (time) => {
    expect(makeFact('user_activity', activityRow({ time }), SOURCE)).toEqual({ problem: 'it has no time' });
  });

  it.each<ZoomRow>([
    {},
    { id: '' },
    { id: null, email: null },
    { id: '', email: '', status: 'pending' },
    { email: '  ', status: 'pending' },
  ])('fails for the user %j, whom nothing tells from others', (row) => {
    expect(makeFact('user', row, SOURCE)).toEqual({ problem: 'it has neither an id nor an address' });
  });

  it('fails without telling any value of it', () => {
    const made = makeFact('user_activity', activityRow({ time: 'VALUE', email: 'VALUE@example.com' }), SOURCE);
    expect(JSON.stringify(made)).not.toContain('VALUE');
  });
});

describe('goneFact', () => {
  it('keeps what was last known', () => {
    expect(goneFact(factOf('user', userRow()), undefined)).toEqual({ ...factOf('user', userRow()), state: 'gone' });
  });

  it('names who took the place', () => {
    expect(goneFact(factOf('user', pendingRow()), 'id-of-user').supersededBy).toBe('id-of-user');
  });

  it('is undone by a row that is there again', () => {
    const gone = goneFact(factOf('user', pendingRow()), 'id-of-user');
    expect(isSameFact(gone, factOf('user', pendingRow()))).toBe(false);
  });
});

describe('isSameFact', () => {
  it('knows no order of attributes, as DynamoDB does not', () => {
    const fact = factOf('user', userRow());
    const reversed = Object.fromEntries(Object.entries(fact).reverse()) as unknown as typeof fact;
    expect(isSameFact(reversed, fact)).toBe(true);
  });

  it('sees a change of any value in raw', () => {
    expect(isSameFact(factOf('user', userRow({ dept: 'IT' })), factOf('user', userRow()))).toBe(false);
  });
});
