/** Where Zoom's API is unless the token response or the configuration says otherwise. */
export const DEFAULT_API_URL = 'https://api.zoom.us';

/** Zoom's clouds: where the API of each is by default, and the origins of all its hosts. */
const CLOUDS = [
  { apiUrl: DEFAULT_API_URL, origin: /^https:\/\/(?:[a-z0-9-]+\.)*zoom\.us(?=\/?$)/ },
  { apiUrl: 'https://api.zoomgov.com', origin: /^https:\/\/(?:[a-z0-9-]+\.)*zoomgov\.com(?=\/?$)/ },
];

/**
 * Reads `api_url` of a token response, which decides where bearer tokens go and comes from the network.
 *
 * @param configured - the API's address by configuration: another than a cloud's default is not overridden.
 * @returns the origin to call, or `null` for the configured one: also when the value is anything but an https origin of
 *   the configured cloud (`zoom.us` or `zoomgov.com`, or a host under it). A token never goes to the other cloud.
 */
export function parseApiUrl(value: unknown, configured: string): string | null {
  const cloud = CLOUDS.find(({ apiUrl }) => apiUrl === configured);
  // by its text alone: no two readers of URLs agree on all of them
  return typeof value === 'string' ? (cloud?.origin.exec(value)?.[0] ?? null) : null;
}
