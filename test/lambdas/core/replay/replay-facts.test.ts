import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FACT_KINDS, STORED_KINDS, type StoredKind } from '../../../../lambdas/contract/fact';
import type { ReplayOutcome, ReplayTask } from '../../../../lambdas/contract/workflow';
import { type AuditFact, auditFact } from '../../../../lambdas/core/audit/audit-fact';
import type { ConnectionRecord } from '../../../../lambdas/core/connections/connection-record';
import type { Fact } from '../../../../lambdas/core/facts/fact';
import type { ReplayPorts } from '../../../../lambdas/core/replay/ports';
import { makeReplayFacts } from '../../../../lambdas/core/replay/replay-facts';
import { ReplayTaskPayload } from '../../../../lambdas/runtime/payloads';
import { auditEvent } from '../../../support/audit';
import { FakeClock, NOW } from '../../../support/clock';
import { InMemoryConnectionStore, connectedRecord, disconnectRecord } from '../../../support/connections';
import { SOURCE, activityRow, factOf, operationRow, userRow } from '../../../support/facts';
import { type Death, Killed, mortalPorts } from '../../../support/mortal-ports';
import { InMemoryFactPages, RecordingReplayQueue } from '../../../support/replay';

type Stored = Fact | AuditFact;

const TASK: ReplayTask = {
  from: '2026-10-11',
  to: '2026-10-12',
  kinds: STORED_KINDS,
  connectionId: null,
  sent: 0,
  tooLarge: 0,
  cursor: null,
};

const source = (connectionId: string) => ({ ...SOURCE, connectionId, zoomAccountId: `account of ${connectionId}` });
const activity = (time: string, connectionId = 'c1', client = '-') =>
  factOf('user_activity', activityRow({ time, version: client }), source(connectionId));
const operation = (time: string, connectionId = 'c1') =>
  factOf('admin_operation', operationRow({ time }), source(connectionId));
const user = (id: string, connectionId = 'c1') => factOf('user', userRow({ id }), source(connectionId));
const entry = (time: string, connectionId: string | null, id = 'a'.repeat(32)) =>
  auditFact(auditEvent({ id, time, connectionId }), 365);
const connection = (id: string, change: Partial<ConnectionRecord> = {}) =>
  connectedRecord({ id, zoomAccountId: `account of ${id}`, ...change });

