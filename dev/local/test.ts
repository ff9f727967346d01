import { join } from 'node:path';
import type { ListrTask } from 'listr2';
import { runSteps, together } from './command-line';
import { cleanEnvironment } from './environment';
import { BINARIES, ROOT } from './paths';
import type { Processes } from './processes';
import { runStackCommand } from './run-command';
import { stackFileIn, stackSteps } from './stack';
import { makeDirectory, removeDirectory } from './state-directory';
import { countTests } from './test-results';

/** Everything that must hold, the quickest first; the first failure ends it. */
await runStackCommand(makeDirectory, async (directory, processes) => {
  const tool = toolsOf(processes);
  const unit = join(directory, 'unit.json');
  const e2e = join(directory, 'e2e.json');
  const after = join(directory, 'after-e2e.json');
  try {
    await runSteps([
      together('Static checks', [
        tool('Lint', 'eslint', ['.', '--max-warnings', '0']),
        tool('Types', 'tsc', []),
        tool('Format', 'prettier', ['--check', '.']),
        tool('Unused code', 'knip', []),
      ]),
      tool('Unit tests', 'jest', ['--selectProjects', 'unit', '--json', '--outputFile', unit]),
      tool('cdk synth for AWS', 'cdk', [
        'synth',
        '--quiet',
        '--no-notices',
        '--output',
        join(directory, 'cdk.out.aws'),
      ]),
    ]);
    const { zoomUrl } = await runSteps(stackSteps(directory, processes, { recordsCalls: true }));
    const stack = { CONNECTOR_STACK_FILE: stackFileIn(directory), ZOOM_SIMULATOR_URL: zoomUrl };
    const e2eArguments = ['--selectProjects', 'e2e', '--runInBand', '--json', '--outputFile', e2e];
    const afterArguments = ['--selectProjects', 'after-e2e', '--json', '--outputFile', after];
    await runSteps([
      tool('End-to-end tests', 'jest', e2eArguments, stack),
      tool('Least privilege, by what they called', 'jest', afterArguments, stack),
    ]);
    await processes.stopAll();
  } finally {
    const { passed, failed } = countTests([unit, e2e, after]);
    console.log(`${passed} passed, ${failed} failed`);
  }
  removeDirectory(directory);
});

/** Makes steps that run one of npm's commands, and show all that it prints when it fails. */
function toolsOf(processes: Processes) {
  return (title: string, name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ListrTask => ({
    title,
    task: () =>
      processes.run({
        name,
        file: join(BINARIES, name),
        args,
        cwd: ROOT,
        env: { ...cleanEnvironment(), ...env },
        shownOnFailure: 'everything',
      }),
  });
}
