import { BatchWriteItemCommand, CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { pagesOf } from './floor';
import type { Truth } from './truth';

/** A list of Zoom's that the plain reader goes through. */
export interface SerialList {
  /** With its parameters, without a size of pages: Zoom's default applies. */
  readonly url: string;
  /** In the answer, the name of the list of rows. */
  readonly field: string;
  readonly rows: number;
}

/** How long a plain reader takes. */
export interface SerialReading {
  readonly seconds: number;
  readonly calls: number;
  /** Whether `seconds` is worked out from the first pages of each list. */
  readonly isExtrapolated: boolean;
  readonly pagesMeasured: number;
}

const TABLE = 'PlainReader';
/** What Zoom gives when no size is asked for. */
const DEFAULT_PAGE_SIZE = 30;
const WRITE_BATCH = 25;
/** Of longer lists so many pages are read: each page costs the same. */
const PAGES_MEASURED = 60;

/** What a plain reader goes through: the users of each status, and each report over all dates at once. */
export function listsOf(zoomUrl: string, { users, reports, dates }: Truth): SerialList[] {
  const window = `from=${dates[0]}&to=${dates.at(-1)}`;
  return [
    ...Object.entries(users).map(([status, rows]) => ({
      url: `${zoomUrl}/v2/users?status=${status}`,
      field: 'users',
      rows,
    })),
    { url: `${zoomUrl}/v2/report/activities?${window}`, field: 'activity_logs', rows: sum(reports.user_activity) },
    {
      url: `${zoomUrl}/v2/report/operationlogs?${window}`,
      field: 'operation_logs',
      rows: sum(reports.admin_operation),
    },
  ];
}

const Page = z.looseObject({ next_page_token: z.string().default('') });
const Rows = z.array(z.looseObject({}));

/**
 * Reads Zoom as a plain reader does: one call after the other, pages of the default size, each stored before the next one
 * is asked for.
 */
export async function readSerially(
  dynamodb: DynamoDBClient,
  accessToken: string,
  lists: readonly SerialList[],
): Promise<SerialReading> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  let [seconds, calls, pagesMeasured] = [0, 0, 0];
  for (const list of lists) {
    const pages = pagesOf({ rows: list.rows, pageSize: DEFAULT_PAGE_SIZE });
    const measured = Math.min(pages, PAGES_MEASURED);
    const startedAt = performance.now();
    await readPages(dynamodb, accessToken, list, measured);
    seconds += ((performance.now() - startedAt) / 1000) * (pages / measured);
    calls += pages;
    pagesMeasured += measured;
  }
  return { seconds, calls, isExtrapolated: pagesMeasured < calls, pagesMeasured };
}

async function readPages(dynamodb: DynamoDBClient, accessToken: string, list: SerialList, pages: number) {
  let token = '';
  for (let page = 0; page < pages; page += 1) {
    const url = new URL(list.url);
    if (token !== '') url.searchParams.set('next_page_token', token);
    const body = Page.parse(await get(url, accessToken));
    const items = Rows.parse(body[list.field]).map((row, index) => ({ id: `${url.href} ${index}`, ...row }));
    await store(dynamodb, items);
    token = body.next_page_token;
  }
}

/** Waits a second when it is too fast for Zoom, as it is only where answers take less than a tenth of one. */
async function get(url: URL, accessToken: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
    if (response.ok) return response.json();
    if (response.status !== 429) throw new Error(`Zoom answered ${response.status} to the plain reader`);
    await response.body?.cancel();
    await sleep(1000);
  }
}

async function store(dynamodb: DynamoDBClient, items: readonly object[]): Promise<void> {
  for (let start = 0; start < items.length; start += WRITE_BATCH) {
    const requests = items.slice(start, start + WRITE_BATCH).map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
