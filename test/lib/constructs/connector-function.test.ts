import { describe, expect, it } from '@jest/globals';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorFunction } from '../../../lib/constructs/connector-function';
import { ALL_OPTIONS, synthesise } from '../support/synthesis';

const stack = synthesise(ALL_OPTIONS);
const functions = Object.entries(stack.ofType('AWS::Lambda::Function')).map(
  ([path, { Properties }]) => [path, stack.resolve(Properties) as Record<string, unknown>] as const,
);

describe.each(functions)('the function %s', (path, properties) => {
  it('runs Node 24 on ARM', () => {
    expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('writes to a log of its own', () => {
    expect(properties['LoggingConfig']).toEqual({ LogGroup: `${path}Logs` });
  });

  it('is traced', () => {
    expect(properties['TracingConfig']).toEqual({ Mode: 'Active' });
  });

  it('has a role of its own', () => {
    expect(properties['Role']).toBe(`${path}Role.Arn`);
  });

  it('says what it does', () => {
    expect(properties['Description']).toMatch(/^Zoom connector: ./);
  });
});

describe('how long functions may run', () => {
  const seconds = Object.fromEntries(functions.map(([path, { Timeout }]) => [path, Timeout]));

  it('is less than the HTTP API waits, where a browser does', () => {
    expect([seconds['HostedPages/Pages'], seconds['HostedPages/Consent']]).toEqual([30, 29]);
  });

  it('is minutes for a worker, as each turn costs state transitions', () => {
    expect(seconds['Runs/Read']).toBe(Duration.minutes(10).toSeconds());
  });
});

it('is bundled as one ES module, with a map of its source', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'connector-bundle-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    new ConnectorFunction(new Stack(app, 'Stack'), 'Function', {
      defaults: { logRetention: 1, removalPolicy: RemovalPolicy.DESTROY },
      entry: 'run-broken',
      description: 'Bundled by a test',
    });
    const asset = readdirSync(outdir).find((name) => name.startsWith('asset.')) ?? '';
    expect(readdirSync(join(outdir, asset)).sort()).toEqual(['index.mjs', 'index.mjs.map']);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}, 60_000);
