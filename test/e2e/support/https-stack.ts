import { Browser } from '../../../dev/local/browser';

/**
 * Has the tests of a file run on the stack that is reached by https and finds Zoom at hosts of Zoom's: the file imports
 * this first, since what it imports then reads the environment at once.
 */
process.env['CONNECTOR_STACK_FILE'] = process.env['HTTPS_STACK_FILE'];
process.env['ZOOM_SIMULATOR_URL'] = process.env['HTTPS_ZOOM_SIMULATOR_URL'];

/** Where an admin is sent to consent, by the stack's configuration. */
export const ZOOM_ORIGIN = 'https://zoomgov.com';

/** A browser that finds the simulator at {@link ZOOM_ORIGIN}, and remembers what it was answered. */
export class HttpsBrowser extends Browser {
  /** The answers so far. */
  readonly answers: { readonly origin: string; readonly headers: Headers }[] = [];

  protected override async send(url: string, request: RequestInit): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const isZoom = origin === ZOOM_ORIGIN;
    const response = await super.send(
      isZoom ? `${process.env['ZOOM_SIMULATOR_URL']}${pathname}${search}` : url,
      request,
    );
    this.answers.push({ origin, headers: response.headers });
    return response;
  }
}

/** Every `host:port` besides this machine that a function of the stack has asked for. */
export async function hostsAsked(): Promise<string[]> {
  const response = await fetch(process.env['HTTPS_EGRESS_URL'] ?? '');
  return (await response.json()) as string[];
}
