import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { stopAll } from './commands.mjs';
import { emulatorIsInstalled, findPython, installEmulator } from './emulator.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { machineProblem, Problem } from './problem.mjs';

/** What npm's packages (0.7 GB), their cache, the emulator and a running local stack take on a fresh machine. */
const NEEDED_BYTES = 1.5e9;

/** With less, the disk is what made a tool fail, whatever the tool says. */
const FULL_BYTES = 50e6;

/**
 * Installs what is missing: npm's packages and, where asked for, the AWS emulator. Several set-ups may run at once.
 *
 * @param {string} root - the project's folder.
 * @param {boolean} withEmulator
 * @throws {Problem} with the remedy, when something cannot be installed.
 */
export async function setUp(root, withEmulator) {
  const isComplete = () => packagesAreInstalled(root) && (!withEmulator || emulatorIsInstalled(root));
  if (isComplete()) return;
  try {
    mkdirSync(join(root, '.local'), { recursive: true });
    await withLock(
      join(root, '.local/setup.lock'),
      (owner) => say(`Waiting for another set-up (process ${owner}) to end …`),
      async () => {
        if (!isComplete()) await install(root, withEmulator);
      },
    );
  } catch (error) {
    if (freeBytes(root) < FULL_BYTES) {
      throw new Problem('the set-up failed as the disk is full: free at least 1.5 GB, then try again');
    }
    const remedy = error instanceof Problem ? undefined : machineProblem(error.code ?? '');
    throw remedy ? new Problem(`the set-up failed: ${remedy}`) : error;
  }
}

async function install(root, withEmulator) {
  const needsEmulator = withEmulator && !emulatorIsInstalled(root);
  const python = needsEmulator ? await findPython() : undefined;
  checkDiskSpace(root);
  const jobs = [];
  if (!packagesAreInstalled(root)) {
    say('Installing npm packages …');
    jobs.push(installPackages(root));
  }
  if (needsEmulator) {
    say('Installing the AWS emulator …');
    jobs.push(installEmulator(root, python));
  }
  try {
    await Promise.all(jobs);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function checkDiskSpace(root) {
  const free = freeBytes(root);
  if (free >= NEEDED_BYTES) return;
  throw new Problem(
    `only ${(free / 1e9).toFixed(1)} GB are free on the disk of this project: free at least 1.5 GB, then try again`,
  );
}

function freeBytes(root) {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}

/** Standard output belongs to the command that is run afterwards. */
function say(line) {
  process.stderr.write(`${line}\n`);
}
