import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../lib/config';
import { localConfig } from '../../../dev/local/config';

const PAGES = 'http://localhost:8787';
const ZOOM = 'http://localhost:9999';

function fileWith(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'config.json');
  writeFileSync(file, content);
  return file;
}

describe('the settings of a local stack', () => {
  it('lead pages and Zoom to this machine, and leave nothing behind', () => {
    expect(parseConfig(localConfig(PAGES, ZOOM, undefined), 'test')).toMatchObject({
      publicUrl: PAGES,
      zoom: { oauthUrl: ZOOM, apiUrl: ZOOM },
      removal: 'destroy',
    });
  });

  it('take over a file key by key, deeply', () => {
    const file = fileWith('{ "zoom": { "apiUrl": "http://localhost:1" }, "quota": { "perSecondShare": 1 } }');
    expect(localConfig(PAGES, ZOOM, file)).toMatchObject({
      publicUrl: PAGES,
      zoom: { oauthUrl: ZOOM, apiUrl: 'http://localhost:1' },
      quota: { perSecondShare: 1 },
    });
  });

  it.each([
    ['is not JSON', '{'],
    ['is not an object', '[]'],
    ['has a setting that does not exist', '{ "nosuch": 1 }'],
  ])('fails with the name of the file when it %s', (_, content) => {
    const file = fileWith(content);
    expect(() => localConfig(PAGES, ZOOM, file)).toThrow(file);
  });
});
