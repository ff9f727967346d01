import { describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { AUDIT_ACTIONS, type AuditEvent } from '../../lambdas/contract/audit';
import { AUDIT_KIND, FACT_KINDS, FACT_VERSION, type FactKind, STORED_KINDS } from '../../lambdas/contract/fact';
import { type AuditFact, auditFact } from '../../lambdas/core/audit/audit-fact';
import { type Fact, type FactSource, goneFact, isMalformed, makeFact } from '../../lambdas/core/facts/fact';
import type { Json, ZoomRow } from '../../lambdas/core/facts/stable-form';
import { isStorable } from '../../lambdas/core/facts/storable';
import { auditEvent } from '../support/audit';
import { codeBlocks, readDocument, tableAfter } from './support';

interface FactSchema {
  readonly properties: Readonly<Record<string, unknown>>;
}

const SOURCE: FactSource = {
  connectionId: '0123456789abcdef',
  zoomAccountId: 'AccT3stId0000000000001',
  retentionDays: 365,
};

const ROWS: Readonly<Record<FactKind, ZoomRow>> = {
  user: { id: 'Us3rId0000000000000001', email: 'Ana@example.com', status: 'active', group_ids: ['b', 'a'] },
  user_activity: {
    email: 'Ana@example.com',
    time: '2026-09-28T06:41:07Z',
    type: 'Sign in',
    ip_address: '203.0.113.24',
  },
  admin_operation: { time: '2026-09-28T07:15:30.5Z', operator: 'admin@example.com', action: 'Update' },
};

const ajv = new Ajv2020({ allErrors: true, strictTypes: false });

type StoredKind = (typeof STORED_KINDS)[number];

const schemas = Object.fromEntries(STORED_KINDS.map((kind) => [kind, readSchema(kind)])) as Record<
  StoredKind,
  FactSchema
>;
const validators = Object.fromEntries(STORED_KINDS.map((kind) => [kind, ajv.compile(schemas[kind])])) as Record<
  StoredKind,
  ValidateFunction
>;

function readSchema(kind: StoredKind): FactSchema {
  return JSON.parse(readFileSync(`docs/schemas/fact.v1.${kind}.schema.json`, 'utf8')) as FactSchema;
}

function problems(kind: StoredKind, image: unknown): string[] {
  const validate = validators[kind];
  return validate(image)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function factOf(kind: FactKind, row: ZoomRow = ROWS[kind]): Fact {
  const made = makeFact(kind, row, SOURCE);
  if (isMalformed(made)) throw new Error(made.problem);
  return made;
}

const json = fc
  .jsonValue()
  .map((value) => value as Json)
  .filter(isStorable);
const secretName = fc.constantFrom('access_token', 'host_key', 'passcode', 'password', 'refresh_token');
const address = fc.constantFrom('Ana.Ortiz@Example.com', ' leo@example.com ', 'ÅSA@example.com', 'System', '', null);
const instant = fc
  .date({ min: new Date('1971-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .chain((date) => {
    const iso = date.toISOString();
    const toSecond = iso.slice(0, 19);
    return fc.constantFrom(iso, `${toSecond}Z`, `${toSecond}.123456Z`, `${toSecond}+02:00`, `${toSecond}-0530`);
  });

/** Fields that Zoom may add at any time, secrets among them, at any depth. */
const surprises = fc.dictionary(
  fc.oneof(fc.string(), secretName),
  fc.oneof(json, fc.dictionary(secretName, json), fc.array(fc.dictionary(secretName, json))),
);

const rows: Readonly<Record<FactKind, fc.Arbitrary<ZoomRow>>> = {
  user: fc.record(
    {
      id: fc.oneof(fc.string(), fc.constant(null)),
      email: address,
      status: fc.constantFrom('active', 'inactive', 'pending'),
      type: fc.constantFrom(1, 2, 4, 99),
      user_created_at: instant,
      created_at: instant,
      group_ids: fc.oneof(fc.array(fc.string()), json),
      custom_attributes: fc.array(fc.dictionary(fc.string(), json)),
    },
    { requiredKeys: [] },
  ),
  user_activity: fc.record(
    { email: address, time: instant, type: json, ip_address: json, client_type: json, version: json },
    { requiredKeys: ['time'] },
  ),
  admin_operation: fc.record(
    { time: instant, operator: address, category_type: json, action: json, operation_detail: json },
    { requiredKeys: ['time'] },
  ),
};

describe.each(STORED_KINDS)('the schema of %s', (kind) => {
  it('has a name with version and kind, and says which draft it is written in', () => {
    expect(schemas[kind]).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:zoom-security-connector:fact:v${FACT_VERSION}:${kind}`,
    });
  });
});

describe.each(FACT_KINDS)('the schema of %s', (kind) => {
  it('accepts every fact that is made, whatever Zoom adds to its rows', () => {
    fc.assert(
      fc.property(rows[kind], surprises, (row, more) => {
        const made = makeFact(kind, { ...more, ...row }, SOURCE);
        fc.pre(!isMalformed(made));
        expect(problems(kind, JSON.parse(JSON.stringify(made)))).toEqual([]);
      }),
    );
  });

  it('names every attribute that a fact has', () => {
    fc.assert(
      fc.property(rows[kind], (row) => {
        const made = makeFact(kind, row, SOURCE);
        fc.pre(!isMalformed(made));
        const named = Object.keys(schemas[kind].properties);
        expect(Object.keys(made).filter((attribute) => !named.includes(attribute))).toEqual([]);
      }),
    );
  });

  it.each(['pk', 'sk', 'v', 'id', 'kind', 'connectionId', 'zoomAccountId', 'raw'])(
    'rejects a fact without %s',
    (attribute) => {
      const { [attribute as keyof Fact]: _left, ...rest } = factOf(kind);
      expect(problems(kind, rest)).not.toEqual([]);
    },
  );

  it.each<[what: string, change: Readonly<Record<string, unknown>>]>([
    ['of another version', { v: 2 }],
    ['with a shorter id', { id: 'abc' }],
    ['of an unknown kind', { kind: 'meeting' }],
    ['whose time is local', { time: '2026-09-28T06:41:07' }],
    ['whose time is a number', { time: 1790577667 }],
    ['whose raw is text', { raw: 'row' }],
    ['that holds a secret', { raw: { ...ROWS[kind], host_key: '123456' } }],
    ['that holds a secret deep inside', { raw: { ...ROWS[kind], devices: [{ passcode: '1' }] } }],
  ])('rejects a fact %s', (_what, change) => {
    expect(problems(kind, { ...factOf(kind), ...change })).not.toEqual([]);
  });

  it('accepts an attribute that is added later', () => {
    expect(problems(kind, { ...factOf(kind), ocsf: { class_uid: 3002 } })).toEqual([]);
  });

  it('rejects the facts of other kinds', () => {
    for (const other of FACT_KINDS) if (other !== kind) expect(problems(kind, factOf(other))).not.toEqual([]);
  });
});

describe('what happened', () => {
  it.each(['user_activity', 'admin_operation'] as const)('has a time and an expiry when it is a %s', (kind) => {
    for (const attribute of ['time', 'expiresAt'] as const) {
      const { [attribute]: _left, ...rest } = factOf(kind);
      expect(problems(kind, rest)).not.toEqual([]);
    }
  });

  it('has an actor in lower case', () => {
    expect(problems('user_activity', { ...factOf('user_activity'), actor: 'Ana@example.com' })).not.toEqual([]);
  });
});

describe('what lasts', () => {
  const successor = factOf('user').id;
  const invitation = factOf('user', { email: 'ana@example.com', status: 'pending' });

  it('is still a user when it is gone', () => {
    expect(problems('user', goneFact(invitation, undefined))).toEqual([]);
    expect(problems('user', goneFact(invitation, successor))).toEqual([]);
  });

  it('always has a state', () => {
    const { state: _left, ...rest } = invitation;
    expect(problems('user', rest)).not.toEqual([]);
    expect(problems('user', { ...invitation, state: 'deleted' })).not.toEqual([]);
  });

  it('is superseded only when it is gone', () => {
    expect(problems('user', { ...invitation, supersededBy: successor })).not.toEqual([]);
  });
});

describe('the schema of connector_audit', () => {
  const ENTRY = auditFact(auditEvent(), 365);
  const ABOUT_NONE = auditFact(auditEvent({ connectionId: null, zoomAccountId: null, actor: null }), 365);

  it.each([ENTRY, ABOUT_NONE])('accepts the entry $pk', (entry) => {
    expect(problems(AUDIT_KIND, entry)).toEqual([]);
  });

  it('names every attribute that an entry has', () => {
    const named = Object.keys(schemas[AUDIT_KIND].properties);
    expect(Object.keys(ENTRY).filter((attribute) => !named.includes(attribute))).toEqual([]);
  });

  it.each(['pk', 'sk', 'v', 'id', 'kind', 'raw', 'time', 'expiresAt'])('rejects an entry without %s', (attribute) => {
    const { [attribute as keyof AuditFact]: _left, ...rest } = ENTRY;
    expect(problems(AUDIT_KIND, rest)).not.toEqual([]);
  });

  it.each<[what: string, change: object]>([
    ["in a partition of a connection's facts", { pk: '5f0c2e9a41b7d386#00' }],
    ['of another version', { v: 2 }],
    ['whose actor is not in lower case', { actor: 'Owner@example.com' }],
    ['without an action', { raw: { ...ENTRY.raw, action: undefined } }],
    ['with more than names and numbers in its details', { raw: { ...ENTRY.raw, details: { row: {} } } }],
    ['with a secret in its details', { raw: { ...ENTRY.raw, details: { access_token: 'x' } } }],
  ])('rejects an entry %s', (_what, change) => {
    expect(problems(AUDIT_KIND, JSON.parse(JSON.stringify({ ...ENTRY, ...change })))).not.toEqual([]);
  });

  it('rejects what is read from Zoom, whose schemas reject it', () => {
    for (const kind of FACT_KINDS) {
      expect(problems(AUDIT_KIND, factOf(kind))).not.toEqual([]);
      expect(problems(kind, ENTRY)).not.toEqual([]);
    }
  });
});

describe('docs/stream.md', () => {
  const document = readDocument('docs/stream.md');

  it('lists the attributes of all kinds, and no others', () => {
    const listed = tableAfter(document, '## The image').flatMap(([names]) => [...(names ?? '').matchAll(/`(\w+)`/g)]);
    const named = STORED_KINDS.flatMap((kind) => Object.keys(schemas[kind].properties));
    expect(listed.map(([, name]) => name).sort()).toEqual([...new Set(named)].sort());
  });

  it('names every action of the audit log, and no others', () => {
    const listed = tableAfter(document, '### `connector_audit`').flatMap(([actions]) => [
      ...(actions ?? '').matchAll(/`(\w+)`/g),
    ]);
    expect(listed.map(([, action]) => action).sort()).toEqual([...AUDIT_ACTIONS].sort());
  });

  it('shows one valid example of each kind at least', () => {
    const examples = codeBlocks(document, 'json')
      .map((block) => JSON.parse(block) as { readonly kind?: string })
      .filter(({ kind }) => kind !== undefined);
    for (const example of examples) expect(problems(example.kind as StoredKind, example)).toEqual([]);
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set(STORED_KINDS));
  });

  it('shows examples as they are made from their rows', () => {
    for (const block of codeBlocks(document, 'json')) {
      const example = JSON.parse(block) as Partial<Fact> | AuditFact;
      if (example.kind === undefined || ('state' in example && example.state === 'gone')) continue;
      if (example.kind === AUDIT_KIND) {
        const { raw, ...entry } = example;
        expect(auditFact({ ...entry, ...raw } as AuditEvent, SOURCE.retentionDays)).toEqual(example);
        continue;
      }
      const { connectionId, zoomAccountId } = example as Fact;
      expect(makeFact(example.kind, example.raw as ZoomRow, { ...SOURCE, connectionId, zoomAccountId })).toEqual(
        example,
      );
    }
  });
});
