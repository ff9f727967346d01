import type { Connection } from '../../../lambdas/contract/connection';
import type { Scope } from '../../../lambdas/core/access/ports';
import { makeLink, openSession } from '../../../lambdas/core/access/sign-in';
import { makePagesApp } from '../../../lambdas/web/pages-app';
import { InMemoryLinkStore, InMemorySessionStore } from '../../support/access';
import { RecordingAuditLog } from '../../support/audit';

export const NOW = Date.parse('2026-10-12T08:15:00Z');

/** A connection that waits for its consent, but for what `change` says. */
export function connection(change: Partial<Connection> = {}): Connection {
  return {
    id: 'c1',
    name: 'Contoso',
    status: 'pending',
    reason: null,
    mergedInto: null,
    zoomAccountId: null,
    plan: null,
    connectedAt: null,
    backfill: null,
    lastSync: null,
    capabilities: [],
    freshness: [],
    disconnect: null,
    ...change,
  };
}

export const BACKFILLING = connection({
  status: 'backfilling',
  connectedAt: '2026-10-12T08:00:00Z',
  backfill: {
    state: 'running',
    startedAt: '2026-10-12T08:00:05Z',
    waitingUntil: null,
    shardsDone: 7,
    shardsTotal: 17,
    facts: 61_420,
    calls: 214,
    callsPerSecond: 4.6,
    waitingShare: 0.62,
    etaSeconds: 190,
    throttledByZoom: false,
    problem: null,
    overdue: null,
  },
});

/** The pages over stores in memory, and a browser's worth of helpers. */
export function site(
  connections: readonly Connection[] = [],
  { publicUrl = 'https://connector.example' }: { publicUrl?: string } = {},
) {
  const sessions = new InMemorySessionStore();
  const links = new InMemoryLinkStore();
  const audit = new RecordingAuditLog();
  const faults: unknown[] = [];
  const clock = { now: NOW };
  const views = {
    list: () => Promise.resolve([...connections]),
    find: (id: string) => Promise.resolve(connections.find((one) => one.id === id)),
  };
  const app = makePagesApp({
    publicUrl,
    backfillDays: 7,
    connections: views,
    sessions,
    links,
    audit,
    now: () => clock.now,
    reportFault: (error) => faults.push(error),
  });
  const cookieName = publicUrl.startsWith('https:') ? '__Host-session' : 'session';

  return {
    app,
    sessions,
    links,
    audit,
    faults,
    clock,
    views,
    /** Opens a session. @returns its Cookie header. */
    signedIn: async (scope: Scope = { kind: 'all' }): Promise<{ Cookie: string }> => {
      const { id } = await openSession(sessions, scope, clock.now);
      return { Cookie: `${cookieName}=${id}` };
    },
    /** Makes a link. @returns its token. */
    link: async (target: Parameters<typeof makeLink>[1], minutes = 15): Promise<string> =>
      (await makeLink(links, target, minutes, clock.now)).token,
    /** Posts a form as a browser on one of our pages does. */
    post: (path: string, headers: Record<string, string> = {}) =>
      app.request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: publicUrl, ...headers },
      }),
  };
}
