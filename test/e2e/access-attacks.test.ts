import { describe, expect, it } from '@jest/globals';
import { Browser } from '../../dev/local/browser';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import type { AuditFact } from '../../lambdas/core/audit/audit-fact';
import { schemaProblems } from './support/schemas';
import { itemsOf, operate, until } from './support/stack';
import { ZoomAccount } from './support/zoom-account';

/** The entries of the audit log about a connection, or about none, oldest first. */
async function auditOf(connectionId = 'connector'): Promise<AuditFact[]> {
  const facts = (await itemsOf('FactsTableName')) as unknown as AuditFact[];
  return facts.filter(({ pk }) => pk === `audit#${connectionId}`).sort((a, b) => (a.sk < b.sk ? -1 : 1));
}

/** Waits for an entry: it is stored after the action. */
async function entry(action: string, link: string | undefined, connectionId?: string): Promise<AuditFact> {
  return until(`the entry ${action}`, async () =>
    (await auditOf(connectionId)).find(({ raw }) => raw.action === action && raw.details['link'] === link),
  );
}

describe('the audit log', () => {
  it('leads from a consent to its invite, and says who gave it and in which role', async () => {
    const account = await ZoomAccount.create({ users: 3 });
    const { url, connectionId } = await operate<OperatorAnswers['invite']>('invite', '--name', 'Audited');
    const browser = new Browser();
    await account.decide(browser, await browser.submit(url), 'allow');
    const consent = await until('the consent', async () =>
      (await auditOf(connectionId)).find(({ raw }) => raw.action === 'consent_given'),
    );
    const invite = await entry('invite_created', consent.raw.details['link'] as string, connectionId);

    expect(consent).toMatchObject({ connectionId, zoomAccountId: account.id, raw: { via: 'consent' } });
    expect(consent.actor).toMatch(/@/);
    expect(consent.raw.details['role']).toBe('Owner');
    expect(invite.raw).toMatchObject({ via: 'operator', details: { name: 'Audited' } });
    expect(invite.raw.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect([consent, invite].flatMap(schemaProblems)).toEqual([]);
  });
});
