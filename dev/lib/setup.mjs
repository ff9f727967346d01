import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { stopAll } from './commands.mjs';
import { emulatorIsInstalled, findPython, installEmulator } from './emulator.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';
import { machineProblem, Problem } from './problem.mjs';

/** What npm's packages (0.7 GB), their cache, the emulator and a running local stack take on a fresh machine. */
const NEEDED_BYTES = 1.5e9;

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
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize >= NEEDED_BYTES) return;
  const free = ((bavail * bsize) / 1e9).toFixed(1);
  throw new Problem(`only ${free} GB are free on the disk of this project: free at least 1.5 GB, then try again`);
}

/** Standard output belongs to the command that is run afterwards. */
function say(line) {
  process.stderr.write(`${line}\n`);
}
