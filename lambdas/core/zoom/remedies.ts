import type { Denied } from './ports';

const REMEDIES: Readonly<Record<Denied['cause'], string>> = {
  missing_scope:
    'Add the scope that Zoom names to the app in the Zoom Marketplace, then reconnect and allow it on the consent page.',
  missing_permission:
    'Give the role of the admin who connects the permission to view "Usage reports", "User activity reports" and "Users" ' +
    '(Zoom: User Management, Roles), or reconnect with an owner or admin.',
  free_plan: 'Zoom has reports from the Pro plan on. Upgrade the account, then connect again.',
};

/** What an admin can do when Zoom denies a stream. */
export function remedyFor(cause: Denied['cause']): string {
  return REMEDIES[cause];
}
