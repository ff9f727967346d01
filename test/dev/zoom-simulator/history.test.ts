import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayOf } from '../../../dev/zoom-simulator/days';
import { History } from '../../../dev/zoom-simulator/history';
import { START } from './support';

interface Row {
  time: string;
  number: number;
}

const TODAY = dayOf(START);

function historyOf(perDay: number, seed = 1): History<Row> {
  const make = (hash: (salt: number) => number, time: string): Row => ({ time, number: hash(9) });
  return new History({ seed, perDay, firstDay: TODAY - 2, startedAtMs: START, make });
}

const lateTime = fc
  .integer({ min: START - 2 * 86_400_000, max: START })
  .map((instant) => new Date(Math.floor(instant / 1000) * 1000).toISOString().replace('.000', ''));

describe('a history of report rows', () => {
  it('is the same whatever the page size, late rows included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.array(lateTime),
        fc.integer({ min: 1, max: 50 }),
        (perDay, times, pageSize) => {
          const history = historyOf(perDay);
          times.forEach((time, number) => history.add({ time, number }));
          const paged: Row[] = [];
          for (let offset = 0; offset < history.total(TODAY - 2, TODAY); offset += pageSize) {
            paged.push(...history.slice(TODAY - 2, TODAY, offset, pageSize));
          }
          expect(paged).toEqual([...history.rows(TODAY - 2, TODAY)]);
        },
      ),
    );
  });

  it('is newest first, late rows included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.array(lateTime), (perDay, added) => {
        const history = historyOf(perDay);
        added.forEach((time, number) => history.add({ time, number }));
        const times = [...history.rows(TODAY - 2, TODAY)].map(({ time }) => time);
        expect(times).toEqual(times.toSorted().reverse());
      }),
    );
  });

  it('holds every added row', () => {
    fc.assert(
      fc.property(fc.array(lateTime), (times) => {
        const history = historyOf(20);
        const before = history.total(TODAY - 2, TODAY);
        times.forEach((time, number) => history.add({ time, number }));
        expect([...history.rows(TODAY - 2, TODAY)]).toHaveLength(before + times.length);
      }),
    );
  });

  it('has the full number of rows on a whole day', () => {
    expect(historyOf(77).total(TODAY - 1, TODAY - 1)).toBe(77);
  });

  it('has no row after the start', () => {
    const [newest] = historyOf(5000).slice(TODAY - 2, TODAY + 1, 0, 1);
    expect(Date.parse(newest?.time ?? '')).toBeLessThanOrEqual(START);
  });

  it('has no row before its first day', () => {
    expect(historyOf(10).total(TODAY - 30, TODAY - 3)).toBe(0);
  });

  it('is made anew from its seed', () => {
    expect([...historyOf(50, 4).rows(TODAY - 2, TODAY)]).toEqual([...historyOf(50, 4).rows(TODAY - 2, TODAY)]);
  });

  it('differs between seeds', () => {
    expect([...historyOf(50, 4).rows(TODAY - 2, TODAY)]).not.toEqual([...historyOf(50, 5).rows(TODAY - 2, TODAY)]);
  });

  it('repeats some rows in every field', () => {
    const rows = [...historyOf(2000).rows(TODAY - 1, TODAY - 1)].map((row) => JSON.stringify(row));
    expect(new Set(rows).size).toBeLessThan(rows.length);
  });

  it('forgets added rows on a reset', () => {
    const history = historyOf(10);
    history.add({ time: '2026-03-10T01:00:00Z', number: 1 });
    history.reset();
    expect([...history.rows(TODAY - 2, TODAY)]).toEqual([...historyOf(10).rows(TODAY - 2, TODAY)]);
  });
});
