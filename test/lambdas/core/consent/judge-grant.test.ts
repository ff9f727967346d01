import { describe, expect, it } from '@jest/globals';
import { type Judgement, judgeGrant } from '../../../../lambdas/core/consent/judge-grant';
import type { Denied, ZoomRefusal } from '../../../../lambdas/core/zoom/ports';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { FakeClock, NOW, SECOND } from '../../../support/clock';
import { FakeZoomConsent } from '../../../support/consent';

const ACCESS = { accessToken: 'access-0', apiUrl: 'https://api.example' };
const FREE_PLAN: Denied = { kind: 'denied', cause: 'free_plan', reason: 'Only available for paid account: a1.' };
const NO_PERMISSION: Denied = { kind: 'denied', cause: 'missing_permission', reason: 'No permission.' };
const NO_SCOPE: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };
const BUSY: ZoomRefusal = { kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW } };

/** Judges with 15 s of patience. */
function judge(zoom: FakeZoomConsent, clock = new FakeClock()): Promise<Judgement> {
  return judgeGrant(zoom, ACCESS, clock, NOW + 15 * SECOND);
}

function zoomWith(change: Partial<FakeZoomConsent>): FakeZoomConsent {
  return Object.assign(new FakeZoomConsent(), change);
}

describe('judgeGrant', () => {
  it('accepts an owner of a paid account, and says who it was', async () => {
    const zoom = new FakeZoomConsent();
    expect(await judge(zoom)).toEqual({ kind: 'accepted', identity: zoom.identity });
  });

  it('asks for no second report when the first is allowed', async () => {
    const zoom = new FakeZoomConsent();
    await judge(zoom);
    expect(zoom.probes).toEqual(['https://api.example me', 'https://api.example user_activity']);
  });

  it.each([
    ['a free plan', FREE_PLAN],
    ['a role without the permission', NO_PERMISSION],
  ])('refuses %s, in Zoom’s words and with the role', async (_, denied) => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: denied, admin_operation: { kind: 'allowed' } },
    });
    expect(await judge(zoom)).toEqual({
      kind: 'refused',
      refusal: { kind: 'denied', denied, roleName: 'Owner' },
      identity: zoom.identity,
    });
  });

  it.each([
    ['the first', { user_activity: NO_SCOPE, admin_operation: { kind: 'allowed' } }],
    ['the second', { user_activity: { kind: 'allowed' }, admin_operation: NO_SCOPE }],
  ] as const)('accepts a grant that lacks the scope of %s report alone', async (_, reports) => {
    const streams = { user: { kind: 'allowed' } as const, ...reports };
    expect(await judge(zoomWith({ streams }))).toMatchObject({ kind: 'accepted' });
  });

  it('refuses a grant that lacks the scopes of both reports', async () => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: NO_SCOPE, admin_operation: NO_SCOPE },
    });
    expect(await judge(zoom)).toMatchObject({ kind: 'refused', refusal: { denied: NO_SCOPE } });
  });

  it('refuses by what the second report says when the first only lacks its scope', async () => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: NO_SCOPE, admin_operation: FREE_PLAN },
    });
    expect(await judge(zoom)).toMatchObject({ kind: 'refused', refusal: { denied: FREE_PLAN } });
  });

  it('refuses a grant that may not even say whose it is', async () => {
    expect(await judge(zoomWith({ identity: NO_SCOPE }))).toEqual({
      kind: 'refused',
      refusal: { kind: 'denied', denied: NO_SCOPE, roleName: null },
      identity: null,
    });
  });

  it.each([
    ['that says nothing', ['user_activity', BUSY] as const],
    ['that is a fault', ['user_activity', 'fault'] as const],
    ['to who it was that says nothing', ['me', BUSY] as const],
    ['to who it was that is a fault', ['me', 'fault'] as const],
  ])('asks again after an answer %s', async (_, [what, answer]) => {
    const zoom = hiccuping(what, answer, 2);
    expect(await judge(zoom)).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    ['a fault', ['user_activity', 'fault'] as const, { busy: false }],
    ['a busy account', ['user_activity', BUSY] as const, { busy: true }],
  ])('leaves it open after three answers of %s, with whose it is', async (_, [what, answer], expected) => {
    const zoom = hiccuping(what, answer, 3);
    expect(await judge(zoom)).toMatchObject({ kind: 'undecided', identity: zoom.identity, ...expected });
  });

  it('leaves it open at once when the calls of the day are used up', async () => {
    const usedUp: ZoomRefusal = { kind: 'throttled', throttling: { per: 'day', retryAtMs: NOW } };
    expect(await judge(hiccuping('user_activity', usedUp, 1))).toMatchObject({ kind: 'undecided', busy: true });
  });

  it('asks nothing again when a browser has waited long', async () => {
    const clock = new FakeClock();
    const zoom = hiccuping('user_activity', 'fault', 1);
    clock.advance(15 * SECOND);
    expect(await judge(zoom, clock)).toMatchObject({ kind: 'undecided' });
  });

  it.each([
    ['who it was', { identity: { kind: 'tokenRejected' } as const }],
    [
      'a report',
      {
        streams: {
          user: { kind: 'allowed' },
          user_activity: { kind: 'tokenRejected' },
          admin_operation: { kind: 'allowed' },
        } as const,
      },
    ],
  ])('leaves it open when Zoom refuses the token that it has just issued for %s', async (_, change) => {
    expect(await judge(zoomWith(change))).toMatchObject({ kind: 'undecided', busy: false });
  });

  it('fails for a fault that is not Zoom’s', async () => {
    const zoom = new FakeZoomConsent();
    zoom.whoAmI = () => Promise.reject(new TypeError('ours'));
    await expect(judge(zoom)).rejects.toThrow(TypeError);
  });
});

/** A Zoom that does not answer for so many times what it is asked. */
function hiccuping(what: 'me' | 'user_activity', answer: ZoomRefusal | 'fault', times: number): FakeZoomConsent {
  const zoom = new FakeZoomConsent();
  let left = times;
  const hiccup = (): ZoomRefusal | undefined => {
    if (left-- <= 0) return undefined;
    if (answer === 'fault') throw new ZoomFaultError('HTTP 500');
    return answer;
  };
  const { whoAmI, tryStream } = { whoAmI: zoom.whoAmI.bind(zoom), tryStream: zoom.tryStream.bind(zoom) };
  zoom.whoAmI = async (access) => (what === 'me' ? hiccup() : undefined) ?? whoAmI(access);
  zoom.tryStream = async (access, stream) => (what === stream ? hiccup() : undefined) ?? tryStream(access, stream);
  return zoom;
}
