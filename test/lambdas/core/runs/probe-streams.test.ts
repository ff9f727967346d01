import { describe, expect, it } from '@jest/globals';
import { FACT_KINDS, type FactKind } from '../../../../lambdas/contract/fact';
import { quotaLimit } from '../../../../lambdas/core/quota/limits';
import { makeProbeStreams } from '../../../../lambdas/core/runs/probe-streams';
import type { AccessTokenAnswer } from '../../../../lambdas/core/tokens/access-tokens';
import type { Denied, ZoomAccess, ZoomRefusal } from '../../../../lambdas/core/zoom/ports';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import type { Throttling } from '../../../../lambdas/core/zoom/throttling';
import { FakeClock, HOUR, NOW, SECOND } from '../../../support/clock';
import { connectedRecord } from '../../../support/connections';
import { InMemoryQuotaLedger, slotRequest } from '../../../support/quota';
import { BACKFILL } from '../../../support/runs';

type Answer = { readonly kind: 'allowed' } | ZoomRefusal;

const DENIED: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };
const ALLOWED: Answer = { kind: 'allowed' };
const HEAVY = { zoomAccountId: 'account-1', label: 'heavy' } as const;
const SHARE = { perSecond: 0.5, perDay: 0.5 };

/** @param answer - what Zoom says to a probe with this token, or throws. */
function probing(answer: (stream: FactKind, accessToken: string) => Answer, token?: AccessTokenAnswer) {
  const calls: { stream: FactKind; access: ZoomAccess }[] = [];
  const ports = {
    quota: new InMemoryQuotaLedger(),
    tokens: {
      get: (_key: unknown, rejected?: string): Promise<AccessTokenAnswer> =>
        Promise.resolve(token ?? { kind: 'token', accessToken: rejected === undefined ? 'old' : 'new' }),
    },
    zoom: {
      tryStream: async (access: ZoomAccess, stream: FactKind) => {
        await Promise.resolve();
        calls.push({ stream, access });
        return answer(stream, access.accessToken);
      },
    },
    clock: new FakeClock(),
  };
  const probe = makeProbeStreams(ports, { quotaShare: SHARE, apiUrl: 'https://api.zoom.us' });
  const record = connectedRecord();
  return { ...ports, calls, probe: (streams: readonly FactKind[] = FACT_KINDS) => probe(BACKFILL, record, streams) };
}

const deniedBy = async (setting: ReturnType<typeof probing>) => {
  const probed = await setting.probe();
  return probed.kind === 'probed' ? [...probed.denied.keys()] : probed;
};

describe('a probe', () => {
  it('is one call for each stream', async () => {
    const { probe, calls } = probing(() => ALLOWED);
    await probe(['user', 'user_activity']);
    expect(calls.map(({ stream }) => stream).sort()).toEqual(['user', 'user_activity']);
  });

  it('tells of what Zoom denies, with its words', async () => {
    const { probe } = probing((stream) => (stream === 'admin_operation' ? DENIED : ALLOWED));
    expect(await probe()).toEqual({ kind: 'probed', denied: new Map([['admin_operation', DENIED]]) });
  });

  it.each<[string, () => Answer]>([
    ['throttled', () => ({ kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW + SECOND } })],
    [
      'a fault',
      () => {
        throw new ZoomFaultError('HTTP 500');
      },
    ],
    ['a refusal of every token', () => ({ kind: 'tokenRejected' })],
  ])('holds nothing against a stream when the answer is %s', async (_, answer) => {
    expect(await deniedBy(probing(answer))).toEqual([]);
  });

  it('fails for a fault that is not foreseen', async () => {
    const { probe } = probing(() => {
      throw new Error('table out of order');
    });
    await expect(probe()).rejects.toThrow('table out of order');
  });

  it('refreshes a token that Zoom refuses, once', async () => {
    const { probe, calls } = probing((_, token) => (token === 'old' ? { kind: 'tokenRejected' } : DENIED));
    expect([await probe(['user']), calls.map(({ access }) => access.accessToken)]).toEqual([
      { kind: 'probed', denied: new Map([['user', DENIED]]) },
      ['old', 'new'],
    ]);
  });

  it('says that the grant is dead', async () => {
    const dead = { kind: 'reconnectNeeded', reason: 'it is gone' } as const;
    expect(await probing(() => ALLOWED, dead).probe()).toEqual(dead);
  });
});

describe('the quota of a probe', () => {
  it('is taken from the ledger, a call a stream', async () => {
    const { probe, quota } = probing(() => ALLOWED);
    await probe();
    expect((await quota.find(HEAVY))?.usedToday).toBe(2);
  });

  it('is taken again for the second call, when the first token is refused', async () => {
    const { probe, quota } = probing((_, token) => (token === 'old' ? { kind: 'tokenRejected' } : ALLOWED));
    await probe(['user_activity']);
    expect((await quota.find(HEAVY))?.usedToday).toBe(2);
  });

  it('is taken when the token is there, so that the call begins on its start time', async () => {
    const setting = probing(() => ALLOWED);
    const { get } = setting.tokens;
    setting.tokens.get = async (...args) => {
      await setting.clock.sleep(5 * SECOND);
      return get(...args);
    };
    await setting.probe(['user_activity']);
    const nextMs = (await setting.quota.find(HEAVY))?.nextMs ?? 0;
    expect(nextMs).toBeGreaterThan(setting.clock.now());
  });

  it('is waited for, when it is near', async () => {
    const { probe, clock, quota } = probing(() => ALLOWED);
    const limit = quotaLimit('pro', 'heavy', SHARE);
    await quota.reserve(HEAVY, limit, slotRequest({ earliestMs: NOW + SECOND }), NOW);
    await probe(['user_activity']);
    expect(clock.sleeps).toHaveLength(1);
  });

  it.each<[string, Throttling]>([
    ['all calls of the day are used up', { per: 'day', retryAtMs: NOW + HOUR }],
    ['others have the next seconds', { per: 'second', retryAtMs: NOW + 3 * SECOND }],
  ])('is not waited for when %s: reading finds out', async (_, throttling) => {
    const setting = probing(() => DENIED);
    await setting.quota.heed(HEAVY, throttling, quotaLimit('pro', 'heavy', SHARE), NOW);
    expect([await deniedBy(setting), setting.calls.map(({ stream }) => stream)]).toEqual([['user'], ['user']]);
  });

  it('is told of what Zoom refused', async () => {
    const { probe, quota } = probing(() => ({ kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW + HOUR } }));
    await probe(['user_activity']);
    expect((await quota.find(HEAVY))?.blockedUntilMs).toBe(NOW + HOUR);
  });
});
