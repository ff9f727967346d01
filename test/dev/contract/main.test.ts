import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MAIN = path.join(__dirname, '../../../dev/contract/main.ts');

describe('the contract check', () => {
  it.each([
    ['not set', {}],
    ['wrong', { ZOOM_OPENAPI_DIR: path.join(__dirname, 'nothing-here') }],
  ])('fails with one sentence when its folder is %s', (_case, setting) => {
    const { ZOOM_OPENAPI_DIR: _unset, ...environment } = process.env;
    const run = spawnSync(process.execPath, ['--import', 'tsx', MAIN], {
      env: { ...environment, ...setting },
      encoding: 'utf8',
    });
    expect([run.status, run.stdout, run.stderr]).toEqual([
      1,
      '',
      'set ZOOM_OPENAPI_DIR to the folder that holds zoom-rest-subset.openapi.json and zoom-webhooks-subset.openapi.json\n',
    ]);
  });
});
