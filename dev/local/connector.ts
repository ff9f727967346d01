import { join } from 'node:path';
import { execa } from 'execa';
import { cleanEnvironment } from './environment';
import { BINARIES, ROOT } from './paths';
import { Problem } from './problem';

/**
 * Runs the operator CLI on a local stack, as an operator would. Its output may hold links that sign somebody in, so it
 * goes to no log.
 *
 * @param stackFile - of the stack.
 * @param input - for its standard input.
 * @returns the JSON document that it answers.
 * @throws {@link Problem} with its message when it fails.
 */
export async function connector(stackFile: string, args: readonly string[], input?: string): Promise<unknown> {
  const { stdout, stderr, failed } = await execa(
    join(BINARIES, 'node'),
    ['--import', 'tsx', 'cli/main.ts', ...args, '--local', '--json'],
    {
      cwd: ROOT,
      env: { ...cleanEnvironment(), CONNECTOR_STACK_FILE: stackFile },
      extendEnv: false,
      input: input ?? '',
      reject: false,
    },
  );
  if (failed) throw new Problem(`connector ${args[0]} failed`, `${stderr}${stdout}`);
  return JSON.parse(stdout);
}
