import { describe, expect, it } from '@jest/globals';
import { deadGrantReason } from '../../../../lambdas/core/tokens/dead-grant';

describe('the reason of a dead grant', () => {
  it.each([
    ['4735', 'The owner of this token no longer exists'],
    ['4735', 'User does not exist: kFFvsJc-Q1OSxaJQLvaa_A'],
    ['4735', 'error 4735'],
  ])('asks for another admin when its owner is gone (%s: %s)', (_code, zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(/Reconnect with another owner or admin\.$/);
  });

  it.each([
    ['4738', 'The app has been disabled by the account admin'],
    ['4738', 'This app is not pre-approved'],
    ['4738', 'error 4738'],
  ])('asks for the admin’s approval when an admin has disabled the app (%s: %s)', (_code, zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(
      /Have an admin approve it in the Zoom App Marketplace, then reconnect\.$/,
    );
  });

  it('says that the app’s scopes have changed', () => {
    expect(deadGrantReason('The token scopes do not match with the client scopes (4711)')).toMatch(/have changed/);
  });

  it.each(['Invalid Token!', 'Token is revoked (4741)', 'invalid_grant', ''])(
    'asks for a new consent otherwise: "%s"',
    (zoomSays) => {
      expect(deadGrantReason(zoomSays)).toBe(
        `Zoom no longer accepts the permission that was given ("${zoomSays}"). An owner or admin has to give it again.`,
      );
    },
  );

  it('quotes no token that Zoom quotes', () => {
    expect(deadGrantReason('Invalid Token! eyJzdiI6IjAwMDAwMiIsImFsZyI6IkhTNTEyIn0.made.up')).toContain(
      '"Invalid Token! …"',
    );
  });
});
