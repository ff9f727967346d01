import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PageTokens } from '../../../dev/zoom-simulator/page-token';
import { TestClock } from './support';

function setUp(): { tokens: PageTokens; clock: TestClock } {
  const clock = new TestClock();
  return { clock, tokens: new PageTokens({ seed: 1, lifetimeMs: 900_000, clock: clock.read }) };
}

const FIRST = { start: 300, oldestFirst: false };

describe('a next page token', () => {
  it('brings back the place that it was issued for', () => {
    const { tokens } = setUp();
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.boolean(),
        (binding, start, oldestFirst) => {
          const token = tokens.issue(binding, { start, oldestFirst });
          expect(tokens.read(binding, token)).toEqual({ start, oldestFirst });
        },
      ),
    );
  });

  it('is refused for anything else than what it was issued for', () => {
    const { tokens } = setUp();
    expect(tokens.read('other', tokens.issue('one', FIRST))).toBeUndefined();
  });

  it('lives fifteen minutes', () => {
    const { tokens, clock } = setUp();
    const token = tokens.issue('one', FIRST);
    clock.advance(900_000);
    expect(tokens.read('one', token)).toEqual(FIRST);
  });

  it('is refused after fifteen minutes', () => {
    const { tokens, clock } = setUp();
    const token = tokens.issue('one', FIRST);
    clock.advance(900_001);
    expect(tokens.read('one', token)).toBeUndefined();
  });

  it('is refused once all were expired', () => {
    const { tokens } = setUp();
    const token = tokens.issue('one', FIRST);
    tokens.expireAll();
    expect(tokens.read('one', token)).toBeUndefined();
  });

  it('is refused when it is damaged', () => {
    const { tokens } = setUp();
    expect(tokens.read('one', tokens.issue('one', FIRST).slice(1))).toBeUndefined();
  });
});
