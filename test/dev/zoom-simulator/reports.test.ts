import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TestZoom } from './support';

const WINDOW = { from: '2026-03-05', to: '2026-03-10' };
let zoom: TestZoom;
let token: string;
beforeAll(async () => {
  zoom = await TestZoom.start();
  ({ access_token: token } = await zoom.connect());
});
afterAll(async () => zoom.close());

const REPORTS = [
  ['/report/activities', 'activity_logs', 'activities'],
  ['/report/operationlogs', 'operation_logs', 'operations'],
] as const;

describe.each(REPORTS)('%s', (path, rowsKey, stream) => {
  it('gives, page by page, exactly the truth', async () => {
    const truth = await zoom.truth('acme', stream, WINDOW);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: 300 }), async (pageSize) => {
        const query = { ...WINDOW, page_size: String(pageSize) };
        expect(await zoom.readAll(path, token, rowsKey, query)).toEqual(truth);
      }),
      { numRuns: 8 },
    );
  });

  it('gives the rows of both end dates', async () => {
    const rows = await zoom.readAll(path, token, rowsKey, { from: '2026-03-07', to: '2026-03-08', page_size: '300' });
    expect([...new Set(rows.map(({ time }) => String(time).slice(0, 10)))]).toEqual(['2026-03-08', '2026-03-07']);
  });

  it('gives thirty rows when no size is asked for', async () => {
    const { body } = await zoom.get(path, token, WINDOW);
    expect([body.page_size, (body[rowsKey] as object[]).length]).toEqual([30, 30]);
  });

  it('refuses pages of more than three hundred rows', async () => {
    const answer = await zoom.get(path, token, { ...WINDOW, page_size: '301' });
    expect(answer).toMatchObject({ status: 400, body: { code: 300, errors: [{ field: 'page_size' }] } });
  });

  it('refuses a page token when a parameter has changed', async () => {
    const { body } = await zoom.get(path, token, WINDOW);
    const changed = { ...WINDOW, to: '2026-03-09', next_page_token: String(body.next_page_token) };
    expect(await zoom.get(path, token, changed)).toMatchObject({
      status: 400,
      body: { code: 300, message: 'The next page token is invalid or expired.' },
    });
  });

  it('refuses a window that begins more than six months ago', async () => {
    const answer = await zoom.get(path, token, { from: '2025-09-09', to: '2025-09-20' });
    expect(answer).toMatchObject({ status: 400, body: { code: 300, errors: [{ field: 'from' }] } });
  });

  it('refuses a date that is not in the calendar', async () => {
    expect((await zoom.get(path, token, { ...WINDOW, from: '2026-02-30' })).body).toMatchObject({ code: 300 });
  });

  it('refuses a window that ends before it begins', async () => {
    const answer = await zoom.get(path, token, { from: WINDOW.to, to: WINDOW.from });
    expect(answer.body).toMatchObject({ code: 300, errors: [{ field: 'to' }] });
  });

  it('is labelled as heavy', async () => {
    expect((await zoom.get(path, token, WINDOW)).headers.get('x-ratelimit-category')).toBe('Heavy');
  });
});

describe('/report/activities', () => {
  it('cuts a window of more than a month without a word', async () => {
    const { body } = await zoom.get('/report/activities', token, { from: '2025-12-01', to: '2026-03-10' });
    expect(body).toMatchObject({ from: '2026-02-08T00:00:00Z', to: '2026-03-10T00:00:00Z' });
  });
});

describe('/report/operationlogs', () => {
  it.each(['from', 'to'])('demands %s', async (name) => {
    const query = Object.fromEntries(Object.entries(WINDOW).filter(([key]) => key !== name));
    const answer = await zoom.get('/report/operationlogs', token, query);
    expect(answer.body).toMatchObject({ code: 300, errors: [{ field: name }] });
  });

  it('filters by category', async () => {
    const query = { ...WINDOW, category_type: 'billing', page_size: '300' };
    const truth = await zoom.truth('acme', 'operations', WINDOW);
    const rows = await zoom.readAll('/report/operationlogs', token, 'operation_logs', query);
    expect(rows).toEqual(truth.filter(({ category_type: category }) => category === 'Billing'));
  });

  it('refuses a category that is not documented', async () => {
    const answer = await zoom.get('/report/operationlogs', token, { ...WINDOW, category_type: 'weather' });
    expect(answer.body).toMatchObject({ code: 300, errors: [{ field: 'category_type' }] });
  });

  it('has rows that name no operator', async () => {
    const rows = await zoom.truth('acme', 'operations', WINDOW);
    expect(rows.some((row) => !('operator' in row))).toBe(true);
  });
});
