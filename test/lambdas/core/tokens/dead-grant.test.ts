import { describe, expect, it } from '@jest/globals';
import { deadGrantReason } from '../../../../lambdas/core/tokens/dead-grant';

const OTHER_ADMIN = /^Whoever gave the permission is no longer there, .* Reconnect with another owner or admin\.$/;
const APPROVAL =
  /^An admin .* has disabled the app, .* Have an admin approve it in the Zoom App Marketplace, then reconnect\.$/;
const SCOPES = /^The permissions of the app have changed .* An owner or admin has to allow it again\.$/;
const ANY =
  /^Zoom no longer accepts the permission that was given \(".*"\)\. An owner or admin has to give it again\.$/;

describe('the reason of a dead grant', () => {
  it.each([
    'error 4735',
    'The owner of this token no longer exists',
    'The owner of this token no longer exists.',
    'User does not exist: kFFvsJc-Q1OSxaJQLvaa_A',
    'The user has been deactivated',
    'This user is no longer active',
  ])('asks for another admin when its owner is gone: "%s"', (zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(OTHER_ADMIN);
  });

  it.each([
    'error 4738',
    'The app has been disabled by the account admin',
    'The admin has disabled this app',
    'This app is not pre-approved',
    'The app is no longer approved',
  ])('asks for the admin’s approval when an admin has disabled the app: "%s"', (zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(APPROVAL);
  });

  it.each([
    'error 4711',
    'The token scopes do not match with the client scopes (4711)',
    'The token scopes do not match with the client scopes',
  ])('says that the app’s scopes have changed: "%s"', (zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(SCOPES);
  });

  it.each(['Invalid Token!', 'Token is revoked (4741)', 'invalid_grant', ''])(
    'asks for a new consent otherwise: "%s"',
    (zoomSays) => {
      expect(deadGrantReason(zoomSays)).toBe(
        `Zoom no longer accepts the permission that was given ("${zoomSays}"). An owner or admin has to give it again.`,
      );
    },
  );

  it.each([
    'The user has removed the app',
    'The app was removed by its owner and is no longer installed',
    'The user deleted this authorization',
    'User token is no longer valid',
    'The user has not approved the request',
    'Approval pending',
    'The scope is invalid',
    'The app has been disabled',
  ])('takes no word for a cause that it is only part of: "%s"', (zoomSays) => {
    expect(deadGrantReason(zoomSays)).toMatch(ANY);
  });

  it.each([
    ['4737: the owner of this token no longer exists', ANY],
    ['The user does not exist or has revoked the token (4741)', ANY],
    ['Old token (4740), the scopes do not match', ANY],
    ['The app of the deleted user was disabled by the admin [4735]', OTHER_ADMIN],
    ['The user has been deactivated, code=4738', APPROVAL],
    ['The owner of this token no longer exists: 4711', SCOPES],
  ])('goes by Zoom’s number first: "%s"', (zoomSays, reason) => {
    expect(deadGrantReason(zoomSays)).toMatch(reason);
  });

  it.each(['Invalid Token! a-4735-b', 'Invalid Token! 14735', `Invalid Token! 4735.${'x'.repeat(30)}`])(
    'takes no digits of something else for that number: "%s"',
    (zoomSays) => {
      expect(deadGrantReason(zoomSays)).toMatch(ANY);
    },
  );

  it('quotes no token that Zoom quotes', () => {
    expect(deadGrantReason('Invalid Token! eyJzdiI6IjAwMDAwMiIsImFsZyI6IkhTNTEyIn0.made.up')).toContain(
      '"Invalid Token! …"',
    );
  });
});
