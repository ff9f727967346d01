import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RunRef, Shard, ShardOutcome } from '../../../../lambdas/contract/workflow';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import { makeReadShard } from '../../../../lambdas/core/runs/read-shard';
import { dailyShards, shardsSince, userShards } from '../../../../lambdas/core/runs/shards';
import type { AccessTokenAnswer } from '../../../../lambdas/core/tokens/access-tokens';
import type { Denied } from '../../../../lambdas/core/zoom/ports';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import type { ZoomRow } from '../../../../lambdas/core/facts/stable-form';
import { FakeClock, HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord } from '../../../support/connections';
import { InMemoryFactStore, activityRow, factOf, userRow } from '../../../support/facts';
import { InMemoryQuotaLedger } from '../../../support/quota';
import { BACKFILL, InMemoryProgressStore, InMemorySeenUsers, SYNC } from '../../../support/runs';
import { FakeZoomLists } from '../../../support/zoom-lists';

const [DAILY] = dailyShards(['2026-10-12']) as [Shard];
const [SINCE] = shardsSince('user_activity', NOW - 30 * MINUTE, NOW) as [Shard];
const [USERS] = userShards() as [Shard];
const DENIED: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };
/** Ten sign-ins, ten minutes apart, newest first. */
const ROWS = Array.from({ length: 10 }, (_, n) => activityRow({ time: instant(-10 * MINUTE * n) }));

interface Given {
  readonly rows?: readonly ZoomRow[];
  readonly shard?: Shard;
  readonly run?: RunRef;
  readonly record?: ConnectionRecord;
}

/** A worker that reads a shard of rows, three a page, over stores in memory. */
function worker({ rows = ROWS, shard = DAILY, run = BACKFILL, record }: Given = {}) {
  const clock = new FakeClock();
  const ports = {
    clock,
    connections: new InMemoryConnectionStore(record ?? connectedRecord({ status: 'backfilling', firstReadAt: null })),
    progress: new InMemoryProgressStore(),
    seenUsers: new InMemorySeenUsers(),
    facts: new InMemoryFactStore(),
    quota: new InMemoryQuotaLedger(),
    zoom: new FakeZoomLists(clock, rows, 3),
  };
  const rejected: (string | undefined)[] = [];
  let token: AccessTokenAnswer = { kind: 'token', accessToken: 'access-0' };
  const tokens = {
    get: (_key: unknown, refused?: string): Promise<AccessTokenAnswer> => {
      rejected.push(refused);
      return Promise.resolve(refused === undefined ? token : { kind: 'token', accessToken: `${refused}-refreshed` });
    },
  };
  const log = {
    page: () => undefined,
    malformed: () => undefined,
    fault: () => undefined,
    reconnectNeeded: () => undefined,
  };
  const settings = {
    quotaShare: { perSecond: 1, perDay: 1 },
    retentionDays: 365,
    apiUrl: 'https://api.example',
  };
  return {
    ...ports,
    rejected,
    run,
    shard,
    /** Plans the shard and has the worker read, over other ports where `some` says so, for so long at most. */
    read: async (some: Partial<typeof ports> = {}, timeMs = 15 * MINUTE): Promise<ShardOutcome> => {
      await ports.progress.plan(run, [shard]);
      return makeReadShard({ ...ports, ...some, tokens, log }, settings)({ run, shard }, clock.now() + timeMs);
    },
    answersToken: (answer: AccessTokenAnswer) => {
      token = answer;
    },
    state: async () => ports.progress.find(run, shard.id),
  };
}

const truth = (rows: readonly ZoomRow[]) => rows.map((row) => factOf('user_activity', row));

