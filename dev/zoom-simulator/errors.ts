/** An error answer of the REST API. */
export class ZoomError extends Error {
  override readonly name = 'ZoomError';

  /**
   * @param status - HTTP status.
   * @param code - Zoom's own code in the body.
   * @param message - the body's message.
   * @param fields - fields that failed validation, with what is wrong about each.
   * @param headers - headers to answer with.
   */
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  /** The answer's body. */
  get body(): object {
    const errors = Object.entries(this.fields).map(([field, message]) => ({ field, message }));
    return { code: this.code, message: this.message, ...(errors.length > 0 && { errors }) };
  }
}

/** The answer to a parameter that is not acceptable. */
export function invalidField(field: string, message = 'Invalid field.'): ZoomError {
  return new ZoomError(400, 300, 'Validation Failed.', { [field]: message });
}

/** An error answer of the token and revoke endpoints; its body has `reason` where OAuth has `error_description`. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';

  constructor(
    /** OAuth's word, such as `invalid_grant`. */
    readonly error: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}
