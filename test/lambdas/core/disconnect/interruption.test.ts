import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DisconnectTask } from '../../../../lambdas/contract/workflow';
import type { ConnectionStore } from '../../../../lambdas/core/connections/ports';
import { beginDisconnect } from '../../../../lambdas/core/disconnect/begin-disconnect';
import { makeEndGrant } from '../../../../lambdas/core/disconnect/end-grant';
import { makePurge } from '../../../../lambdas/core/disconnect/purge';
import { makeAccessTokens } from '../../../../lambdas/core/tokens/access-tokens';
import { ZoomFaultError } from '../../../../lambdas/core/zoom/zoom-fault';
import { RecordingAuditLog } from '../../../support/audit';
import { FakeClock, MINUTE } from '../../../support/clock';
import { FakeZoomConsent } from '../../../support/consent';
import { InMemoryConnectionStore, backfillRecord, connectedRecord } from '../../../support/connections';
import { InMemoryStoredData, RecordingDisconnectStarter } from '../../../support/disconnect';
import { InMemoryProgressStore, RecordingRunStopper } from '../../../support/runs';
import { FakeTokenEndpoint, GRANT, InMemoryRefreshLeases, InMemoryTokenVault, tokenSet } from '../../../support/tokens';

const FACTS = 47;
/** What a worker that was under way stores after the connection was stopped. */
const LATE = 7;
const TURN_MS = 1_000;

class Killed extends Error {}

/** Counts the calls of ports, and kills whoever makes one of the given numbers: before it is made, or after. */
class Saboteur {
  calls = 0;

  constructor(private readonly kills: ReadonlyMap<number, 'before' | 'after'>) {}

  on<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        return typeof value !== 'function'
          ? value
          : (...args: unknown[]): unknown => this.call(() => Reflect.apply(value, target, args) as unknown);
      },
    });
  }

  private call(make: () => unknown): unknown {
    const kill = this.kills.get(++this.calls);
    if (kill === 'before') throw new Killed();
    const result = make();
    if (kill !== 'after') return result;
    return isStream(result) ? killedAfterOne(result) : Promise.resolve(result).then(() => Promise.reject(new Killed()));
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* killedAfterOne(stream: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const item of stream) {
    yield item;
    break;
  }
  throw new Killed();
}

/** A connection in mid-backfill, and the workflow over it as the state machine takes its steps. */
function scene(kills: ReadonlyMap<number, 'before' | 'after'>, isZoomDown: boolean, keepFacts: boolean) {
  const clock = new FakeClock();
  const connections = new InMemoryConnectionStore(
    connectedRecord({ status: 'backfilling', backfill: backfillRecord() }),
  );
  const vault = new InMemoryTokenVault([GRANT, tokenSet()]);
  const zoom = new FakeZoomConsent();
  const executions = new RecordingRunStopper();
  const stored = new InMemoryStoredData(FACTS, 30);
  const disconnects = new RecordingDisconnectStarter();
  const saboteur = new Saboteur(kills);
  if (isZoomDown) {
    zoom.beforeRevoke = () => {
      throw new ZoomFaultError('revocation: HTTP 503');
    };
  }
  const watched: ConnectionStore = saboteur.on<ConnectionStore>(connections);
  const endpoint = new FakeTokenEndpoint(clock);
  endpoint.before = isZoomDown ? zoom.beforeRevoke : () => undefined;
  const endGrant = makeEndGrant({
    connections: watched,
    progress: new InMemoryProgressStore(),
    vault: saboteur.on(vault),
    tokens: makeAccessTokens({ vault, leases: new InMemoryRefreshLeases(), zoom: endpoint, clock }),
    zoom,
    executions: saboteur.on(executions),
    clock,
    log: { revokeFailed: () => undefined },
  });
  const purge = makePurge({ connections: watched, stored: saboteur.on(stored), audit: new RecordingAuditLog(), clock });
  let late = LATE;

  async function execute(task: DisconnectTask): Promise<void> {
    const { purgeAgainAt } = await endGrant(task);
    while ((await purge({ ...task, pass: 'first' }, clock.now() + TURN_MS)).outcome === 'again');
    stored.facts += late;
    late = 0;
    clock.advance(Math.max(0, Date.parse(purgeAgainAt) - clock.now()));
    while ((await purge({ ...task, pass: 'last' }, clock.now() + TURN_MS)).outcome === 'again');
  }

  /** Asks for the disconnect until it has ended, whatever kills it. @returns how often it took. */
  async function disconnect(): Promise<number> {
    const ports = { connections: watched, disconnects, clock };
    for (let tries = 1; ; tries++) {
      try {
        const { status } = await beginDisconnect(ports, 'c1', { cause: 'operator', keepFacts });
        if (status === 'disconnected') return tries;
        const task = disconnects.started.at(-1);
        if (task !== undefined && !disconnects.over.has(task.attempt)) {
          await execute(task).finally(() => disconnects.over.add(task.attempt));
        }
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      if (tries > 50) throw new Error('it never ends');
      clock.advance(MINUTE);
    }
  }
  return { connections, vault, executions, stored, disconnects, saboteur, disconnect };
}

async function callsOfOne(isZoomDown: boolean): Promise<number> {
  const undisturbed = scene(new Map(), isZoomDown, false);
  await undisturbed.disconnect();
  return undisturbed.saboteur.calls;
}

describe('a disconnect that is killed', () => {
  it('at any one call, before or after it, leaves nothing but a receipt', async () => {
    for (const isZoomDown of [false, true]) {
      const calls = await callsOfOne(isZoomDown);
      for (let call = 1; call <= calls; call++) {
        for (const when of ['before', 'after'] as const) {
          const { connections, vault, executions, stored, disconnect } = scene(
            new Map([[call, when]]),
            isZoomDown,
            false,
          );
          await disconnect();
          expect([vault.secrets.size, stored.facts, stored.items]).toEqual([0, 0, 0]);
          expect(executions.stopped).toContain('all of c1');
          expect(connections.get('c1')).toMatchObject({
            status: 'disconnected',
            generation: null,
            disconnect: { revokedAtZoom: !isZoomDown, endedAt: expect.any(String) },
          });
          await expect(connections.findByAccount('account-1')).resolves.toBeUndefined();
        }
      }
    }
  });

  it('any number of times, anywhere, leaves the same, and the facts only if they are to be kept', async () => {
    const kills = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom('before' as const, 'after' as const)),
      {
        selector: ([call]) => call,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(kills, fc.boolean(), fc.boolean(), async (killed, isZoomDown, keepFacts) => {
        const { connections, vault, stored, disconnect } = scene(new Map(killed), isZoomDown, keepFacts);
        await disconnect();
        const { status, disconnect: receipt } = connections.get('c1');
        expect([status, vault.secrets.size, stored.items]).toEqual(['disconnected', 0, 0]);
        expect([stored.facts, receipt?.keepFacts]).toEqual([keepFacts ? FACTS + LATE : 0, keepFacts]);
      }),
    );
  });

  it('never counts a fact twice, and without being killed counts each', async () => {
    const undisturbed = scene(new Map(), false, false);
    await undisturbed.disconnect();
    expect(undisturbed.connections.get('c1').disconnect?.factsPurged).toBe(FACTS + LATE);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('before' as const, 'after' as const),
        async (call, when) => {
          const { connections, disconnect } = scene(new Map([[call, when]]), false, false);
          await disconnect();
          expect(connections.get('c1').disconnect?.factsPurged).toBeLessThanOrEqual(FACTS + LATE);
        },
      ),
    );
  });
});
