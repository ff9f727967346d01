import { describe, expect, it } from '@jest/globals';
import { smallDocument } from './support';

const document = smallDocument();

describe("Zoom's document", () => {
  it.each([
    ['/v2/books', 'GET /books'],
    ['/v2/books/emma', 'GET /books/{bookId}'],
    ['/v2/books/summary', 'GET /books/summary'],
  ])('knows which operation %s calls', (pathname, name) => {
    expect(document.findOperation('GET', pathname)?.name).toBe(name);
  });

  it.each([
    ['POST', '/v2/books'],
    ['GET', '/books'],
    ['GET', '/v2/books/emma/pages'],
  ])('knows no operation for %s %s', (method, pathname) => {
    expect(document.findOperation(method, pathname)).toBeUndefined();
  });

  it('tells error codes from statuses', () => {
    expect(document.findOperation('GET', '/v2/books')?.responses['400']?.codes).toEqual([4010]);
  });

  it('knows where consent and tokens are asked for', () => {
    expect(new Set(document.oauthPaths)).toEqual(new Set(['/oauth/authorize', '/oauth/token']));
  });
});