describe('reading a shard', () => {
  it('is done after the last page', async () => {
    expect(await worker().read()).toEqual({ outcome: 'done' });
  });

  it('stores every row that Zoom has', async () => {
    const { read, facts } = worker();
    await read();
    expect(new Set(facts.ofKind('user_activity'))).toEqual(new Set(truth(ROWS)));
  });

  it('puts nothing on the stream when it is repeated', async () => {
    const first = worker();
    await first.read();
    const again = worker({ run: { ...BACKFILL, runId: 'again' } });
    await again.read({ facts: first.facts });
    expect(first.facts.stream).toHaveLength(ROWS.length);
  });

  it('notes the users that it saw', async () => {
    const rows = [userRow(), userRow({ id: 'u2' })];
    const { read, seenUsers, run } = worker({ rows, shard: USERS });
    await read();
    const seen = await seenUsers.read(run);
    expect(rows.map((row) => seen.has(factOf('user', row).id))).toEqual([true, true]);
  });

  it('counts what is new in a sync', async () => {
    const setting = worker({ run: SYNC, record: connectedRecord() });
    await setting.facts.write(truth(ROWS.slice(2)));
    await setting.read();
    expect((await setting.state())?.facts).toBe(2);
  });

  it.each([
    ['writes a first backfill without looking', BACKFILL, { firstReadAt: null }, false],
    ['looks before it writes a later backfill', BACKFILL, {}, true],
    ['looks before it writes a sync', SYNC, {}, true],
  ])('%s', async (_, run, change, looks) => {
    const { read, facts } = worker({ run, record: connectedRecord(change) });
    await read();
    expect(facts.lookups > 0).toBe(looks);
  });

  it('does nothing for a shard that is done', async () => {
    const { read, zoom } = worker();
    await read();
    const calls = zoom.calls.length;
    await read();
    expect(zoom.calls).toHaveLength(calls);
  });

  it('does nothing for a shard that nobody planned', async () => {
    const setting = worker();
    setting.progress.plan = () => Promise.resolve();
    expect(await setting.read()).toEqual({ outcome: 'done' });
  });

  it('never calls more often than the account’s limit', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => activityRow({ time: instant(-n * SECOND) }));
    const { read, zoom } = worker({ rows });
    await read();
    const busiest = zoom.calls.map(
      ({ at }) => zoom.calls.filter((call) => call.at >= at && call.at < at + SECOND).length,
    );
    expect(Math.max(...busiest)).toBeLessThanOrEqual(10);
  });
});

describe('a worker that is killed', () => {
  const STEPS = ['connections', 'progress', 'facts', 'quota', 'zoom'] as const;

  it('anywhere, and as often as may be, loses nothing and puts each fact on the stream once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 4 }), async (kills) => {
        const setting = worker();
        for (const stepsToLive of kills) {
          let left = stepsToLive;
          const mortal = <Port extends object>(port: Port): Port =>
            new Proxy(port, {
              get(target, name) {
                const value: unknown = Reflect.get(target, name);
                if (typeof value !== 'function') return value;
                return async (...args: unknown[]): Promise<unknown> => {
                  if (left-- <= 0) throw new Error('killed');
                  const answer: unknown = await Reflect.apply(value, target, args);
                  if (left-- <= 0) throw new Error('killed');
                  return answer;
                };
              },
            });
          const some = Object.fromEntries(STEPS.map((name) => [name, mortal(setting[name])]));
          await setting.read(some).catch(() => undefined);
        }
        await setting.read();
        expect([(await setting.state())?.state, new Set(setting.facts.stream.map(({ fact }) => fact))]).toEqual([
          'done',
          new Set(truth(ROWS)),
        ]);
      }),
    );
  });

  it('goes on with the next page', async () => {
    const { read, zoom } = worker();
    zoom.script.push(undefined, new Error('killed'));
    await read().catch(() => undefined);
    await read();
    expect(zoom.calls.map(({ pageToken }) => pageToken)).toEqual([null, 'from-3', 'from-3', 'from-6', 'from-9']);
  });

  it('begins again when its page token has become too old', async () => {
    const { read, zoom, clock } = worker();
    zoom.script.push(undefined, new Error('killed'));
    await read().catch(() => undefined);
    clock.advance(15 * MINUTE);
    await read();
    expect(zoom.calls[2]?.pageToken).toBeNull();
  });

  it('begins again when Zoom refuses the page token', async () => {
    const { read, zoom, facts } = worker();
    zoom.script.push(undefined, { kind: 'pageTokenRejected' });
    await read();
    expect(facts.stream).toHaveLength(ROWS.length);
  });
});

describe('a worker whose time is up', () => {
  it('says so before it begins a page that it could not store', async () => {
    expect(await worker().read({}, SECOND)).toEqual({ outcome: 'again' });
  });

  it('makes no call', async () => {
    const { read, zoom } = worker();
    await read({}, SECOND);
    expect(zoom.calls).toEqual([]);
  });
});

describe('a shard with a floor', () => {
  it('stops when the pages have passed it', async () => {
    const { read, zoom } = worker({ shard: SINCE, run: SYNC, record: connectedRecord() });
    await read();
    expect(zoom.calls).toHaveLength(2);
  });

  it('is read to its end when the pages are out of order', async () => {
    const rows = [ROWS[1]!, ROWS[0]!, ...ROWS.slice(2)];
    const { read, facts } = worker({ rows, shard: SINCE, run: SYNC, record: connectedRecord() });
    await read();
    expect(facts.stream).toHaveLength(ROWS.length);
  });
});

