import { describe, expect, it } from '@jest/globals';
import { FACT_BUCKETS, FACT_VERSION } from '../../../../lambdas/contract/fact';
import { factId } from '../../../../lambdas/core/facts/fact';
import { activityRow, factOf, operationRow, pendingRow, userRow } from '../../../support/facts';

/*
 * What stands here is stored in every installation. Another id, key or bucket for the same row would put every fact on
 * the stream a second time and strand the old ones: a failure here means that the code is wrong, never the literal.
 */
describe('what is stored for ever', () => {
  it('is a sign-in under this key and id', () => {
    expect(factOf('user_activity', activityRow())).toEqual({
      pk: 'c1#46',
      sk: 'user_activity#2026-10-12T06:41:07Z#9494b92e6fcb6b99ed7ae11a3fde95ff',
      v: 1,
      id: '9494b92e6fcb6b99ed7ae11a3fde95ff',
      kind: 'user_activity',
      connectionId: 'c1',
      zoomAccountId: 'account-1',
      time: '2026-10-12T06:41:07Z',
      actor: 'mira.holt@example.com',
      raw: {
        email: 'Mira.Holt@example.com',
        time: '2026-10-12T06:41:07Z',
        type: 'Sign in',
        ip_address: '203.0.113.24',
        client_type: 'Browser',
        version: '-',
      },
      expiresAt: 1_823_323_267,
    });
  });

  it('is an operation under this key and id', () => {
    expect(factOf('admin_operation', operationRow())).toEqual({
      pk: 'c1#49',
      sk: 'admin_operation#2026-10-12T07:15:30Z#90a43c3124ff5061a2dcafeb6f333ca2',
      v: 1,
      id: '90a43c3124ff5061a2dcafeb6f333ca2',
      kind: 'admin_operation',
      connectionId: 'c1',
      zoomAccountId: 'account-1',
      time: '2026-10-12T07:15:30Z',
      actor: 'admin@example.com',
      raw: {
        time: '2026-10-12T07:15:30Z',
        operator: 'Admin@example.com',
        category_type: 'Account',
        action: 'Update',
        operation_detail: 'Security  - Sign in with Two-Factor Authentication: from On to Off',
      },
      expiresAt: 1_823_325_330,
    });
  });

  it('is a user under this key and id', () => {
    expect(factOf('user', userRow())).toEqual({
      pk: 'c1#51',
      sk: 'user#aa2c5233f2236d416302ac4d5524b6d9',
      v: 1,
      id: 'aa2c5233f2236d416302ac4d5524b6d9',
      kind: 'user',
      connectionId: 'c1',
      zoomAccountId: 'account-1',
      time: '2024-02-11T09:10:11Z',
      raw: {
        id: 'u-Mira_1',
        email: 'mira.holt@example.com',
        first_name: 'Mira',
        type: 2,
        status: 'active',
        role_id: '2',
        group_ids: ['g-all', 'g-sales'],
        user_created_at: '2024-02-11T09:10:11Z',
      },
      state: 'present',
    });
  });

  it('is an invited user under this key and id', () => {
    expect(factOf('user', pendingRow())).toEqual({
      pk: 'c1#49',
      sk: 'user#2f965eb111d19e7cea8c7b7eb4064e18',
      v: 1,
      id: '2f965eb111d19e7cea8c7b7eb4064e18',
      kind: 'user',
      connectionId: 'c1',
      zoomAccountId: 'account-1',
      raw: { email: 'New.Hire@example.com', type: 1, status: 'pending', role_id: '2', verified: 0 },
      state: 'present',
    });
  });

  it.each([
    ['user_activity', '8a847f7c320ae9105d5fbbca82fe431c'],
    ['admin_operation', '31d3bcca2791325650485de7787f988f'],
  ] as const)('is a row of %s that has nothing but a time under this id', (kind, id) => {
    expect(factOf(kind, { time: '2026-10-12T06:41:07Z' }).id).toBe(id);
  });

  it('is an id over the account, the kind and the identity, in this order', () => {
    expect(factId('account-1', 'user', ['id', 'u-Mira_1'])).toBe('aa2c5233f2236d416302ac4d5524b6d9');
  });

  it('is spread over this number of partitions', () => {
    expect(FACT_BUCKETS).toBe(64);
  });

  it('says the version of its contract', () => {
    expect(FACT_VERSION).toBe(1);
  });
});