/** The state machine over the step: a turn that is killed is repeated with the same input. @param deaths - of the first turns. */
function replaying(
  stored: readonly Stored[],
  connections: readonly ConnectionRecord[] = [connection('c1')],
  deaths: readonly Death[] = [],
) {
  const clock = new FakeClock();
  const pages = new InMemoryFactPages(stored);
  const queue = new RecordingReplayQueue();
  const tooLarge: unknown[] = [];
  const ports: ReplayPorts = {
    connections: new InMemoryConnectionStore(...connections),
    facts: pages,
    queue,
    clock,
    log: { tooLarge: (id) => tooLarge.push(id) },
  };
  const dying = [...deaths];

  async function replay(change: Partial<ReplayTask> = {}, turnMs = 1): Promise<ReplayOutcome> {
    let task: ReplayTask = { ...TASK, ...change };
    for (let turns = 0; turns < 1_000; turns++) {
      const death = dying.shift();
      const mortal = death === undefined ? ports : mortalPorts(ports, ['connections', 'facts', 'queue'], death);
      try {
        const said = await makeReplayFacts(mortal)(task, clock.now() + turnMs);
        if (said.outcome === 'done') return said;
        task = asState(said);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
    throw new Error('it never ends');
  }
  const sent = () => queue.messages.map((message) => imageIn(message));
  return { replay, ports, pages, queue, sent, tooLarge };
}

/** What the workflow makes of a turn's outcome: JSON, which the next turn parses. */
const asState = (said: ReplayOutcome) => ReplayTaskPayload.parse(JSON.parse(JSON.stringify(said)));
const imageIn = (message: string) =>
  unmarshall((JSON.parse(message) as { dynamodb: { NewImage: never } }).dynamodb.NewImage) as Stored;
/** As a connection is whose facts are being deleted. */
const ENDING = { status: 'disconnecting', disconnect: disconnectRecord() } as const;
/** Which items they are. Ids of the audit log are made up, and here so few that some come twice. */
const ids = (facts: readonly Stored[]) => facts.map(({ pk, sk }) => `${pk} ${sk}`).sort();

describe('a replay', () => {
  it('sends what happened from the first instant of the first date to the last of the last', async () => {
    const within = ['2026-10-11T00:00:00Z', '2026-10-12T23:59:59Z', '2026-10-12T23:59:59.999Z'];
    const outside = ['2026-10-10T23:59:59Z', '2026-10-10T23:59:59.999Z', '2026-10-13T00:00:00Z'];
    const { replay, sent } = replaying([...within, ...outside].flatMap((time) => [activity(time), operation(time)]));
    await expect(replay()).resolves.toEqual({ outcome: 'done', sent: 6, tooLarge: 0 });
    expect(ids(sent())).toEqual(ids(within.flatMap((time) => [activity(time), operation(time)])));
  });

  it('sends all users, whenever they came, and those who are gone', async () => {
    const gone = { ...user('u-2'), state: 'gone' as const };
    const { replay, sent } = replaying([user('u-1'), gone]);
    await replay();
    expect(ids(sent())).toEqual(ids([user('u-1'), gone]));
  });

  it.each(STORED_KINDS)('of the kind %s sends no other', async (kind) => {
    const time = '2026-10-12T10:00:00.000Z';
    const { replay, sent } = replaying([activity(time), operation(time), user('u-1'), entry(time, 'c1')]);
    await replay({ kinds: [kind] });
    expect(sent().map((fact) => fact.kind)).toEqual([kind]);
  });

  it('sends entries of the audit log about each connection and about none', async () => {
    const time = '2026-10-12T10:00:00.000Z';
    const stored = [entry(time, null), entry(time, 'c1'), entry(time, 'c2'), entry('2026-10-13T00:00:00.000Z', 'c1')];
    const { replay, sent } = replaying(stored, [connection('c1'), connection('c2')]);
    await replay();
    expect(ids(sent())).toEqual(ids(stored.slice(0, 3)));
  });

  it('of a connection sends nothing of another, and nothing that is about none', async () => {
    const time = '2026-10-12T10:00:00.000Z';
    const stored = [activity(time), activity(time, 'c2'), entry(time, null), entry(time, 'c1'), entry(time, 'c2')];
    const { replay, sent } = replaying(stored, [connection('c1'), connection('c2')]);
    await replay({ connectionId: 'c2' });
    expect(ids(sent())).toEqual(ids([activity(time, 'c2'), entry(time, 'c2')]));
  });

  it.each<[what: string, sends: boolean, change: Partial<ConnectionRecord>]>([
    ['that is paused', true, { status: 'paused' }],
    [
      'that ended and whose facts were kept',
      true,
      { status: 'disconnected', disconnect: disconnectRecord({ keepFacts: true }) },
    ],
    ['whose facts are being deleted', false, ENDING],
    ['whose facts were deleted', false, { status: 'disconnected', disconnect: disconnectRecord() }],
  ])('of a connection %s sends its facts: %#', async (_what, sends, change) => {
    const time = '2026-10-12T10:00:00.000Z';
    const { replay, sent } = replaying([activity(time), entry(time, 'c1')], [connection('c1', change)]);
    await replay();
    expect(ids(sent())).toEqual(ids(sends ? [activity(time), entry(time, 'c1')] : [entry(time, 'c1')]));
  });

  it('goes on when a connection ends while it is read', async () => {
    const time = '2026-10-12T10:00:00.000Z';
    const stored = [...Array.from({ length: 300 }, (_, i) => activity(time, 'c1', String(i))), activity(time, 'c2')];
    const { ports, queue, sent } = replaying(stored, [connection('c1'), connection('c2')]);
    const turn = makeReplayFacts(ports);
    const first = await turn(TASK, 0);
    queue.messages.length = 0;
    (ports.connections as InMemoryConnectionStore).change('c1', ENDING);
    await turn(asState(first), Infinity);
    expect(ids(sent())).toEqual(ids([activity(time, 'c2')]));
  });

  it('of nothing ends at once', async () => {
    const { replay, queue } = replaying([], []);
    await expect(replay()).resolves.toEqual({ outcome: 'done', sent: 0, tooLarge: 0 });
    expect(queue.messages).toEqual([]);
  });

  it('leaves out what fits into no message, says which it is, and goes on', async () => {
    const time = '2026-10-12T10:00:00Z';
    const large = factOf('admin_operation', operationRow({ time, operation_detail: '\u0001'.repeat(200_000) }));
    const { replay, sent, tooLarge } = replaying([large, activity(time)]);
    await expect(replay()).resolves.toEqual({ outcome: 'done', sent: 1, tooLarge: 1 });
    expect([ids(sent()), tooLarge]).toEqual([ids([activity(time)]), [{ S: large.id }]]);
  });
});

describe('a replay that is killed anywhere, any number of times', () => {
  const time = fc
    .integer({ min: Date.parse('2026-10-10T12:00:00Z'), max: Date.parse('2026-10-13T12:00:00Z') })
    .map((ms) => new Date(ms).toISOString());
  const connectionId = fc.constantFrom('c1', 'c2');
  const anyFact: fc.Arbitrary<Stored> = fc.oneof(
    fc.tuple(time, connectionId, fc.string()).map(([at, id, client]) => activity(at, id, client)),
    fc.tuple(time, connectionId).map(([at, id]) => operation(at, id)),
    fc.tuple(fc.nat(9), connectionId).map(([n, of]) => user(`u-${n}`, of)),
    fc.tuple(time, fc.option(connectionId), fc.nat()).map(([at, of, n]) => entry(at, of, String(n).padStart(32, '0'))),
  );
  const stored = fc.uniqueArray(anyFact, {
    selector: ({ pk, sk }) => `${pk} ${sk}`,
    minLength: 10,
    maxLength: 60,
    size: 'max',
  });
  const kinds = fc.subarray([...STORED_KINDS], { minLength: 1 });
  const deaths = fc.array(
    fc.record({ nth: fc.integer({ min: 1, max: 250 }), when: fc.constantFrom('before', 'amid', 'after') }),
    { maxLength: 12 },
  );
  const isAsked = (fact: Stored, asked: readonly StoredKind[], of: string | null) =>
    asked.includes(fact.kind) &&
    (of === null || fact.connectionId === of) &&
    (fact.kind === 'user' || (fact.time! >= '2026-10-11' && fact.time! < '2026-10-13'));

  it('at any one call, before, amid or after it, loses nothing', async () => {
    const time = '2026-10-12T10:00:00.000Z';
    const facts = Array.from({ length: 20 }, (_, i) => activity(time, 'c1', String(i)));
    const asked = { kinds: ['user_activity'], connectionId: 'c1' } as const;
    for (const turnMs of [0, 1_000_000]) {
      // a look for the connection, 20 facts one by one, the ends of 64 stretches, a sending for each round
      for (let nth = 1; nth <= 90; nth++) {
        for (const when of ['before', 'amid', 'after'] as const) {
          const scene = replaying(facts, undefined, [{ nth, when }]);
          const said = await scene.replay(asked, turnMs);
          expect(new Set(scene.sent().map(({ id }) => id)).size).toBe(facts.length);
          expect(said).toMatchObject({ sent: facts.length });
        }
      }
    }
  });

  it('sends each fact of the range at least once and none that is not of it, counts each once, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        stored,
        kinds,
        fc.option(connectionId),
        deaths,
        fc.constantFrom(0, 1_000_000),
        async (facts, asked, of, dying, turnMs) => {
          const connections = ['c1', 'c2'].map((id) => connection(id));
          const scene = replaying(facts, connections, dying);
          const said = await scene.replay({ kinds: asked, connectionId: of }, turnMs);
          const expected = facts.filter((fact) => isAsked(fact, asked, of));
          expect([...new Set(ids(scene.sent()))]).toEqual(ids(expected));
          expect(said).toEqual({ outcome: 'done', sent: expected.length, tooLarge: 0 });
          expect(ids(scene.pages.items as Stored[])).toEqual(ids(facts));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('sends nothing twice when it is not killed, however short its turns', async () => {
    await fc.assert(
      fc.asyncProperty(stored, async (facts) => {
        const scene = replaying(
          facts,
          ['c1', 'c2'].map((id) => connection(id)),
        );
        const { sent } = await scene.replay({}, 0);
        expect(new Set(ids(scene.sent())).size).toBe(sent);
        expect(scene.queue.messages).toHaveLength(sent);
      }),
    );
  });
});

describe('a replay of millions of facts', () => {
  it('carries no more from turn to turn than where 32 stretches go on', async () => {
    const time = '2026-10-12T10:00:00Z';
    const stored = Array.from({ length: 2_000 }, (_, i) => activity(time, 'c1', String(i)));
    const turn = makeReplayFacts(replaying(stored).ports);
    // behind the users
    const behindUsers = { connectionId: 'c1', begun: 64, open: [] };
    const said = await turn({ ...TASK, kinds: FACT_KINDS, connectionId: 'c1', cursor: behindUsers }, 0);
    const { cursor } = asState(said);
    expect([cursor?.begun, cursor?.open.length]).toEqual([96, 32]);
    expect(JSON.stringify(said).length).toBeLessThan(5_000);
    expect(JSON.stringify(said)).not.toContain('@');
  });
});

describe('a message', () => {
  const fact = activity('2026-10-12T06:41:07Z');
  const sendOne = async (of: Fact) => {
    const { replay, queue } = replaying([of]);
    await replay();
    return queue.messages[0] ?? '';
  };

  it('is a record of the stream with the image of the fact, as Lambda gives it to consumers', async () => {
    const { dynamodb, ...record } = JSON.parse(await sendOne(fact)) as { dynamodb: Record<string, never> };
    expect(record).toEqual({ eventName: 'INSERT', eventSource: 'zoom-connector:replay' });
    expect(Object.keys(dynamodb)).toEqual(['ApproximateCreationDateTime', 'Keys', 'NewImage']);
    expect(unmarshall(dynamodb['NewImage'] as never)).toEqual(fact);
    expect(unmarshall(dynamodb['Keys'] as never)).toEqual({ pk: fact.pk, sk: fact.sk });
  });

  it('is as old as the reading, and older than what the stream tells of that very second', async () => {
    const { dynamodb } = JSON.parse(await sendOne(fact)) as { dynamodb: { ApproximateCreationDateTime: number } };
    expect(dynamodb.ApproximateCreationDateTime).toBe(NOW / 1000 - 1);
  });

  it('has no character that SQS refuses, and loses none', async () => {
    const detail = '\uFFFE \uFFFF \u0000 \u001F \uD800 é 漢 🦊';
    const odd = factOf('admin_operation', operationRow({ operation_detail: detail }));
    const message = await sendOne(odd);
    const record = JSON.parse(message) as { dynamodb: { NewImage: never } };
    expect(message).not.toMatch(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u);
    expect(unmarshall(record.dynamodb.NewImage)).toEqual(odd);
  });
});
