import { describe, expect, it } from '@jest/globals';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as fc from 'fast-check';
import { makeDocumentClient, ttl } from '../../../../lambdas/adapters/aws/document-client';
import { NOW } from '../../../support/clock';

describe('the DynamoDB client', () => {
  /** What comes back of a row that is stored. */
  function storedAndRead(row: Record<string, unknown>): Record<string, unknown> {
    const { marshallOptions, unmarshallOptions } = makeDocumentClient().config.translateConfig ?? {};
    return unmarshall(marshall(row, marshallOptions), unmarshallOptions);
  }

  it('gives a row back as it was', () => {
    const text = fc.string();
    // the SDK assigns its keys
    const name = text.filter((key) => key !== '__proto__');
    const value = fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.array(text),
      fc.dictionary(name, text),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (row) => {
        const plain = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
        expect(storedAndRead(plain)).toEqual(plain);
      }),
    );
  });

  it.each([2 ** 60, -(2 ** 60), 0.1, 1e21])('gives the number %d back as it was', (number) => {
    expect(storedAndRead({ number })).toEqual({ number });
  });

  it('copies no rows for a log', () => {
    expect(
      makeDocumentClient()
        .middlewareStack.identify()
        .filter((name) => name.startsWith('logger')),
    ).toEqual([]);
  });

  it('leaves out what is undefined', () => {
    expect(storedAndRead({ a: 1, b: undefined })).toEqual({ a: 1 });
  });
});

describe('ttl', () => {
  it('is in whole seconds, never before the time', () => {
    expect(ttl(NOW + 1)).toBe(NOW / 1000 + 1);
  });
});
