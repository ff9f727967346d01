import { ConnectorError } from '../errors';

/** Zoom could not be reached, or answered what it never should (5xx, HTML, half a body). Trying again may help. */
export class ZoomFaultError extends ConnectorError {
  override readonly name: string = 'ZoomFaultError';
  readonly code = 'zoom-unavailable';

  /** @param what - the call and what came back, without any value of it. */
  constructor(what: string, options?: ErrorOptions) {
    super(what, 'try again in some minutes; nothing is lost', options);
  }
}

/** Zoom may have done what it was asked, and its answer did not come or cannot be read. */
export class AnswerLostError extends ZoomFaultError {
  override readonly name = 'AnswerLostError';
}

/** Zoom refuses the app's own credentials. No connection is at fault and every one is affected. */
export class AppCredentialsRejectedError extends ConnectorError {
  override readonly name = 'AppCredentialsRejectedError';
  readonly code = 'app-credentials-rejected';

  constructor(what = 'Zoom refuses the client id and secret of the app', options?: ErrorOptions) {
    super(what, 'store the credentials that the Zoom Marketplace shows: connector app set-credentials', options);
  }
}

/** Nobody has stored the app's credentials yet. */
export class AppCredentialsMissingError extends ConnectorError {
  override readonly name = 'AppCredentialsMissingError';
  readonly code = 'app-credentials-missing';

  constructor(options?: ErrorOptions) {
    super('the Zoom app has no credentials yet', 'store them: connector app set-credentials', options);
  }
}
