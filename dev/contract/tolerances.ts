/** An answer that Zoom gives and its document does not describe. */
export interface ToleratedAnswer {
  readonly status: number;
  readonly code: number;
  /** Operations that may answer so; every one when absent. */
  readonly operations?: readonly string[];
  readonly reason: string;
}

/** The only refusals that may differ from the document. */
export const TOLERATED_ANSWERS: readonly ToleratedAnswer[] = [
  { status: 401, code: 124, reason: 'token errors are described under 400 for the user list alone; Zoom answers 401' },
  { status: 400, code: 4711, reason: 'a missing scope is described nowhere' },
  { status: 429, code: 429, reason: 'the code in the body of a 429 is described nowhere' },
  {
    status: 400,
    code: 200,
    operations: ['GET /users', 'GET /users/{userId}'],
    reason: 'a missing role permission is described for the reports alone',
  },
  {
    status: 400,
    code: 300,
    operations: ['GET /report/activities', 'GET /report/operationlogs'],
    reason: 'failed validation is described for the user list alone',
  },
];

/** A field that the simulator sends although the document has none. */
export interface ToleratedField {
  readonly operation: string;
  readonly field: string;
  readonly reason: string;
}

const FIELD_OF_TOMORROW = 'stands for the fields that Zoom adds without notice, which a client must pass through';

/** The only fields that may be missing from the document. */
export const TOLERATED_FIELDS: readonly ToleratedField[] = [
  { operation: 'GET /users', field: 'workplace_tier', reason: FIELD_OF_TOMORROW },
  { operation: 'GET /users/{userId}', field: 'workplace_tier', reason: FIELD_OF_TOMORROW },
];

/** A path that the client may call although the document has no operation for it. */
export interface ToleratedPath {
  readonly path: string;
  readonly reason: string;
}

/** The only undocumented paths that the client may call. */
export const TOLERATED_PATHS: readonly ToleratedPath[] = [
  { path: '/oauth/revoke', reason: "revocation is described in Zoom's OAuth guide and not in its OpenAPI documents" },
];
