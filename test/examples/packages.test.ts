import { describe, expect, it } from '@jest/globals';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function dependenciesIn(folder: string): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  return { ...dependencies, ...devDependencies };
}

/** Packages that the files of a folder import. */
function importsIn(folder: string): string[] {
  const specifiers = globSync(`${folder}/{bin,lib,lambda,test}/**/*.ts`).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import\() ?'([^'.][^']*)'/g)].map(([, name = '']) => name),
  );
  const names = specifiers.filter((name) => !isBuiltin(name)).map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
  return [...new Set(names)].sort();
}

describe.each(readdirSync('examples').map((name) => join('examples', name)))('%s, copied out', (folder) => {
  const own = dependenciesIn(folder);

  it('has the packages that it imports', () => {
    const imported = importsIn(folder);
    // types alone, whose package has another name
    const names = imported.map((name) => (name === 'aws-lambda' ? '@types/aws-lambda' : name));
    expect(names).toContain('aws-cdk-lib');
    expect(names.filter((name) => !(name in own))).toEqual([]);
  });

  it('has them as they are tested here', () => {
    const here = dependenciesIn('.');
    expect(own).toEqual(Object.fromEntries(Object.keys(own).map((name) => [name, here[name]])));
  });
});
