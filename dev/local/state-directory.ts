import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmulatorData } from './emulator';
import { LOCAL } from './paths';
import { Problem } from './problem';
import { ProcessList } from './process-list';

/** Of the one stack that stays in the background. */
const BACKGROUND = join(LOCAL, 'up');

/** Of the stacks that end with the command that made them. */
const TEMPORARY = join(LOCAL, 'run-');

/** A new folder for a stack, owned by this process. Clears away what commands that crashed have left. */
export async function makeDirectory(): Promise<string> {
  const leftovers = readdirSync(LOCAL)
    .map((name) => join(LOCAL, name))
    .filter((path) => path.startsWith(TEMPORARY) && ProcessList.of(path).isAbandoned);
  await Promise.all(leftovers.map(clear));
  const directory = mkdtempSync(TEMPORARY);
  ProcessList.of(directory).own();
  return directory;
}

/**
 * A new folder for the stack that stays in the background, owned by this process.
 *
 * @throws {@link Problem} when there is such a stack.
 */
export async function makeBackgroundDirectory(): Promise<string> {
  if (ProcessList.of(BACKGROUND).isRunning) throw alreadyRunning();
  await clear(BACKGROUND);
  const directory = await makeDirectory();
  try {
    renameSync(directory, BACKGROUND);
  } catch {
    removeDirectory(directory);
    throw alreadyRunning();
  }
  return BACKGROUND;
}

/** Stops the stack that stays in the background. @returns whether there was one. */
export async function clearBackgroundDirectory(): Promise<boolean> {
  const exists = existsSync(BACKGROUND);
  await clear(BACKGROUND);
  return exists;
}

/** Removes all that a stopped stack has written. */
export function removeDirectory(directory: string): void {
  removeEmulatorData(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function clear(directory: string): Promise<void> {
  await ProcessList.of(directory).stopAll();
  removeDirectory(directory);
}

function alreadyRunning(): Problem {
  return new Problem('a local stack is running already: stop it with "npm run local -- down"');
}
