import { describe, expect, it } from '@jest/globals';
import { hashSecretValue, newSecretValue } from '../../../../lambdas/core/access/secret-value';
import { SESSION_MS, makeLink, maySee, openSession, signIn } from '../../../../lambdas/core/access/sign-in';
import { InMemoryLinkStore, InMemorySessionStore } from '../../../support/access';
import { MINUTE, NOW } from '../../../support/clock';

const stores = () => ({ links: new InMemoryLinkStore(), sessions: new InMemorySessionStore() });

describe('a secret value', () => {
  it('has 256 bits that fit in an address and a cookie', () => {
    expect(newSecretValue()).toMatch(/^[\w-]{43}$/);
  });

  it('is another each time', () => {
    expect(newSecretValue()).not.toBe(newSecretValue());
  });

  // FIPS 180-4's example
  it('is stored by its SHA-256', () => {
    expect(hashSecretValue('abc')).toBe(
      Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex').toString('base64url'),
    );
  });
});

describe('a session', () => {
  it('is stored by the hash of its id', async () => {
    const { sessions } = stores();
    const { id } = await openSession(sessions, { kind: 'all' }, NOW);
    expect([...sessions.sessions]).toEqual([
      [hashSecretValue(id), { scope: { kind: 'all' }, startedAt: NOW, expiresAt: NOW + SESSION_MS }],
    ]);
  });

  it('of an operator sees every connection', () => {
    expect(maySee({ kind: 'all' }, 'c1')).toBe(true);
  });

  it('of an invite sees its own connection', () => {
    expect(maySee({ kind: 'connection', connectionId: 'c1' }, 'c1')).toBe(true);
  });

  it('of an invite sees no other', () => {
    expect(maySee({ kind: 'connection', connectionId: 'c1' }, 'c2')).toBe(false);
  });
});

describe('signing in', () => {
  it('opens a session for one of two who use the link at once', async () => {
    const ports = stores();
    const { token } = await makeLink(ports.links, { kind: 'sign-in' }, 15, NOW);
    const sessions = await Promise.all([signIn(ports, token, NOW), signIn(ports, token, NOW)]);
    expect(sessions.filter((session) => session !== undefined)).toHaveLength(1);
  });

  it('fails with a link that has expired', async () => {
    const ports = stores();
    const { token, expiresAt } = await makeLink(ports.links, { kind: 'sign-in' }, 15, NOW);
    expect([expiresAt, await signIn(ports, token, NOW + 15 * MINUTE)]).toEqual([NOW + 15 * MINUTE, undefined]);
  });

  it('fails with an invite', async () => {
    const ports = stores();
    const { token } = await makeLink(ports.links, { kind: 'invite', connectionId: 'c1' }, 15, NOW);
    expect(await signIn(ports, token, NOW)).toBeUndefined();
  });

  it('leaves an invite good', async () => {
    const ports = stores();
    const { token } = await makeLink(ports.links, { kind: 'invite', connectionId: 'c1' }, 15, NOW);
    await signIn(ports, token, NOW);
    expect(ports.links.links.size).toBe(1);
  });
});