describe('a connection that is stopped', () => {
  it.each([
    ['paused', { status: 'paused' }],
    ['disconnecting', { status: 'disconnecting' }],
    ['connected anew', { generation: 'g2' }],
  ] as const)('is read no further when it is %s', async (_, change) => {
    const { read, zoom, connections } = worker();
    zoom.before = () => connections.change('c1', change);
    expect([await read(), zoom.calls.length]).toEqual([{ outcome: 'done' }, 1]);
  });
});

describe('a grant that is dead', () => {
  const REASON = 'Zoom no longer accepts the permission that was given.';
  const dead = () => {
    const setting = worker();
    setting.answersToken({ kind: 'reconnectNeeded', reason: REASON });
    return setting;
  };

  it('is noted on the connection', async () => {
    const { read, connections } = dead();
    await read();
    expect(connections.get('c1')).toMatchObject({ status: 'reconnect_needed', reason: REASON });
  });

  it('leaves nothing to do', async () => {
    expect(await dead().read()).toEqual({ outcome: 'done' });
  });
});

describe('a token that Zoom rejects', () => {
  it('is refreshed, and the page read with the new one', async () => {
    const { read, zoom } = worker({ rows: ROWS.slice(0, 1) });
    zoom.script.push({ kind: 'tokenRejected' });
    await read();
    expect(zoom.calls.map(({ accessToken }) => accessToken)).toEqual(['access-0', 'access-0-refreshed']);
  });

  it('fails as Zoom’s fault when the new one is rejected too', async () => {
    const { read, zoom } = worker();
    zoom.script.push(...Array.from({ length: 20 }, () => ({ kind: 'tokenRejected' }) as const));
    await expect(read()).rejects.toThrow(ZoomFaultError);
  });
});

describe('Zoom’s limits', () => {
  it('per second are waited for', async () => {
    const { read, zoom } = worker();
    zoom.script.push({ kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW + 5 * SECOND } });
    await read();
    expect(zoom.calls[1]?.at).toBeGreaterThanOrEqual(NOW + 5 * SECOND);
  });

  it('per day are given back to the workflow', async () => {
    const { read, zoom } = worker();
    zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + 3 * HOUR } });
    expect(await read()).toEqual({ outcome: 'waitUntil', at: instant(3 * HOUR) });
  });

  it('per day are shown', async () => {
    const { read, zoom, state } = worker();
    zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + 3 * HOUR } });
    await read();
    expect((await state())?.waitingUntil).toBe(instant(3 * HOUR));
  });

  it('per day stop the other shards of the account too', async () => {
    const first = worker();
    first.zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + 3 * HOUR } });
    await first.read();
    const other = worker();
    await other.read({ quota: first.quota });
    expect(other.zoom.calls).toEqual([]);
  });

  it('per day are waited out, and then all is read', async () => {
    const { read, zoom, facts, clock } = worker();
    zoom.script.push({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + 3 * HOUR } });
    await read();
    clock.advance(3 * HOUR);
    await read();
    expect(facts.stream).toHaveLength(ROWS.length);
  });
});

describe('a stream that Zoom denies', () => {
  it('leaves nothing to do', async () => {
    const { read, zoom } = worker();
    zoom.script.push(DENIED);
    expect(await read()).toEqual({ outcome: 'done' });
  });

  it('is noted with Zoom’s words', async () => {
    const { read, zoom, state } = worker();
    zoom.script.push(DENIED);
    await read();
    expect(await state()).toMatchObject({ state: 'denied', denied: DENIED });
  });
});

describe('a fault of Zoom’s', () => {
  it('is outlasted when it is short', async () => {
    const { read, zoom, facts } = worker();
    zoom.script.push(undefined, new ZoomFaultError('HTTP 500'), new ZoomFaultError('HTTP 500'));
    await read();
    expect(facts.stream).toHaveLength(ROWS.length);
  });

  it('fails when it lasts', async () => {
    const { read, zoom } = worker();
    zoom.script.push(...Array.from({ length: 20 }, () => new ZoomFaultError('HTTP 500')));
    await expect(read()).rejects.toThrow('HTTP 500');
  });

  it('is no reason to reconnect', async () => {
    const { read, zoom, connections } = worker();
    zoom.script.push(...Array.from({ length: 20 }, () => new ZoomFaultError('HTTP 500')));
    await read().catch(() => undefined);
    expect(connections.get('c1').status).toBe('backfilling');
  });
});

describe('a row that nobody can read', () => {
  it('keeps no other from being stored, and is counted', async () => {
    const { read, state } = worker({ rows: [activityRow({ time: 'noon' }), ROWS[0]!] });
    await read();
    expect(await state()).toMatchObject({ state: 'done', facts: 1, malformed: 1 });
  });
});
