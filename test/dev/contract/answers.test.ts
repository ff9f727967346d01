import { describe, expect, it } from '@jest/globals';
import { problemsOfAnswer } from '../../../dev/contract/answers';
import { exchange, smallDocument } from './support';

const document = smallDocument();
const problems = (change: Parameters<typeof exchange>[0]): string[] => problemsOfAnswer(document, exchange(change));

describe('the check of an answer', () => {
  it('passes an answer of the documented form', () => {
    expect(problems({})).toEqual([]);
  });

  it('fails a value of another type', () => {
    expect(problems({ body: { books: [{ title: 'Emma', pages: '474' }] } })).toEqual([
      expect.stringContaining('/books/0/pages must be integer'),
    ]);
  });

  it('fails a field that is not documented', () => {
    expect(problems({ body: { colour: 'red' } })).toEqual([expect.stringContaining('"colour"')]);
  });

  it('fails a field that is not documented deep inside', () => {
    expect(problems({ body: { books: [{ colour: 'red' }] } })).toEqual([expect.stringContaining('/books/0 ')]);
  });

  it('fails a success whose body the document does not describe', () => {
    expect(problems({ url: '/v2/books/emma' })).toEqual([expect.stringContaining('no schema')]);
  });

  it('passes a documented refusal', () => {
    expect(problems({ status: 400, body: { code: 4010, message: 'Not a reader.' } })).toEqual([]);
  });

  it('fails a refusal with another code', () => {
    expect(problems({ status: 400, body: { code: 4011, message: 'No.' } })).toEqual([expect.stringContaining('4011')]);
  });

  it('fails a refusal with another status', () => {
    expect(problems({ status: 404, body: { code: 4010, message: 'No.' } })).toEqual([expect.stringContaining('404')]);
  });

  it('passes a refusal that is tolerated everywhere', () => {
    expect(problems({ status: 401, body: { code: 124, message: 'Invalid access token.' } })).toEqual([]);
  });

  it('fails a refusal that is tolerated elsewhere', () => {
    expect(problems({ status: 400, body: { code: 300, message: 'Validation Failed.' } })).toEqual([
      expect.stringContaining('300'),
    ]);
  });
});
