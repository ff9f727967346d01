import { problemsOfAnswer } from './answers';
import type { ZoomDocument } from './document';
import type { Exchange } from './recorder';
import { problemsOfRequest, problemsOfScopes } from './requests';

/** The outcome of one check. */
export interface Check {
  readonly name: string;
  /** What is wrong; empty when the check passed. */
  readonly problems: readonly string[];
}

/** Checks each kind of answer among exchanges. */
export function checkAnswers(document: ZoomDocument, exchanges: readonly Exchange[]): Check[] {
  const described = exchanges.filter(({ method, url }) => document.findOperation(method, url.pathname) !== undefined);
  return grouped(
    described,
    (exchange) => `answer ${nameOf(document, exchange)} -> ${exchange.status}${codeOf(exchange)}`,
    (exchange) => problemsOfAnswer(document, exchange),
  );
}

/** Checks each kind of request among exchanges, and the scopes that they need. */
export function checkRequests(
  document: ZoomDocument,
  exchanges: readonly Exchange[],
  scopes: readonly string[],
): Check[] {
  const operations = exchanges.flatMap(({ method, url }) => document.findOperation(method, url.pathname) ?? []);
  return [
    ...grouped(
      exchanges,
      (exchange) => `request ${nameOf(document, exchange)}${parameterNames(exchange.url)}`,
      (exchange) => problemsOfRequest(document, exchange),
    ),
    { name: 'scopes asked for', problems: [...new Set(problemsOfScopes(operations, scopes))] },
  ];
}

/** Makes one check of all exchanges with the same name. */
function grouped(
  exchanges: readonly Exchange[],
  name: (exchange: Exchange) => string,
  problems: (exchange: Exchange) => string[],
): Check[] {
  const groups = Map.groupBy(exchanges, name);
  return [...groups].map(([group, members]) => ({ name: group, problems: [...new Set(members.flatMap(problems))] }));
}

function nameOf(document: ZoomDocument, { method, url }: Exchange): string {
  return document.findOperation(method, url.pathname)?.name ?? `${method} ${url.pathname}`;
}

function codeOf({ status, body }: Exchange): string {
  return status === 200 ? '' : ` code ${String((body as { code?: unknown }).code)}`;
}

function parameterNames(url: URL): string {
  const names = [...url.searchParams.keys()];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
