import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const JestResults = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Adds up what Jest has written with `--outputFile`. A file of tests that could not even be loaded counts as one that
 * failed.
 *
 * @param files - those of runs that did not take place may be missing.
 */
export function countTests(files: readonly string[]): TestCount {
  const results = files.filter(existsSync).map((file) => JestResults.parse(JSON.parse(readFileSync(file, 'utf8'))));
  return {
    passed: results.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0),
    failed: results.reduce((sum, result) => sum + result.numFailedTests + result.numRuntimeErrorTestSuites, 0),
  };
}
