/** Base of the errors that the connector throws on purpose. `remedy` says what the reader can do, in their words. */
export abstract class ConnectorError extends Error {
  /** Stable word for programs, kebab-case. */
  abstract readonly code: string;

  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the caller asked for names something that is not there. */
export class NotFoundError extends ConnectorError {
  override readonly name = 'NotFoundError';
  readonly code = 'not-found';
}

export function noSuchConnection(id: string): NotFoundError {
  return new NotFoundError(`there is no connection ${JSON.stringify(id)}`, 'list them: connector connections');
}

/** What the caller asked for does not fit the state that things are in. */
export class ConflictError extends ConnectorError {
  override readonly name = 'ConflictError';
  readonly code = 'conflict';
}

/** What the caller sent cannot be understood. */
export class InvalidInputError extends ConnectorError {
  override readonly name = 'InvalidInputError';
  readonly code = 'invalid-input';
}

/** The progress of a run has expired in part: what it has read, and what not, cannot be told. */
export class LostProgressError extends ConnectorError {
  override readonly name = 'LostProgressError';
  readonly code = 'lost-progress';

  constructor(known: number, planned: number) {
    super(
      `the progress of ${planned - known} of the run's ${planned} shards is gone`,
      'start another: connector backfill ID',
    );
  }
}

/** Somebody else changed the record since it was read; reading it again and repeating the change is safe. */
export class VersionConflictError extends ConnectorError {
  override readonly name = 'VersionConflictError';
  readonly code = 'version-conflict';

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was changed by somebody else at the same time`, 'try again', options);
  }
}
