import { describe, expect, it } from '@jest/globals';
import { DEFAULT_API_URL, parseApiUrl } from '../../../../lambdas/core/zoom/api-url';

describe('parseApiUrl', () => {
  it.each([
    'https://api.zoom.us',
    'https://api-eu.zoom.us',
    'https://eu01api.zoom.us',
    'https://contoso.zoom.us',
    'https://zoom.us',
    'https://api.zoomgov.com',
  ])('honours %s', (value) => {
    expect(parseApiUrl(value, DEFAULT_API_URL)).toBe(value);
  });

  it('honours a trailing slash', () => {
    expect(parseApiUrl('https://api-eu.zoom.us/', DEFAULT_API_URL)).toBe('https://api-eu.zoom.us');
  });

  it.each([
    ['plain http', 'http://api.zoom.us'],
    ['another scheme', 'ftp://api.zoom.us'],
    ['a host that only begins so', 'https://api.zoom.us.evil.example'],
    ['a host that only ends so', 'https://evilzoom.us'],
    ['a host with a dot at its end', 'https://api.zoom.us.'],
    ['a user', 'https://api.zoom.us@evil.example'],
    ['a user at Zoom', 'https://user:secret@api.zoom.us'],
    ['a port', 'https://api.zoom.us:8443'],
    ['the usual port, spelled out', 'https://api.zoom.us:443'],
    ['a path', 'https://api.zoom.us/v2'],
    ['a query', 'https://api.zoom.us?to=evil'],
    ['a fragment', 'https://api.zoom.us#evil'],
    ['a backslash', 'https://evil.example\\.zoom.us'],
    ['a path that looks like a host', 'https://evil.example/.zoom.us'],
    ['white space', ' https://api.zoom.us'],
    ['letters that look alike', 'https://api.z\u043eom.us'],
    ['capital letters', 'https://API.ZOOM.US'],
    ['a bare host', 'api.zoom.us'],
    ['nothing', ''],
    ['no text', 7],
    ['an absent value', undefined],
    ['null', null],
  ])('refuses %s', (_, value) => {
    expect(parseApiUrl(value, DEFAULT_API_URL)).toBeNull();
  });

  it.each(['http://localhost:9999', 'https://zoom-proxy.example'])(
    'refuses any when %s is configured',
    (configured) => {
      expect(parseApiUrl('https://api-eu.zoom.us', configured)).toBeNull();
    },
  );
});
