/** Where Zoom's API is unless the token response or the configuration says otherwise. */
export const DEFAULT_API_URL = 'https://api.zoom.us';

const ZOOM_DOMAINS = ['zoom.us', 'zoomgov.com'];

/**
 * Reads `api_url` of a token response, which decides where bearer tokens go and comes from the network.
 *
 * @param configured - the API's address by configuration: another than Zoom's default is not overridden.
 * @returns the origin to call, or `null` for the configured one: also when the value is not an https origin under
 *   `zoom.us` or `zoomgov.com` and nothing else.
 */
export function parseApiUrl(value: unknown, configured: string): string | null {
  if (configured !== DEFAULT_API_URL || typeof value !== 'string' || !URL.canParse(value)) return null;
  const url = new URL(value);
  const isZoom = ZOOM_DOMAINS.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`));
  const isOriginAlone = value === url.origin || value === `${url.origin}/`;
  return url.protocol === 'https:' && url.port === '' && isZoom && isOriginAlone ? url.origin : null;
}
