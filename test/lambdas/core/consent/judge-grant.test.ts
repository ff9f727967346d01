import { describe, expect, it } from '@jest/globals';
import { judgeGrant } from '../../../../lambdas/core/consent/judge-grant';
import type { Denied, ZoomRefusal } from '../../../../lambdas/core/zoom/ports';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { NOW } from '../../../support/clock';
import { FakeZoomConsent } from '../../../support/consent';

const ACCESS = { accessToken: 'access-0', apiUrl: 'https://api.example' };
const FREE_PLAN: Denied = { kind: 'denied', cause: 'free_plan', reason: 'Only available for paid account: a1.' };
const NO_PERMISSION: Denied = { kind: 'denied', cause: 'missing_permission', reason: 'No permission.' };
const NO_SCOPE: Denied = { kind: 'denied', cause: 'missing_scope', reason: 'does not contain scopes:[report].' };
const BUSY: ZoomRefusal = { kind: 'throttled', throttling: { per: 'second', retryAtMs: NOW } };

function zoomWith(change: Partial<FakeZoomConsent>): FakeZoomConsent {
  return Object.assign(new FakeZoomConsent(), change);
}

describe('judgeGrant', () => {
  it('accepts an owner of a paid account, and says who it was', async () => {
    const zoom = new FakeZoomConsent();
    expect(await judgeGrant(zoom, ACCESS)).toEqual({ kind: 'accepted', identity: zoom.identity });
  });

  it('asks for no second report when the first is allowed', async () => {
    const zoom = new FakeZoomConsent();
    await judgeGrant(zoom, ACCESS);
    expect(zoom.probes).toEqual(['https://api.example me', 'https://api.example user_activity']);
  });

  it.each([
    ['a free plan', FREE_PLAN],
    ['a role without the permission', NO_PERMISSION],
  ])('refuses %s, in Zoom’s words and with the role', async (_, denied) => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: denied, admin_operation: { kind: 'allowed' } },
    });
    expect(await judgeGrant(zoom, ACCESS)).toEqual({
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
    expect(await judgeGrant(zoomWith({ streams }), ACCESS)).toMatchObject({ kind: 'accepted' });
  });

  it('refuses a grant that lacks the scopes of both reports', async () => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: NO_SCOPE, admin_operation: NO_SCOPE },
    });
    expect(await judgeGrant(zoom, ACCESS)).toMatchObject({ kind: 'refused', refusal: { denied: NO_SCOPE } });
  });

  it('refuses by what the second report says when the first only lacks its scope', async () => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: NO_SCOPE, admin_operation: FREE_PLAN },
    });
    expect(await judgeGrant(zoom, ACCESS)).toMatchObject({ kind: 'refused', refusal: { denied: FREE_PLAN } });
  });

  it('refuses a grant that may not even say whose it is', async () => {
    expect(await judgeGrant(zoomWith({ identity: NO_SCOPE }), ACCESS)).toEqual({
      kind: 'refused',
      refusal: { kind: 'denied', denied: NO_SCOPE, roleName: null },
      identity: null,
    });
  });

  it('accepts a grant when the account is too busy to tell', async () => {
    const zoom = zoomWith({
      streams: { user: { kind: 'allowed' }, user_activity: BUSY, admin_operation: NO_PERMISSION },
    });
    expect(await judgeGrant(zoom, ACCESS)).toMatchObject({ kind: 'accepted' });
  });

  it.each([BUSY, { kind: 'tokenRejected' } as const])(
    'fails when Zoom answers $kind to who it was',
    async (identity) => {
      await expect(judgeGrant(zoomWith({ identity }), ACCESS)).rejects.toThrow(ZoomFaultError);
    },
  );

  it('fails when Zoom refuses the token that it has just issued', async () => {
    const streams = {
      user: { kind: 'allowed' },
      user_activity: { kind: 'tokenRejected' },
      admin_operation: { kind: 'allowed' },
    } as const;
    await expect(judgeGrant(zoomWith({ streams }), ACCESS)).rejects.toThrow(ZoomFaultError);
  });
});
