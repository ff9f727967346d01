import addFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import type { DocumentedOperation, ZoomDocument } from './document';
import type { Exchange } from './recorder';
import { TOLERATED_PATHS } from './tolerances';

/** Values in a query are text, so numbers are read from it before they are judged. */
const ajv = new Ajv({ allErrors: true, strict: false, coerceTypes: true });
addFormats(ajv);

/**
 * Holds a request of our client to what the document says.
 *
 * @returns what is wrong.
 */
export function problemsOfRequest(document: ZoomDocument, { method, url, requestHeaders }: Exchange): string[] {
  if (document.oauthPaths.includes(url.pathname)) return [];
  if (TOLERATED_PATHS.some(({ path }) => path === url.pathname)) return [];
  const operation = document.findOperation(method, url.pathname);
  if (operation === undefined) return [`Zoom documents no ${method} ${url.pathname}`];
  const isAuthorized = /^Bearer \S+$/.test(requestHeaders.get('authorization') ?? '');
  return [
    ...(isAuthorized ? [] : ['the access token is not in the Authorization header']),
    ...problemsOfQuery(operation, url),
  ];
}

/** Says which operations need a scope that is not asked for, and which scopes are asked for in vain. */
export function problemsOfScopes(operations: readonly DocumentedOperation[], requested: readonly string[]): string[] {
  const missing = operations
    .filter(({ granularScopes }) => !granularScopes.some((scope) => requested.includes(scope)))
    .map(({ name, granularScopes }) => `${name} needs one of ${granularScopes.join(', ')}`);
  const idle = requested
    .filter((scope) => !operations.some(({ granularScopes }) => granularScopes.includes(scope)))
    .map((scope) => `${scope} is asked for and no request needs it`);
  return [...missing, ...idle];
}

function problemsOfQuery({ parameters }: DocumentedOperation, url: URL): string[] {
  const documented = parameters.filter((parameter) => parameter.in === 'query');
  const unknown = [...url.searchParams.keys()].filter(
    (name) => !documented.some((parameter) => parameter.name === name),
  );
  const problems = documented.flatMap(({ name, required, deprecated, schema }) => {
    const value = url.searchParams.get(name);
    if (value === null) return required ? [`${name} is required`] : [];
    const validate = ajv.compile({ type: 'object', properties: { value: schema } });
    const complaints = validate({ value }) ? [] : (validate.errors ?? []);
    return [
      ...complaints.map(({ message = 'is wrong' }) => `${name}=${value} ${message}`),
      ...(deprecated || schema.deprecated === true ? [`${name} is deprecated`] : []),
    ];
  });
  return [...unknown.map((name) => `${name} is not documented`), ...problems];
}
