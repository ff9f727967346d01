import type { Link, LinkStore, Revocations, Session, SessionStore } from '../../lambdas/core/access/ports';

/** Sessions in memory, with the expiry of the real ones. */
export class InMemorySessionStore implements SessionStore {
  readonly sessions = new Map<string, Session>();

  find(idHash: string, now: number): Promise<Session | undefined> {
    const session = this.sessions.get(idHash);
    return Promise.resolve(session !== undefined && session.expiresAt > now ? session : undefined);
  }

  create(idHash: string, session: Session): Promise<void> {
    this.sessions.set(idHash, session);
    return Promise.resolve();
  }

  delete(idHash: string): Promise<void> {
    this.sessions.delete(idHash);
    return Promise.resolve();
  }
}

/** Links in memory, each good for one use until it expires. */
export class InMemoryLinkStore implements LinkStore {
  readonly links = new Map<string, Link>();

  find(tokenHash: string, now: number): Promise<Link | undefined> {
    const link = this.links.get(tokenHash);
    return Promise.resolve(link !== undefined && link.expiresAt > now ? link : undefined);
  }

  create(tokenHash: string, link: Link): Promise<void> {
    this.links.set(tokenHash, link);
    return Promise.resolve();
  }

  async use(tokenHash: string, now: number): Promise<boolean> {
    return (await this.find(tokenHash, now)) !== undefined && this.links.delete(tokenHash);
  }
}

/** Revocations in memory; what they end, only the real stores know. */
export class InMemoryRevocations implements Revocations {
  readonly revoked = new Map<string | null, number>();

  revoke(connectionId: string | null, at: number): Promise<void> {
    this.revoked.set(connectionId, at);
    return Promise.resolve();
  }

  lastAt(connectionId: string | null): Promise<number> {
    return Promise.resolve(this.revoked.get(connectionId) ?? 0);
  }
}
