import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ListrTask } from 'listr2';
import { runSteps, together } from './command-line';
import { cleanEnvironment } from './environment';
import { BINARIES, ROOT } from './paths';
import type { Processes } from './processes';
import { runStackCommand } from './run-command';
import { type StackContext, stackFileIn, stackSteps } from './stack';
import { makeDirectory, removeDirectory } from './state-directory';
import { countTests } from './test-results';

/** One for each of Jest's workers: the end-to-end tests mostly wait, and stop and hurry things that others would feel. */
const STACKS = 2;

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
    const env = await bringUpStacks(directory, processes);
    const e2eArguments = ['--selectProjects', 'e2e', '--maxWorkers', String(STACKS), '--json', '--outputFile', e2e];
    const afterArguments = ['--selectProjects', 'after-e2e', '--json', '--outputFile', after];
    await runSteps([
      tool('End-to-end tests', 'jest', e2eArguments, env),
      tool('Least privilege, by what they called', 'jest', afterArguments, env),
    ]);
    await processes.stopAll();
  } finally {
    const { passed, failed } = countTests([unit, e2e, after]);
    console.log(`${passed} passed, ${failed} failed`);
  }
  removeDirectory(directory);
});

/** @returns the environment in which the end-to-end tests find the stacks. */
async function bringUpStacks(directory: string, processes: Processes): Promise<NodeJS.ProcessEnv> {
  const stacks = Array.from({ length: STACKS }, (_, index) => {
    const own = join(directory, `stack-${index + 1}`);
    mkdirSync(own);
    return { directory: own, context: {} as StackContext };
  });
  await runSteps([
    together(
      'Bring up a stack for each worker',
      stacks.map(({ directory: own, context }, index) => ({
        title: `Stack ${index + 1}`,
        task: (_, task) =>
          task.newListr(stackSteps(own, processes.ofStackIn(own), { recordsCalls: true }), {
            ctx: context,
            concurrent: false,
          }),
      })),
    ),
  ]);
  return {
    CONNECTOR_STACK_FILE: stacks.map((stack) => stackFileIn(stack.directory)).join(),
    ZOOM_SIMULATOR_URL: stacks.map(({ context }) => context.zoomUrl).join(),
  };
}

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
