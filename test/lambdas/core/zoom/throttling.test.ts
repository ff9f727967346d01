import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseThrottling } from '../../../../lambdas/core/zoom/throttling';
import { DAY, HOUR, MINUTE, NOW, SECOND, instant } from '../../../support/clock';

const SILENT = { type: null, retryAfter: null, message: null };
const DAILY_MESSAGE =
  'You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.';
const PER_SECOND_MESSAGE = 'You have reached the maximum per-second rate limit for this API. Try again later.';
const MIDNIGHT = Date.parse('2026-10-13T00:00:00Z');

describe('parseThrottling', () => {
  it('takes an answer that says nothing for the limit per second', () => {
    expect(parseThrottling(SILENT, NOW)).toEqual({ per: 'second', retryAtMs: NOW + 1500 });
  });

  it('takes Zoom’s sentence for the limit per second', () => {
    expect(parseThrottling({ ...SILENT, message: PER_SECOND_MESSAGE }, NOW).per).toBe('second');
  });

  it.each([
    ['the header', { type: 'Daily-limit' }],
    ['the header in another case', { type: 'daily-limit' }],
    ['Zoom’s sentence', { message: DAILY_MESSAGE }],
  ])('tells the daily limit by %s', (_, change) => {
    expect(parseThrottling({ ...SILENT, ...change }, NOW).per).toBe('day');
  });

  it('waits for midnight in UTC when a daily limit names no time', () => {
    expect(parseThrottling({ ...SILENT, type: 'Daily-limit' }, NOW).retryAtMs).toBe(MIDNIGHT);
  });

  it.each([0, MINUTE])('asks soon again when the day has begun by our clock and perhaps not by Zoom’s', (ago) => {
    const { retryAtMs } = parseThrottling({ ...SILENT, type: 'Daily-limit' }, MIDNIGHT + ago);
    expect(retryAtMs).toBe(MIDNIGHT + 5 * MINUTE);
  });

  it('waits for the next midnight when the day has begun by any clock', () => {
    expect(parseThrottling({ ...SILENT, type: 'Daily-limit' }, MIDNIGHT + 6 * MINUTE).retryAtMs).toBe(MIDNIGHT + DAY);
  });

  it('waits a minute at least for a day’s calls, whatever time Zoom names', () => {
    const answer = { ...SILENT, type: 'Daily-limit', retryAfter: instant(-HOUR) };
    expect(parseThrottling(answer, NOW).retryAtMs).toBe(NOW + MINUTE);
  });

  it.each([
    ['an instant', instant(3 * HOUR)],
    ['a date of HTTP', new Date(NOW + 3 * HOUR).toUTCString()],
    ['seconds', String(3 * 3600)],
  ])('waits as long as Zoom says by %s', (_, retryAfter) => {
    expect(parseThrottling({ ...SILENT, type: 'Daily-limit', retryAfter }, NOW).retryAtMs).toBe(NOW + 3 * HOUR);
  });

  it('takes a wait of more than a minute for the daily limit', () => {
    expect(parseThrottling({ ...SILENT, retryAfter: '61' }, NOW)).toEqual({
      per: 'day',
      retryAtMs: NOW + 61 * SECOND,
    });
  });

  it('takes a wait of a minute for the limit per second', () => {
    expect(parseThrottling({ ...SILENT, retryAfter: '60' }, NOW)).toEqual({ per: 'second', retryAtMs: NOW + MINUTE });
  });

  it('waits a moment at least when Zoom says none', () => {
    expect(parseThrottling({ ...SILENT, retryAfter: '0' }, NOW).retryAtMs).toBe(NOW + 1500);
  });

  it.each(['', '  ', 'soon', 'NaN', 'Infinity'])('makes do without a wait that reads %j', (retryAfter) => {
    expect(parseThrottling({ ...SILENT, retryAfter }, NOW).retryAtMs).toBe(NOW + 1500);
  });

  it('never names a time that has passed', () => {
    const header = fc.option(
      fc.oneof(fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map(String)),
    );
    fc.assert(
      fc.property(header, header, header, (type, retryAfter, message) => {
        expect(parseThrottling({ type, retryAfter, message }, NOW).retryAtMs).toBeGreaterThanOrEqual(NOW);
      }),
    );
  });
});
