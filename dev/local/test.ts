import { join } from 'node:path';
import type { ListrTask } from 'listr2';
import { runSteps } from './command-line';
import { cleanEnvironment } from './environment';
import { BINARIES, ROOT } from './paths';
import type { Processes } from './processes';
import { runStackCommand } from './run-command';
import { stackFileIn, stackSteps } from './stack';
import { makeDirectory, removeDirectory } from './state-directory';
import { countTests } from './test-results';

/** Everything that must hold, the quickest first; the first failure ends it. */
await runStackCommand(makeDirectory, async (directory, processes) => {
  const results = { unit: join(directory, 'unit.json'), e2e: join(directory, 'e2e.json') };
  try {
    await runSteps(checkSteps(directory, processes, results.unit));
    const { zoomUrl } = await runSteps(stackSteps(directory, processes, {}));
    const stack = { CONNECTOR_STACK_FILE: stackFileIn(directory), ZOOM_SIMULATOR_URL: zoomUrl };
    await runSteps([
      jestStep('End-to-end tests', processes, results.e2e, ['--selectProjects', 'e2e', '--runInBand'], stack),
    ]);
    await processes.stopAll();
  } finally {
    const { passed, failed } = countTests(Object.values(results));
    console.log(`${passed} passed, ${failed} failed`);
  }
  removeDirectory(directory);
});

function checkSteps(directory: string, processes: Processes, unitResults: string): ListrTask[] {
  const assembly = join(directory, 'cdk.out.aws');
  return [
    toolStep('Lint', processes, 'eslint', ['.', '--max-warnings', '0']),
    toolStep('Format', processes, 'prettier', ['--check', '.']),
    toolStep('Types', processes, 'tsc', []),
    toolStep('Unused code', processes, 'knip', []),
    jestStep('Unit tests', processes, unitResults, ['--selectProjects', 'unit']),
    toolStep('cdk synth for AWS', processes, 'cdk', ['synth', '--quiet', '--no-notices', '--output', assembly]),
  ];
}

function jestStep(
  title: string,
  processes: Processes,
  results: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ListrTask {
  return toolStep(title, processes, 'jest', [...args, '--passWithNoTests', '--json', '--outputFile', results], env);
}

/** A step that runs one of npm's commands and shows all of its output when it fails. */
function toolStep(
  title: string,
  processes: Processes,
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ListrTask {
  const command = { name: tool, file: join(BINARIES, tool), args, cwd: ROOT, env: { ...cleanEnvironment(), ...env } };
  return { title, task: () => processes.run({ ...command, shownOnFailure: 'everything' }) };
}
