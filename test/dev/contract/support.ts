import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOCUMENT_FILE, readDocument, type ZoomDocument } from '../../../dev/contract/document';
import type { Exchange } from '../../../dev/contract/recorder';

const text = { type: 'string' };

/** A small document of our own that has one of everything. */
const DOCUMENT = {
  paths: {
    '/books': {
      get: {
        parameters: [
          { name: 'from', in: 'query', required: true, schema: { type: 'string', format: 'date' } },
          { name: 'page_size', in: 'query', schema: { type: 'integer', maximum: 300 } },
          { name: 'kind', in: 'query', schema: { type: 'string', enum: ['novel', 'poem'] } },
          { name: 'page_number', in: 'query', schema: { type: 'integer', deprecated: true } },
        ],
        responses: {
          200: {
            description: 'the books',
            content: {
              'application/json': {
                schema: {
                  allOf: [
                    { type: 'object', properties: { next_page_token: text } },
                    {
                      type: 'object',
                      properties: {
                        books: {
                          type: 'array',
                          items: { type: 'object', properties: { title: text, pages: { type: 'integer' } } },
                        },
                      },
                    },
                  ],
                },
              },
            },
          },
          400: { description: '**HTTP Status Code:** `400` **Error Code:** `4010` Not a reader.' },
        },
        'x-extensions': { 'x-granular-scopes': ['book:read', 'book:read:admin'] },
      },
    },
    '/books/{bookId}': { get: { responses: { 200: { description: 'one book' } } } },
    '/books/summary': { get: { responses: { 200: { description: 'how many' } } } },
  },
  components: {
    securitySchemes: {
      openapi_oauth: {
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://books.example.com/oauth/authorize',
            tokenUrl: 'https://books.example.com/oauth/token',
            refreshUrl: 'https://books.example.com/oauth/token',
          },
        },
      },
    },
  },
};

export function smallDocument(): ZoomDocument {
  const folder = mkdtempSync(path.join(tmpdir(), 'contract-'));
  try {
    writeFileSync(path.join(folder, DOCUMENT_FILE), JSON.stringify(DOCUMENT));
    return readDocument(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A request for books and its answer, all in order unless told otherwise. */
export function exchange(change: Partial<Omit<Exchange, 'url'>> & { url?: string } = {}): Exchange {
  const { url = '/v2/books?from=2026-01-31', ...rest } = change;
  return {
    method: 'GET',
    requestHeaders: new Headers({ authorization: 'Bearer token' }),
    requestBody: '',
    status: 200,
    body: { next_page_token: '', books: [{ title: 'Emma', pages: 474 }] },
    ...rest,
    url: new URL(url, 'http://localhost'),
  };
}
