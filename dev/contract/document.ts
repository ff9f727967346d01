import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** File that the contract is read from, in the folder that the caller names. */
export const DOCUMENT_FILE = 'zoom-rest-subset.openapi.json';

/** A JSON schema as OpenAPI 3.0 writes it. */
export type Schema = Readonly<Record<string, unknown>>;

const Schema = z.record(z.string(), z.unknown());

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().default(false),
  deprecated: z.boolean().default(false),
  schema: Schema,
});

const Answer = z
  .object({
    description: z.string().default(''),
    content: z.record(z.string(), z.object({ schema: Schema.optional() })).optional(),
  })
  .transform(({ description, content }) => ({
    schema: content?.['application/json']?.schema,
    /** Codes that the body may have; the document names them in its text only. */
    codes: [...description.matchAll(/Error Code:\*\*\s*`(\d+)`/g)].map(([, code]) => Number(code)),
  }));

const Operation = z.object({
  parameters: z.array(Parameter).default([]),
  responses: z.record(z.string(), Answer),
  'x-extensions': z
    .object({ 'x-granular-scopes': z.array(z.string()).default([]) })
    .default({ 'x-granular-scopes': [] }),
});

const OAuthFlow = z.object({ authorizationUrl: z.url(), tokenUrl: z.url(), refreshUrl: z.url() });

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({
    securitySchemes: z.object({ openapi_oauth: z.object({ flows: z.object({ authorizationCode: OAuthFlow }) }) }),
  }),
});

/** One operation of Zoom's API as documented. */
export interface DocumentedOperation {
  /** Such as `GET /users/{userId}`. */
  readonly name: string;
  readonly parameters: readonly z.infer<typeof Parameter>[];
  readonly responses: Readonly<Record<string, z.infer<typeof Answer>>>;
  /** Any one of them is enough. */
  readonly granularScopes: readonly string[];
}

/** What Zoom's OpenAPI document says, as far as the checks need it. */
export interface ZoomDocument {
  /** Paths of the authorisation and the token endpoint. */
  readonly oauthPaths: readonly string[];
  /**
   * Finds the operation that a request calls.
   *
   * @param pathname - path of the request, `/v2` included.
   * @returns `undefined` when Zoom documents none.
   */
  findOperation(method: string, pathname: string): DocumentedOperation | undefined;
}

/**
 * Reads Zoom's document.
 *
 * @param folder - where {@link DOCUMENT_FILE} is.
 * @throws when the file is not there or is not such a document.
 */
export function readDocument(folder: string): ZoomDocument {
  const { paths, components } = Document.parse(JSON.parse(readFileSync(path.join(folder, DOCUMENT_FILE), 'utf8')));
  const flow = components.securitySchemes.openapi_oauth.flows.authorizationCode;
  const operations = Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ template, method: method.toUpperCase(), operation })),
  );
  return {
    oauthPaths: [flow.authorizationUrl, flow.tokenUrl, flow.refreshUrl].map((url) => new URL(url).pathname),
    findOperation(method, pathname) {
      const candidates = operations.filter((known) => known.method === method && matches(known.template, pathname));
      // a path without a placeholder wins, as in /users/summary
      const found = candidates.find(({ template }) => !template.includes('{')) ?? candidates[0];
      return (
        found && {
          name: `${found.method} ${found.template}`,
          parameters: found.operation.parameters,
          responses: found.operation.responses,
          granularScopes: found.operation['x-extensions']['x-granular-scopes'],
        }
      );
    },
  };
}

function matches(template: string, pathname: string): boolean {
  const expected = `/v2${template}`.split('/');
  const given = pathname.split('/');
  return (
    expected.length === given.length && expected.every((part, index) => part.startsWith('{') || part === given[index])
  );
}
