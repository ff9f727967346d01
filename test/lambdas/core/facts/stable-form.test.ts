import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Json, canonicalJson, stableForm } from '../../../../lambdas/core/facts/stable-form';

const NOTHING = { sets: new Set<string>(), volatile: new Set<string>() };
const json = fc.jsonValue() as fc.Arbitrary<Json>;
const SECRETS = [
  'access_token',
  'authorized_channel_token',
  'download_access_token',
  'download_token',
  'download_url',
  'host_key',
  'join_url',
  'passcode',
  'password',
  'play_url',
  'recording_play_passcode',
  'refresh_token',
  'start_url',
];

describe('canonicalJson', () => {
  it('has one text for a value, in whatever order its keys are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    );
  });

  it('keeps the order of a list', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it('tells a text from the number that it spells', () => {
    expect(canonicalJson(['1'])).not.toBe(canonicalJson([1]));
  });
});

describe('stableForm', () => {
  it('leaves a row without secrets, sets and volatile values as it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => !SECRETS.includes(key)),
          fc.integer(),
        ),
        (row) => {
          expect(stableForm(row, NOTHING)).toEqual(row);
        },
      ),
    );
  });

  it.each(SECRETS)('drops %s at the top', (secret) => {
    expect(stableForm({ id: 'u1', [secret]: 's3cret' }, NOTHING)).toEqual({ id: 'u1' });
  });

  it('drops secrets at any depth', () => {
    const nested = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constant<Json>({ host_key: 's3cret', kept: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'passcode', 'list'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(nested, (value) => {
        expect(JSON.stringify(stableForm({ value }, NOTHING))).not.toMatch(/s3cret|passcode|host_key/);
      }),
    );
  });

  it('has one form for a set, in whatever order Zoom lists it', () => {
    const list = fc.array(json, { maxLength: 6 });
    fc.assert(
      fc.property(
        list.chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length }))),
        ([items, shuffled]) => {
          const instability = { ...NOTHING, sets: new Set(['groups']) };
          expect(canonicalJson(stableForm({ groups: shuffled }, instability))).toBe(
            canonicalJson(stableForm({ groups: items }, instability)),
          );
        },
      ),
    );
  });

  it('keeps the order of a list that is no set', () => {
    expect(stableForm({ steps: ['b', 'a'] }, NOTHING)).toEqual({ steps: ['b', 'a'] });
  });

  it('leaves out what Zoom makes up per call', () => {
    const instability = { ...NOTHING, volatile: new Set(['created_at']) };
    expect(stableForm({ id: 'u1', created_at: '2026-10-12T08:15:00Z' }, instability)).toEqual({ id: 'u1' });
  });

  it('takes the word for a set that holds something else than a list', () => {
    expect(stableForm({ groups: 'none' }, { ...NOTHING, sets: new Set(['groups']) })).toEqual({ groups: 'none' });
  });
});
