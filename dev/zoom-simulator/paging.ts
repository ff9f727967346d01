import { invalidField, ZoomError } from './errors';
import type { Position } from './page-token';
import type { Call } from './rest';
import type { Simulation } from './simulation';

/** Largest page of a report, which Zoom takes as its pages' default size when none is asked for. */
const DEFAULT_PAGE_SIZE = 30;

/** The part of a call that says which page is asked for. */
export interface PageRequest {
  /** `undefined` on the first page. */
  readonly position: Position | undefined;
  readonly pageSize: number;
}

/** Reads which page a call asks for. */
export function readPageRequest(simulation: Simulation, call: Call, maxPageSize: number): PageRequest {
  const { page_size: size = String(DEFAULT_PAGE_SIZE), next_page_token: token } = call.query;
  const pageSize = /^\d+$/.test(size) ? Number(size) : 0;
  if (pageSize < 1 || pageSize > maxPageSize) throw invalidField('page_size');
  if (token === undefined || token === '') return { position: undefined, pageSize };
  const position = simulation.pageTokens.read(bindingOf(call), token);
  if (position === undefined || simulation.faults.strike('pageTokenRefused', call.target)) {
    throw new ZoomError(400, 300, 'The next page token is invalid or expired.');
  }
  return { position, pageSize };
}

/**
 * Writes the token of the next page.
 *
 * @param current - where the page being answered started.
 * @param next - where the next one starts; `undefined` after the last page.
 * @returns the token, empty after the last page.
 */
export function writeNextPageToken(
  { faults, pageTokens }: Simulation,
  call: Call,
  current: Position,
  next: Position | undefined,
): string {
  if (faults.strike('repeatedPageToken', call.target))
    return call.query.next_page_token ?? pageTokens.issue(bindingOf(call), current);
  return next === undefined ? '' : pageTokens.issue(bindingOf(call), next);
}

/** A token is good for the account, path and parameters that it was issued for. */
function bindingOf({ account, path, query }: Call): string {
  const parameters = Object.entries(query).filter(([name]) => name !== 'next_page_token');
  return JSON.stringify([account.id, path, parameters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
