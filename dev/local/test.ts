import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListrTask } from 'listr2';
import { runSteps, together } from './command-line';
import { cleanEnvironment } from './environment';
import { BINARIES, ROOT } from './paths';
import type { Processes } from './processes';
import { runStackCommand } from './run-command';
import { type StackContext, type StackOptions, stackFileIn, stackSteps } from './stack';
import { makeDirectory, removeDirectory } from './state-directory';
import { countTests } from './test-results';

/** Jest's, each with a stack: the end-to-end tests mostly wait, and stop and hurry things that others would feel. */
const WORKERS = 3;

/**
 * Those of the workers, and one for the tests of what needs https and hosts that are Zoom's. That one syncs once a day, so
 * that it takes no time from the others when its tests are done.
 */
const STACKS: readonly StackOptions[] = [
  ...Array.from({ length: WORKERS }, () => ({})),
  { https: true, config: join(import.meta.dirname, 'zoomgov.json') },
];

/** So long take the end-to-end tests at most, with room. */
const LONGEST_MINUTES = 10;
/** Until then a day that has begun by our clock may not have by Zoom's, and is not counted on. */
const DAY_IS_SURE_MINUTES = 5;

/** The dates that tests ask for must not change under them: who comes shortly before midnight (UTC) waits it out. */
const waitForNewDay: ListrTask = {
  title: `Wait until 00:0${DAY_IS_SURE_MINUTES} UTC, since dates must not change while the tests run`,
  enabled: () => minutesToWait() > 0,
  task: () => sleep(minutesToWait() * 60_000),
};

/** Everything that must hold, the quickest first; the first failure ends it. */
await runStackCommand(makeDirectory, async (directory, processes) => {
  const tool = toolsOf(processes);
  const unit = join(directory, 'unit.json');
  const e2e = join(directory, 'e2e.json');
  const after = join(directory, 'after-e2e.json');
  const unitArguments = ['--selectProjects', 'unit', '--maxWorkers', '100%', '--testTimeout', '60000'];
  try {
    await runSteps([
      together('Static checks', [
        tool('Lint', 'eslint', ['.', '--max-warnings', '0']),
        tool('Types', 'tsc', []),
        tool('Format', 'prettier', ['--check', '.']),
        tool('Unused code', 'knip', []),
      ]),
      tool('Unit tests', 'jest', [...unitArguments, '--json', '--outputFile', unit]),
      tool('cdk synth for AWS', 'cdk', [
        'synth',
        '--quiet',
        '--no-notices',
        '--output',
        join(directory, 'cdk.out.aws'),
      ]),
    ]);
    await runSteps([waitForNewDay]);
    const stacks = await bringUpStacks(directory, processes);
    const e2eArguments = ['--selectProjects', 'e2e', '--maxWorkers', String(WORKERS), '--json', '--outputFile', e2e];
    const afterArguments = ['--selectProjects', 'after-e2e', '--json', '--outputFile', after];
    await runSteps([
      tool('End-to-end tests', 'jest', e2eArguments, environmentOfTests(stacks)),
      tool('Least privilege, by what they called', 'jest', afterArguments, { CONNECTOR_STACK_FILE: filesOf(stacks) }),
    ]);
    await processes.stopAll();
  } finally {
    const { passed, failed } = countTests([unit, e2e, after]);
    console.log(`${passed} passed, ${failed} failed`);
  }
  removeDirectory(directory);
});

function minutesToWait(): number {
  const minutesOfDay = (Date.now() / 60_000) % (24 * 60);
  const untilSure = DAY_IS_SURE_MINUTES + 0.1 - minutesOfDay;
  if (untilSure > 0) return untilSure;
  return minutesOfDay + LONGEST_MINUTES < 24 * 60 ? 0 : 24 * 60 + untilSure;
}

interface RunningStack {
  readonly directory: string;
  readonly options: StackOptions;
  readonly context: StackContext;
}

async function bringUpStacks(directory: string, processes: Processes): Promise<RunningStack[]> {
  const stacks = STACKS.map((options, index) => {
    const own = join(directory, `stack-${index + 1}`);
    mkdirSync(own);
    return { directory: own, options, context: {} as StackContext };
  });
  await runSteps([
    together(
      'Bring up the stacks',
      stacks.map(({ directory: own, options, context }, index) => ({
        title: `Stack ${index + 1}`,
        task: (_, task) =>
          task.newListr(stackSteps(own, processes.ofStackIn(own), { ...options, recordsCalls: true }), {
            ctx: context,
            concurrent: false,
          }),
      })),
    ),
  ]);
  return stacks;
}

/** The environment in which the end-to-end tests find the stacks. */
function environmentOfTests(stacks: readonly RunningStack[]): NodeJS.ProcessEnv {
  const ofWorkers = stacks.slice(0, WORKERS);
  const byHttps = stacks.find(({ options }) => options.https);
  return {
    CONNECTOR_STACK_FILE: filesOf(ofWorkers),
    ZOOM_SIMULATOR_URL: ofWorkers.map(({ context }) => context.zoomUrl).join(),
    HTTPS_STACK_FILE: byHttps && stackFileIn(byHttps.directory),
    HTTPS_ZOOM_SIMULATOR_URL: byHttps?.context.zoomUrl,
    HTTPS_EGRESS_URL: byHttps?.context.https?.egressUrl,
    NODE_EXTRA_CA_CERTS: byHttps?.context.https?.certificateFile,
  };
}

function filesOf(stacks: readonly RunningStack[]): string {
  return stacks.map(({ directory }) => stackFileIn(directory)).join();
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
