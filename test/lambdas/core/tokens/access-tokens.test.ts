import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  RefreshBusyError,
  TokenSetUnseenError,
  makeAccessTokens,
  needsRefresh,
} from '../../../../lambdas/core/tokens/access-tokens';
import type { TokenSet } from '../../../../lambdas/core/tokens/ports';
import { AnswerLostError, AppCredentialsRejectedError, ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { FakeClock, HOUR, MINUTE, NOW, SECOND } from '../../../support/clock';
import { FakeTokenEndpoint, GRANT, InMemoryRefreshLeases, InMemoryTokenVault, tokenSet } from '../../../support/tokens';

const EXPIRED = tokenSet({ issuedAt: NOW - HOUR, expiresAt: NOW });

/** A connection's token set in a vault, Zoom behind it, and one function that wants access tokens. */
function oneFunction(stored: TokenSet = EXPIRED) {
  const clock = new FakeClock();
  const vault = new InMemoryTokenVault([GRANT, stored]);
  const leases = new InMemoryRefreshLeases();
  const zoom = new FakeTokenEndpoint(clock);
  const another = () => makeAccessTokens({ vault, leases, zoom, clock });
  return { clock, vault, leases, zoom, tokens: another(), another };
}

describe('an access token', () => {
  it('is the stored one while it is good', async () => {
    const { tokens, zoom } = oneFunction(tokenSet());
    expect([await tokens.get(GRANT), zoom.calls]).toEqual([{ kind: 'token', accessToken: 'access-0' }, []]);
  });

  it('is a new one when the stored one has expired', async () => {
    const { tokens } = oneFunction(EXPIRED);
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('is stored before anybody gets it', async () => {
    const { tokens, vault } = oneFunction();
    const stored = tokens.get(GRANT).then(() => vault.history(GRANT).at(-1)?.accessToken);
    expect(await stored).toBe('access-1');
  });

  it('fails when the refreshed set cannot be stored, for nobody may use what is not kept', async () => {
    const { tokens, vault } = oneFunction();
    vault.replace = () => Promise.reject(new Error('vault out of order'));
    await expect(tokens.get(GRANT)).rejects.toThrow('vault out of order');
  });

  it('has its version noted, so that others find it', async () => {
    const { tokens, leases } = oneFunction();
    await tokens.get(GRANT);
    expect(await leases.currentVersion(GRANT)).toBe('version-1');
  });

  it('is read from the vault once by a function that stays warm', async () => {
    const { tokens, vault } = oneFunction(tokenSet());
    await tokens.get(GRANT);
    vault.read = () => Promise.reject(new Error('read again'));
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-0' });
  });

  it('is not taken from memory when it has become too old there', async () => {
    const { tokens, clock } = oneFunction(tokenSet());
    await tokens.get(GRANT);
    clock.advance(HOUR);
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('is not taken from another consent of the same connection', async () => {
    const { tokens, vault } = oneFunction(tokenSet());
    const next = { ...GRANT, generation: 'g2' };
    await tokens.get(GRANT);
    await vault.create(next, tokenSet({ accessToken: 'access-of-g2' }));
    expect(await tokens.get(next)).toEqual({ kind: 'token', accessToken: 'access-of-g2' });
  });
});

describe('needsRefresh', () => {
  it('keeps five minutes of an hour', () => {
    expect(needsRefresh(tokenSet(), NOW + HOUR - 5 * MINUTE - 1)).toBe(false);
  });

  it('is true when five minutes of an hour are left', () => {
    expect(needsRefresh(tokenSet(), NOW + HOUR - 5 * MINUTE)).toBe(true);
  });

  it('keeps a fifth of a short life, so that a fresh token is not refreshed at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 * 3600 }), (lifeSeconds) => {
        const fresh = tokenSet({ expiresAt: NOW + lifeSeconds * SECOND });
        expect(needsRefresh(fresh, NOW)).toBe(false);
      }),
    );
  });

  it('is true in the last fifth of a short life', () => {
    expect(needsRefresh(tokenSet({ expiresAt: NOW + 60 * SECOND }), NOW + 48 * SECOND)).toBe(true);
  });
});

describe('a token that Zoom rejected', () => {
  it('is replaced though its time is not over', async () => {
    const { tokens } = oneFunction(tokenSet());
    expect(await tokens.get(GRANT, 'access-0')).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('is refreshed once for all who were rejected with it', async () => {
    const { tokens, another, zoom } = oneFunction(tokenSet());
    await tokens.get(GRANT, 'access-0');
    await another().get(GRANT, 'access-0');
    expect(zoom.calls).toEqual(['refresh-0']);
  });
});

describe('a grant that Zoom has ended', () => {
  it('needs a new consent', async () => {
    const { tokens, zoom } = oneFunction();
    zoom.end();
    expect(await tokens.get(GRANT)).toMatchObject({
      kind: 'reconnectNeeded',
      reason: expect.stringContaining('"Invalid Token!"') as unknown,
    });
  });

  it('gives the lease back', async () => {
    const { tokens, zoom, leases } = oneFunction();
    zoom.end();
    await tokens.get(GRANT);
    expect(leases.isHeld(GRANT)).toBe(false);
  });

  it('needs a new consent also when its secret is gone', async () => {
    const { tokens, vault } = oneFunction();
    await vault.delete(GRANT);
    expect(await tokens.get(GRANT)).toMatchObject({ kind: 'reconnectNeeded' });
  });
});

describe('a fault of Zoom’s token endpoint', () => {
  const broken = () => {
    const setting = oneFunction();
    setting.zoom.before = () => {
      throw new ZoomFaultError('token refresh: HTTP 500');
    };
    return setting;
  };

  it('fails, and is no reason to reconnect', async () => {
    await expect(broken().tokens.get(GRANT)).rejects.toThrow(ZoomFaultError);
  });

  it('leaves the grant as it was', async () => {
    const { tokens, vault } = broken();
    await tokens.get(GRANT).catch(() => undefined);
    expect(vault.history(GRANT)).toEqual([EXPIRED]);
  });

  it('gives the lease back', async () => {
    const { tokens, leases } = broken();
    await tokens.get(GRANT).catch(() => undefined);
    expect(leases.isHeld(GRANT)).toBe(false);
  });

  it('is over when Zoom answers again', async () => {
    const { tokens, zoom } = broken();
    await tokens.get(GRANT).catch(() => undefined);
    zoom.before = () => undefined;
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });
});

describe('a refresh whose answer is lost', () => {
  /** @param failures - what the first calls come to; `rotated` when Zoom has rotated the refresh token before. */
  const losing = (...failures: readonly (Error | 'rotated' | 'ended')[]) => {
    const setting = oneFunction();
    const left = [...failures];
    const refresh = setting.zoom.refresh.bind(setting.zoom);
    setting.zoom.refresh = async (tokens) => {
      const failure = left.shift();
      if (failure === 'ended') setting.zoom.end();
      else if (failure === 'rotated') await refresh(tokens);
      else if (failure === undefined) return refresh(tokens);
      else setting.zoom.calls.push(tokens.refreshToken);
      throw failure instanceof Error ? failure : new AnswerLostError('token refresh: no usable answer');
    };
    return setting;
  };
  const LOST = new AnswerLostError('token refresh: no usable answer (TimeoutError)');

  it('is tried again at once with the same refresh token', async () => {
    const { tokens, zoom } = losing(LOST);
    expect([await tokens.get(GRANT), zoom.calls]).toEqual([
      { kind: 'token', accessToken: 'access-1' },
      ['refresh-0', 'refresh-0'],
    ]);
  });

  it('is saved by Zoom’s patience with the refresh token that it has rotated', async () => {
    const { tokens, zoom, vault } = losing('rotated');
    zoom.isPatient = true;
    await tokens.get(GRANT);
    expect(vault.history(GRANT).at(-1)).toMatchObject({ refreshToken: 'refresh-2' });
  });

  it('needs a new consent when Zoom has rotated and has no patience', async () => {
    const { tokens } = losing('rotated');
    expect(await tokens.get(GRANT)).toMatchObject({ kind: 'reconnectNeeded' });
  });

  it('fails when the second answer is lost, too, and is no reason to reconnect', async () => {
    const { tokens, zoom } = losing(LOST, LOST);
    await expect(tokens.get(GRANT)).rejects.toThrow(AnswerLostError);
    expect(zoom.calls).toHaveLength(2);
  });

  it('has its second call under the same lease', async () => {
    const { tokens, leases, zoom } = losing(LOST);
    const held: boolean[] = [];
    zoom.before = () => void held.push(leases.isHeld(GRANT));
    await tokens.get(GRANT);
    expect(held).toEqual([true]);
  });

  it('is left to the next holder when too little of the lease is left for a call and the storing', async () => {
    const setting = losing(LOST);
    const { zoom } = setting;
    const refresh = zoom.refresh.bind(zoom);
    zoom.refresh = (refreshToken) => {
      setting.clock.advance(30 * SECOND); // the function was held up
      return refresh(refreshToken);
    };
    await expect(setting.tokens.get(GRANT)).rejects.toThrow(AnswerLostError);
    expect(setting.zoom.calls).toEqual(['refresh-0']);
  });

  it.each([
    ['was refused: nothing was done with the refresh token', new ZoomFaultError('token refresh: HTTP 429')],
    ['has wrong credentials of the app', new AppCredentialsRejectedError()],
  ])('is told from one that %s, and is not repeated', async (_, failure) => {
    const { tokens, zoom } = losing(failure);
    await tokens.get(GRANT).catch(() => undefined);
    expect(zoom.calls).toEqual(['refresh-0']);
  });
});

describe('a holder of the lease that dies between Zoom’s rotation and the storing', () => {
  const dying = async () => {
    const setting = oneFunction();
    await setting.leases.acquire(GRANT, 'somebody who dies', NOW + 30 * SECOND, NOW);
    await setting.zoom.refresh(tokenSet());
    return setting;
  };

  it('has the next one present the old refresh token at once, and no other', async () => {
    const { tokens, zoom } = await dying();
    await tokens.get(GRANT);
    expect(zoom.calls).toEqual(['refresh-0', 'refresh-0']);
  });

  it('costs nothing while Zoom is patient with it', async () => {
    const { tokens, zoom } = await dying();
    zoom.isPatient = true;
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-2' });
  });
});

describe('a refresh token that Zoom refuses', () => {
  it('is no reason to reconnect when a newer set was stored meanwhile', async () => {
    const { tokens, zoom, vault } = oneFunction();
    zoom.before = async () => {
      if (zoom.calls.length > 1) return;
      zoom.end();
      await vault.replace(GRANT, tokenSet({ accessToken: 'newer', refreshToken: 'refresh-newer' }));
    };
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'newer' });
  });
});

describe('a refreshed set that cannot be stored', () => {
  const unstorable = (failures: number, tookMs = 0) => {
    const setting = oneFunction();
    const replace = setting.vault.replace.bind(setting.vault);
    let tries = 0;
    setting.vault.replace = (key, tokens) => {
      setting.clock.advance(tookMs);
      return ++tries > failures ? replace(key, tokens) : Promise.reject(new Error('vault out of order'));
    };
    return { ...setting, tries: () => tries };
  };

  it('is stored by another try', async () => {
    const { tokens } = unstorable(2);
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('is not refreshed again for that: its refresh token is the only good one', async () => {
    const { tokens, zoom } = unstorable(2);
    await tokens.get(GRANT);
    expect(zoom.calls).toEqual(['refresh-0']);
  });

  it('is given up after five tries', async () => {
    const { tokens, tries } = unstorable(Infinity);
    await tokens.get(GRANT).catch(() => undefined);
    expect(tries()).toBe(5);
  });

  it('is given up before the lease is over, as somebody else may refresh then', async () => {
    const { tokens, clock } = unstorable(Infinity, 11 * SECOND);
    await tokens.get(GRANT).catch(() => undefined);
    expect(clock.now()).toBeLessThanOrEqual(NOW + 50 * SECOND);
  });
});

describe('a function whose clock is five minutes off', () => {
  /** Two functions on one token set; the clock of the second is off. */
  const apart = (ms: number, stored = tokenSet()) => {
    const setting = oneFunction(stored);
    const { clock, vault, leases, zoom } = setting;
    const off = { now: () => clock.now() + ms, sleep: clock.sleep.bind(clock) };
    return { ...setting, other: makeAccessTokens({ vault, leases, zoom, clock: off }) };
  };

  it('refreshes five minutes early when it is ahead, once for all', async () => {
    const { other, tokens, clock, zoom } = apart(5 * MINUTE);
    clock.advance(HOUR - 10 * MINUTE);
    const answers = [await other.get(GRANT), await tokens.get(GRANT)];
    expect([answers.map((answer) => answer.kind === 'token' && answer.accessToken), zoom.calls]).toEqual([
      ['access-1', 'access-1'],
      ['refresh-0'],
    ]);
  });

  it('has no token that is over for Zoom when it is behind', async () => {
    const { other, clock } = apart(-5 * MINUTE);
    clock.advance(HOUR);
    expect(await other.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('refreshes a token that Zoom, whose clock is ahead, has rejected before its time', async () => {
    const { tokens, clock } = apart(0);
    clock.advance(HOUR - 6 * MINUTE);
    await tokens.get(GRANT);
    expect(await tokens.get(GRANT, 'access-0')).toEqual({ kind: 'token', accessToken: 'access-1' });
  });
});

describe('a lease', () => {
  it('is waited for while its holder refreshes', async () => {
    const { tokens, another, zoom, clock } = oneFunction();
    zoom.before = () => clock.sleep(3 * SECOND);
    await Promise.all([tokens.get(GRANT), another().get(GRANT)]);
    expect(zoom.calls).toEqual(['refresh-0']);
  });

  it('is taken over when its holder died', async () => {
    const { tokens, leases, clock } = oneFunction();
    await leases.acquire(GRANT, 'somebody who died', clock.now() + 30 * SECOND, clock.now());
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-1' });
  });

  it('is not taken over before it has run out', async () => {
    const { tokens, leases, clock } = oneFunction();
    await leases.acquire(GRANT, 'somebody who died', clock.now() + 30 * SECOND, clock.now());
    await tokens.get(GRANT);
    expect(clock.now()).toBeGreaterThanOrEqual(NOW + 30 * SECOND);
  });

  it('fails to wait longer than any lease lasts', async () => {
    const { tokens, leases, clock } = oneFunction();
    await leases.acquire(GRANT, 'somebody else', clock.now() + HOUR, clock.now());
    await expect(tokens.get(GRANT)).rejects.toThrow(RefreshBusyError);
  });

  it('is not used for a refresh when so little of it is left that storing could outlast it', async () => {
    const { tokens, leases, clock, zoom } = oneFunction();
    const acquire = leases.acquire.bind(leases);
    leases.acquire = async (...lease) => {
      const isTaken = await acquire(...lease);
      clock.advance(20 * SECOND); // the function was held up
      return isTaken;
    };
    await tokens.get(GRANT).catch(() => undefined);
    expect(zoom.calls).toEqual([]);
  });
});

describe('a vault that shows what was stored only after a while', () => {
  it('never leads to an old refresh token, when it shows the noted version', async () => {
    const { tokens, another, vault, zoom, clock } = oneFunction();
    await tokens.get(GRANT);
    clock.advance(HOUR);
    const read = vault.read.bind(vault);
    vault.read = (key, version) => read(key, version ?? 'version-0');
    expect([await another().get(GRANT), zoom.calls]).toEqual([
      { kind: 'token', accessToken: 'access-2' },
      ['refresh-0', 'refresh-1'],
    ]);
  });

  it('never leads to an old refresh token, when it does not show the noted version yet', async () => {
    const { tokens, another, vault, clock } = oneFunction();
    await tokens.get(GRANT);
    clock.advance(HOUR);
    const shownAt = clock.now() + 2 * SECOND;
    vault.lag = () => (clock.now() < shownAt ? 1 : 0);
    expect(await another().get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-2' });
  });

  it('does not make a grant that was just stored look gone', async () => {
    const { tokens, vault, clock } = oneFunction(tokenSet());
    vault.lag = () => (clock.now() < NOW + 2 * SECOND ? 1 : 0);
    expect(await tokens.get(GRANT)).toEqual({ kind: 'token', accessToken: 'access-0' });
  });

  const losing = async () => {
    const setting = oneFunction();
    await setting.leases.acquire(GRANT, 'somebody', NOW + SECOND, NOW);
    await setting.leases.release(GRANT, 'somebody', 'a version that was lost');
    return setting;
  };

  it('fails when it does not show the noted version for long', async () => {
    const { tokens } = await losing();
    await expect(tokens.get(GRANT)).rejects.toThrow(TokenSetUnseenError);
  });

  it('never leads to an old refresh token, when it does not show the noted version at all', async () => {
    const { tokens, zoom } = await losing();
    await tokens.get(GRANT).catch(() => undefined);
    expect(zoom.calls).toEqual([]);
  });

  it('is believed when it shows a later version than the noted one: a refresh was stored and not noted', async () => {
    const { tokens, another, vault, leases, clock } = oneFunction();
    await tokens.get(GRANT);
    await vault.replace(
      GRANT,
      tokenSet({ accessToken: 'not-noted', issuedAt: clock.now() + 1, expiresAt: NOW + HOUR }),
    );
    expect([await another().get(GRANT), await leases.currentVersion(GRANT)]).toEqual([
      { kind: 'token', accessToken: 'not-noted' },
      'version-1',
    ]);
  });
});

describe('fifty functions that need a refresh at once', () => {
  it('make one refresh at Zoom, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { functions, zoom } = fiftyFunctions(scheduler, EXPIRED);
        const answers = await scheduler.waitFor(Promise.all(functions.map((tokens) => tokens.get(GRANT))));
        expect([zoom.calls, new Set(answers.map((answer) => JSON.stringify(answer))).size]).toEqual([['refresh-0'], 1]);
      }),
      { numRuns: 10 },
    );
  });

  it('make one refresh at Zoom when it has rejected the token of all of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { functions, zoom } = fiftyFunctions(scheduler, tokenSet());
        await scheduler.waitFor(Promise.all(functions.map((tokens) => tokens.get(GRANT, 'access-0'))));
        expect(zoom.calls).toEqual(['refresh-0']);
      }),
      { numRuns: 10 },
    );
  });

  it('never present a refresh token that is used up, whatever versions the vault shows them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.infiniteStream(fc.nat(2)), async (scheduler, lags) => {
        const { functions, zoom, vault, clock } = fiftyFunctions(scheduler, EXPIRED, 5);
        for (let round = 0; round < 3; round++) {
          await scheduler.waitFor(Promise.all(functions.map((tokens) => tokens.get(GRANT))));
          clock.advance(HOUR);
          vault.lag = () => lags.next().value as number;
        }
        expect(zoom.calls).toEqual(['refresh-0', 'refresh-1', 'refresh-2']);
      }),
      { numRuns: 50 },
    );
  });

  it('make one refresh when they are calls of one function', async () => {
    const { tokens, zoom } = oneFunction();
    await Promise.all(Array.from({ length: 50 }, () => tokens.get(GRANT)));
    expect(zoom.calls).toEqual(['refresh-0']);
  });
});

/** Functions that share a vault, leases and Zoom, each step of which waits for its turn. Time stands still meanwhile. */
function fiftyFunctions(scheduler: fc.Scheduler, stored: TokenSet, count = 50) {
  const { clock, vault, leases, zoom } = oneFunction(stored);
  const inTurn = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          await scheduler.schedule(Promise.resolve(), String(name));
          const answer: unknown = await Reflect.apply(value, object, args);
          await scheduler.schedule(Promise.resolve(), `${String(name)} answered`);
          return answer;
        };
      },
    });
  const sleep = async () => {
    await scheduler.schedule(Promise.resolve(), 'sleep');
  };
  const ports = { vault: inTurn(vault), leases: inTurn(leases), zoom: inTurn(zoom), clock: { now: clock.now, sleep } };
  return { functions: Array.from({ length: count }, () => makeAccessTokens(ports)), zoom, vault, clock };
}
