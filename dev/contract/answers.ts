import addFormats from 'ajv-formats';
import { Ajv2019, type ErrorObject } from 'ajv/dist/2019';
import type { DocumentedOperation, Schema, ZoomDocument } from './document';
import type { Exchange } from './recorder';
import { TOLERATED_ANSWERS, TOLERATED_FIELDS } from './tolerances';

const ajv = new Ajv2019({ allErrors: true, strict: false });
addFormats(ajv);

/**
 * Holds an answer to what the document says about it.
 *
 * @returns what is wrong, nothing for an answer of an endpoint whose bodies the document does not describe.
 */
export function problemsOfAnswer(document: ZoomDocument, { method, url, status, body }: Exchange): string[] {
  const operation = document.findOperation(method, url.pathname);
  if (operation === undefined) return [];
  if (status === 200) return problemsOfBody(operation, body);
  const code = (body as { code?: unknown }).code;
  const isDocumented = operation.responses[status]?.codes.some((documented) => documented === code) === true;
  const isTolerated = TOLERATED_ANSWERS.some(
    (tolerated) =>
      tolerated.status === status &&
      tolerated.code === code &&
      (tolerated.operations?.includes(operation.name) ?? true),
  );
  return isDocumented || isTolerated ? [] : [`status ${status} with code ${String(code)} is not documented`];
}

function problemsOfBody({ name, responses }: DocumentedOperation, body: unknown): string[] {
  const schema = responses['200']?.schema;
  if (schema === undefined) return ['the document has no schema for this answer'];
  return errorsIn(schema, body)
    .filter((error) => !isToleratedField(name, error))
    .map(describe);
}

/** Holds a value to a schema that has all of its fields. */
export function problemsOfValue(schema: Schema, value: unknown): string[] {
  return errorsIn(schema, value).map(describe);
}

function errorsIn(schema: Schema, value: unknown): ErrorObject[] {
  const validate = ajv.compile({ ...closed(schema), unevaluatedProperties: false });
  return validate(value) ? [] : (validate.errors ?? []);
}

/** Forbids fields that a schema does not name, also in what is nested; parts of an `allOf` are closed by their whole. */
function closed(schema: Schema): Schema {
  const { properties, items, allOf } = schema as {
    properties?: Record<string, Schema>;
    items?: Schema;
    allOf?: Schema[];
  };
  const whole = (part: Schema): Schema => ({
    ...closed(part),
    ...('properties' in part && { unevaluatedProperties: false }),
  });
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, whole(part)])),
    }),
    ...(items && { items: whole(items) }),
    ...(allOf && { allOf: allOf.map(closed) }),
  };
}

function isToleratedField(operation: string, { keyword, params }: ErrorObject): boolean {
  const { unevaluatedProperty } = params as { unevaluatedProperty?: string };
  return (
    keyword === 'unevaluatedProperties' &&
    TOLERATED_FIELDS.some((tolerated) => tolerated.operation === operation && tolerated.field === unevaluatedProperty)
  );
}

function describe({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  return `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`;
}
