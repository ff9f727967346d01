import { describe, expect, it } from '@jest/globals';
import {
  AuditEventPayload,
  ReplayTaskPayload,
  RunRefPayload,
  RunRequestPayload,
  WorkerTaskPayload,
} from '../../../lambdas/runtime/payloads';
import { auditEvent } from '../../support/audit';
import { BACKFILL } from '../../support/runs';

const REQUEST = { connectionId: 'c1', runId: 'consent-g1', kind: 'backfill' };

describe('the input of a state machine', () => {
  it.each([
    REQUEST,
    { ...REQUEST, kind: 'sync' },
    { ...REQUEST, kind: 'sync', keepAlive: true },
    { ...REQUEST, from: '2026-10-01', to: '2026-10-12' },
  ])('may be %j', (request) => {
    expect(RunRequestPayload.parse(request)).toEqual(request);
  });

  it.each([
    {},
    { ...REQUEST, connectionId: '' },
    { ...REQUEST, kind: 'purge' },
    { ...REQUEST, from: '12.10.2026' },
    { ...REQUEST, to: '2026-02-30' },
    { ...REQUEST, keepAlive: 'yes' },
  ])('fails as %j', (request) => {
    expect(RunRequestPayload.safeParse(request).success).toBe(false);
  });
});

describe('a planned run', () => {
  it('names its generation', () => {
    expect(RunRefPayload.safeParse({ ...BACKFILL, generation: undefined }).success).toBe(false);
  });
});

describe('the input of the worker', () => {
  it('names the run and the worker', () => {
    expect(WorkerTaskPayload.parse({ run: BACKFILL, worker: 3 })).toEqual({ run: BACKFILL, worker: 3 });
  });

  it.each([{ run: BACKFILL }, { run: BACKFILL, worker: 'first' }, { worker: 0 }])('fails as %j', (task) => {
    expect(WorkerTaskPayload.safeParse(task).success).toBe(false);
  });
});

describe('the input of the audit function', () => {
  const nobody = { connectionId: null, zoomAccountId: null, actor: null, requestId: null };

  it.each([auditEvent(), auditEvent(nobody)])('may be $connectionId', (event) => {
    expect(AuditEventPayload.parse(event)).toEqual(event);
  });

  it.each<[what: string, change: object]>([
    ['an action that nobody knows', { action: 'facts_deleted' }],
    ['a connection that would lead to another partition', { connectionId: 'connector' }],
    ['an id that would lead to another place', { id: 'x#y' }],
    ['a time that is none', { time: 'yesterday' }],
    ['attributes of its own', { pk: '5f0c2e9a41b7d386#00' }],
    ['details with objects in them', { details: { row: {} } }],
    ['a text without end', { details: { text: 'x'.repeat(1_001) } }],
  ])('fails with %s', (_what, change) => {
    expect(AuditEventPayload.safeParse({ ...auditEvent(), ...change }).success).toBe(false);
  });
});

describe('the input of a replay', () => {
  const TASK = {
    from: '2026-10-11',
    to: '2026-10-12',
    kinds: ['user', 'connector_audit'],
    connectionId: null,
    sent: 0,
    tooLarge: 0,
    cursor: null,
  };
  const cursor = { connectionId: 'c1', begun: 33, open: [{ stretch: 2, after: 'user#aa' }] };

  it.each([TASK, { ...TASK, connectionId: 'c1', sent: 12, cursor }])('may be %j', (task) => {
    expect(ReplayTaskPayload.parse(task)).toEqual(task);
  });

  it('is what a turn says, whose outcome is left out', () => {
    expect(ReplayTaskPayload.parse({ ...TASK, outcome: 'again' })).toEqual(TASK);
  });

  it.each([
    { ...TASK, kinds: ['meeting'] },
    { ...TASK, from: 'yesterday' },
    { ...TASK, cursor: undefined },
    { ...TASK, cursor: { ...cursor, begun: -1 } },
  ])('fails as %j', (task) => {
    expect(ReplayTaskPayload.safeParse(task).success).toBe(false);
  });
});
