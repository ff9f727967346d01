import { describe, expect, it } from '@jest/globals';
import { auditFact } from '../../../../lambdas/core/audit/audit-fact';
import { partitionKeys } from '../../../../lambdas/core/facts/fact-key';
import { auditEvent } from '../../../support/audit';

describe('an entry of the audit log', () => {
  it('is the same fact whenever its event comes again', () => {
    expect(auditFact(auditEvent(), 30)).toEqual(auditFact(auditEvent(), 30));
  });

  it('says what was done, when, by whom, to which connection, and what saw it', () => {
    expect(auditFact(auditEvent(), 30)).toEqual({
      pk: 'audit#5f0c2e9a41b7d386',
      sk: 'connector_audit#2026-10-12T08:15:00.000Z#00112233445566778899aabbccddeeff',
      v: 1,
      id: '00112233445566778899aabbccddeeff',
      kind: 'connector_audit',
      connectionId: '5f0c2e9a41b7d386',
      zoomAccountId: 'account-1',
      time: '2026-10-12T08:15:00.000Z',
      actor: 'owner@example.com',
      raw: { action: 'consent_given', via: 'consent', requestId: 'request-1', details: { role: 'Owner' } },
      expiresAt: Date.parse('2026-11-11T08:15:00Z') / 1000,
    });
  });

  it('is kept apart from the facts of its connection, which a purge takes', () => {
    const { connectionId } = auditEvent();
    expect(partitionKeys(connectionId ?? '')).not.toContain(auditFact(auditEvent(), 30).pk);
  });

  it('names no actor by anything but an address', () => {
    expect(auditFact(auditEvent({ actor: 'System' }), 30)).not.toHaveProperty('actor');
  });

  it('names no connection, account or actor where there is none', () => {
    const fact = auditFact(auditEvent({ connectionId: null, zoomAccountId: null, actor: null }), 30);
    expect(Object.keys(fact).sort()).toEqual(['expiresAt', 'id', 'kind', 'pk', 'raw', 'sk', 'time', 'v']);
    expect(fact.pk).toBe('audit#connector');
  });
});
