import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DEFAULT_API_URL, parseApiUrl } from '../../../../lambdas/core/zoom/api-url';

const GOVERNMENT = 'https://api.zoomgov.com';

describe('parseApiUrl', () => {
  it.each([
    'https://api.zoom.us',
    'https://api-eu.zoom.us',
    'https://eu01api.zoom.us',
    'https://contoso.zoom.us',
    'https://zoom.us',
  ])('honours %s', (value) => {
    expect(parseApiUrl(value, DEFAULT_API_URL)).toBe(value);
  });

  it.each(['https://api.zoomgov.com', 'https://api-us.zoomgov.com', 'https://zoomgov.com'])(
    'honours %s for Zoom for Government',
    (value) => {
      expect(parseApiUrl(value, GOVERNMENT)).toBe(value);
    },
  );

  it.each([
    ['https://api.zoomgov.com', DEFAULT_API_URL],
    ['https://api.zoom.us', GOVERNMENT],
    ['https://zoomgov.com.zoom.us', GOVERNMENT],
  ])('refuses %s when %s is configured: tokens stay in their cloud', (value, configured) => {
    expect(parseApiUrl(value, configured)).toBeNull();
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
    ['letters that look alike, in punycode', 'https://api.xn--zom-jua.us'],
    ['a slash that is none', 'https://evil.example\u2215.zoom.us'],
    ['a dot that is none', 'https://evil.example\uff0ezoom.us'],
    ['an encoded slash', 'https://evil.example%2f.zoom.us'],
    ['a line break', 'https://api.zo\nom.us'],
    ['a line break at its end', 'https://api.zoom.us\n'],
    ['two slashes at its end', 'https://api.zoom.us//'],
    ['two dots', 'https://api..zoom.us'],
    ['a script', 'javascript://api.zoom.us/%0aalert(1)'],
    ['data', 'data:text/plain,https://api.zoom.us'],
    ['this machine', 'https://localhost'],
    ['this machine by number', 'https://127.0.0.1'],
    ['this machine by IPv6', 'https://[::1]'],
    ['the metadata service', 'http://169.254.169.254'],
    ['no label before the dot', 'https://.zoom.us'],
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

  describe('whatever it is given', () => {
    /** What URLs are made of, Zoom's own parts among them, in any order. */
    const pieces = fc.constantFrom(
      ...[
        'https:',
        'http:',
        '//',
        '/',
        '\\',
        '@',
        ':',
        '.',
        '?',
        '#',
        '%2f',
        '%00',
        ' ',
        '\t',
        '\u2215',
        '\uff0e',
        '443',
      ],
      ...[
        'zoom.us',
        'api.zoom.us',
        'zoomgov.com',
        'evil.example',
        'localhost',
        '127.0.0.1',
        '[::1]',
        'xn--zom-jua.us',
        'https://api.zoom.us',
      ],
    );
    const urls = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.tuple(pieces, pieces, pieces).map(([a, b, c]) => `https://${a}${b}${c}`),
      fc.domain().map((domain) => `https://${domain}`),
      fc.domain().map((domain) => `https://zoom.us.${domain}`),
    );

    it('gives nothing but an https origin under Zoom’s domain', () => {
      fc.assert(
        fc.property(urls, (value) => {
          const parsed = parseApiUrl(value, DEFAULT_API_URL);
          expect(parsed ?? 'https://zoom.us').toMatch(/^https:\/\/([a-z0-9-]+\.)*zoom\.us$/);
        }),
        { numRuns: 5_000 },
      );
    });

    it('gives what it was given, but for a slash: nothing is made to look like Zoom’s', () => {
      fc.assert(
        fc.property(urls, (value) => {
          const parsed = parseApiUrl(value, DEFAULT_API_URL);
          expect([null, value, value.replace(/\/$/, '')]).toContain(parsed);
        }),
        { numRuns: 5_000 },
      );
    });

    it('honours any host under Zoom’s domain', () => {
      const label = fc
        .stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
        .filter((text) => !text.startsWith('xn--'));
      fc.assert(
        fc.property(label, (name) => {
          expect(parseApiUrl(`https://${name}.zoom.us`, DEFAULT_API_URL)).toBe(`https://${name}.zoom.us`);
        }),
      );
    });
  });
});
