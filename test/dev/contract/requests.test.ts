import { describe, expect, it } from '@jest/globals';
import { problemsOfRequest, problemsOfScopes } from '../../../dev/contract/requests';
import { exchange, smallDocument } from './support';

const document = smallDocument();
const problems = (change: Parameters<typeof exchange>[0]): string[] => problemsOfRequest(document, exchange(change));

describe('the check of a request', () => {
  it('passes a request of the documented form', () => {
    expect(problems({ url: '/v2/books?from=2026-01-31&page_size=300&kind=poem' })).toEqual([]);
  });

  it.each([
    ['a parameter that is not documented', '/v2/books?from=2026-01-31&sort=title', 'sort is not documented'],
    ['a required parameter left out', '/v2/books', 'from is required'],
    ['a value above the maximum', '/v2/books?from=2026-01-31&page_size=301', 'page_size=301'],
    ['a value outside the enumeration', '/v2/books?from=2026-01-31&kind=essay', 'kind=essay'],
    ['a value of another format', '/v2/books?from=tomorrow', 'from=tomorrow'],
    ['a value of another type', '/v2/books?from=2026-01-31&page_size=all', 'page_size=all'],
    ['a deprecated parameter', '/v2/books?from=2026-01-31&page_number=2', 'page_number is deprecated'],
    ['a path that is not documented', '/v2/films?from=2026-01-31', 'no GET /v2/films'],
  ])('fails %s', (_case, url, problem) => {
    expect(problems({ url })).toEqual([expect.stringContaining(problem)]);
  });

  it('fails a request without a token in its header', () => {
    expect(problems({ requestHeaders: new Headers() })).toEqual([expect.stringContaining('Authorization')]);
  });

  it('passes requests to the documented OAuth endpoints', () => {
    expect(problems({ method: 'POST', url: '/oauth/token', requestHeaders: new Headers() })).toEqual([]);
  });
});

describe('the check of scopes', () => {
  const [books] = [document.findOperation('GET', '/v2/books')].filter((operation) => operation !== undefined);
  const scopes = (...requested: string[]): string[] => problemsOfScopes(books ? [books] : [], requested);

  it('passes when one of the documented scopes is asked for', () => {
    expect(scopes('book:read:admin')).toEqual([]);
  });

  it('fails when none is', () => {
    expect(scopes()).toEqual(['GET /books needs one of book:read, book:read:admin']);
  });

  it('fails a scope that no request needs', () => {
    expect(scopes('book:read', 'book:write')).toEqual([expect.stringContaining('book:write')]);
  });
});
