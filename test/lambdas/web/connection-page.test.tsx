import { describe, expect, it } from '@jest/globals';
import { STATUSES, type BackfillView, type Connection, type Freshness } from '../../../lambdas/contract/connection';
import { htmlOf } from '../../../lambdas/web/respond';
import { ConnectionPage } from '../../../lambdas/web/views/connection-page';
import { disconnectRecord } from '../../support/connections';
import { BACKFILLING, connection, NOW } from './support';

const page = (shown: Connection) =>
  htmlOf(
    <ConnectionPage connection={shown} viewer={{ kind: 'all' }} backfillDays={7} now={NOW} refreshSeconds={null} />,
  );

function backfilling(change: Partial<BackfillView>): Connection {
  return { ...BACKFILLING, backfill: BACKFILLING.backfill && { ...BACKFILLING.backfill, ...change } };
}

const LABELS: { readonly [S in Connection['status']]: string } = {
  pending: 'Pending',
  backfilling: 'Backfilling',
  connected: 'Connected',
  degraded: 'Degraded',
  reconnect_needed: 'Reconnect needed',
  paused: 'Paused',
  disconnecting: 'Disconnecting',
  disconnected: 'Disconnected',
  refused: 'Refused',
};

describe("a connection's page", () => {
  it.each(STATUSES)('says in a word that it is %s', (status) => {
    expect(page(connection({ status }))).toContain(`</svg>${LABELS[status]}</span>`);
  });

  it('does not call it connected before it is', () => {
    expect(page(BACKFILLING)).not.toContain('Connected');
  });

  it.each(['pending', 'refused'] as const)('asks to connect while it is %s', (status) => {
    expect(page(connection({ status }))).toMatch(/action="\/connections\/c1\/consent".*Connect in Zoom/s);
  });

  it.each(['reconnect_needed', 'degraded'] as const)('asks to reconnect when it is %s', (status) => {
    expect(page(connection({ status, connectedAt: '2026-10-01T00:00:00Z' }))).toMatch(
      /action="\/connections\/c1\/consent".*Reconnect in Zoom/s,
    );
  });

  it.each(['backfilling', 'connected', 'paused', 'disconnecting', 'disconnected'] as const)(
    'asks for nothing while it is %s',
    (status) => {
      expect(page(connection({ status }))).not.toContain('/consent');
    },
  );

  it('offers to reconnect when a permission is missing', () => {
    const capabilities = [{ stream: 'user', state: 'unavailable', reason: 'No permission.', remedy: 'Ask.' }] as const;
    expect(page(connection({ status: 'connected', capabilities }))).toContain('Reconnect in Zoom');
  });

  it('says why a stream cannot be read, and what helps', () => {
    const capabilities = [{ stream: 'user', state: 'unavailable', reason: 'No permission.', remedy: 'Ask.' }] as const;
    const shown = page(connection({ status: 'connected', connectedAt: '2026-10-01T00:00:00Z', capabilities }));
    expect(shown).toMatch(/Users.*Zoom says: “No permission\.”.*Ask\..*Not available/s);
  });

  const reading = (change: Partial<Freshness> = {}): Connection =>
    connection({
      status: 'connected',
      connectedAt: '2026-10-01T00:00:00Z',
      capabilities: [{ stream: 'user_activity', state: 'available', reason: null, remedy: null }],
      freshness: [
        {
          stream: 'user_activity',
          newest: '2026-08-12T08:15:00Z',
          readAt: '2026-10-12T08:11:00Z',
          behind: false,
          problem: null,
          lost: [],
          ...change,
        },
      ],
    });
  const words = (shown: Connection) => page(shown).replace(/<[^>]*>/g, '');

  it('says of what is quiet that it was read a moment ago, and not that it is late', () => {
    expect(words(reading())).toMatch(/Last read 4 minutes ago\. The newest is from 61 days ago\..*Available/s);
  });

  it('says what is behind, in place of available', () => {
    expect(words(reading({ behind: true }))).toMatch(/activity.*Behind/s);
    expect(words(reading({ behind: true }))).not.toContain('Available');
  });

  it('says nothing of when it was read before it was', () => {
    expect(words(reading({ readAt: null, newest: null }))).not.toContain('Last read');
  });

  it('names the dates that nobody can read any more', () => {
    expect(words(reading({ lost: [{ from: '2026-03-12', to: '2026-04-14' }] }))).toContain(
      'what happened from 12 Mar 2026 to 14 Apr 2026 cannot be read any more',
    );
  });

  it('shows how much of the history is read', () => {
    expect(page(BACKFILLING)).toMatch(/41 %.*<progress[^>]* value="7" max="17".*61,420.*7 of 17/s);
  });

  it('says how long it will take', () => {
    expect(page(BACKFILLING)).toContain('About 4 minutes left');
  });

  it('says that the time left is not known', () => {
    expect(page(backfilling({ etaSeconds: null }))).toContain('Time left not known yet');
  });

  it('says how fast it is, and how much of the time is spent waiting', () => {
    expect(page(BACKFILLING)).toMatch(/4\.6<\/b> calls a second.*62 %<\/b> of the time spent waiting/s);
  });

  it('says until when it waits', () => {
    const waiting = backfilling({ state: 'waiting', waitingUntil: '2026-10-12T09:00:00Z' });
    expect(page(waiting)).toMatch(/Waiting for Zoom’s daily quota until.*09:00 UTC.*about 45 minutes from now/s);
  });

  it('says that the day is used up by all apps when Zoom says so', () => {
    const waiting = { state: 'waiting', waitingUntil: '2026-10-12T09:00:00Z' } as const;
    const pages = [true, false].map((throttledByZoom) => page(backfilling({ ...waiting, throttledByZoom })));
    expect(pages.map((html) => html.includes('by all of the apps on it'))).toEqual([true, false]);
  });

  it('says that a few pages are read meanwhile, unless Zoom takes no calls', () => {
    const waiting = { state: 'waiting', waitingUntil: '2026-10-12T09:00:00Z' } as const;
    const pages = [true, false].map((throttledByZoom) => page(backfilling({ ...waiting, throttledByZoom })));
    expect(pages.map((html) => html.includes('A few pages are read meanwhile'))).toEqual([false, true]);
  });

  it('says that users are read while the reports wait', () => {
    const waitingUntil = '2026-10-12T09:00:00Z';
    const pages = (['running', 'waiting'] as const).map((state) => page(backfilling({ state, waitingUntil })));
    expect(pages.map((html) => html.includes('are still being read'))).toEqual([true, false]);
  });

  it('says that Zoom slows it down', () => {
    expect(page(backfilling({ throttledByZoom: true }))).toContain('Slowed down by Zoom.');
  });

  it('says what parts of it fail with', () => {
    expect(page(backfilling({ problem: 'Zoom answered 503' }))).toMatch(
      /Some parts fail at times\..*Zoom answered 503/s,
    );
  });

  it('says that it takes long, since when and why', () => {
    const overdue = { startedAt: '2026-10-12T03:15:00Z', overdue: 'There is much to read.' };
    expect(page(backfilling(overdue))).toMatch(/longer than usual\..*5 hours ago.*There is much to read\./s);
  });

  it('says once why it takes long', () => {
    const waiting = { state: 'waiting', waitingUntil: '2026-10-12T09:00:00Z' } as const;
    expect(page(backfilling({ ...waiting, overdue: 'It waits.' }))).not.toContain('It waits.');
  });

  it.each<[string, string, Partial<BackfillView>]>([
    ['all was read', 'All that was to be read has been read.', { shardsDone: 17 }],
    ['a part is missing', '1 of 17 parts could not be read.', { shardsDone: 16 }],
    ['all is missing', '17 of 17 parts could not be read.', { shardsDone: 0 }],
    ['Zoom denied all', 'Zoom allowed none of it to be read.', { shardsDone: 0, shardsTotal: 0 }],
    ['it was stopped', 'Stopped before its end.', { state: 'cancelled' }],
    ['it broke off', 'all of it is read once more', { state: 'failed' }],
  ])('says what an ended backfill came to: %s', (_, words, change) => {
    expect(page(backfilling({ state: 'done', ...change })).replace(/\s+/g, ' ')).toContain(words);
  });

  it('says that it is starting before the parts are known', () => {
    expect(page(backfilling({ shardsDone: 0, shardsTotal: 0 }))).toContain('Starting');
  });

  it('says when it was last read, and with what result', () => {
    const lastSync = { at: '2026-10-12T08:11:00Z', result: 'partial', newFacts: 1 } as const;
    expect(page(connection({ status: 'connected', lastSync }))).toMatch(/4 minutes ago.*Partly, 1 new record</s);
  });

  it('leads from a merged connection to the one that was renewed', () => {
    expect(page(connection({ status: 'disconnected', mergedInto: 'c2' }))).toContain('href="/connections/c2"');
  });

  it('says how to undo it', () => {
    expect(page(connection({ status: 'connected' }))).toMatch(/Manage › Added Apps.*Remove/s);
  });

  it.each(['backfilling', 'connected', 'degraded', 'reconnect_needed', 'paused'] as const)(
    'leads to disconnecting while it is %s',
    (status) => {
      expect(page(connection({ status, zoomAccountId: 'account-1' }))).toContain('href="/connections/c1/disconnect"');
    },
  );

  it.each(['disconnecting', 'disconnected'] as const)('does not lead there when it is %s', (status) => {
    expect(page(connection({ status, zoomAccountId: 'account-1' }))).not.toContain('/disconnect"');
  });

  it.each([
    [true, false],
    [false, true],
    [null, true],
  ])('says how to take the permission back unless Zoom has it back: %j', (revokedAtZoom, says) => {
    const disconnect = disconnectRecord({ revokedAtZoom });
    expect(page(connection({ status: 'disconnecting', disconnect })).includes('How to undo it')).toBe(says);
  });

  it('shows how far a disconnect is', () => {
    const disconnect = disconnectRecord({ cause: 'admin', revokedAtZoom: true, factsPurged: 61_500 });
    expect(textOf(connection({ status: 'disconnecting', disconnect }))).toMatch(
      /Asked for by The Zoom account’s admin.*Ended at Zoom.*61,500 records deleted so far.*Not yet/,
    );
  });

  it.each([
    [{ revokedAtZoom: true, factsPurged: 1 }, /Receipt.*Ended at Zoom.*1 record deleted /],
    [{ revokedAtZoom: false, keepFacts: true }, /Receipt.*an admin has to remove the app there.*Records Kept/],
    [{ revokedAtZoom: null }, /Receipt.*There was none/],
  ])('keeps the receipt of %j', (change, words) => {
    const disconnect = disconnectRecord({ endedAt: '2026-10-12T08:14:10Z', ...change });
    expect(textOf(connection({ status: 'disconnected', disconnect }))).toMatch(words);
  });
});

/** What the page says, without its markup. */
function textOf(shown: Connection): string {
  return page(shown)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}
