import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopAll } from './commands.mjs';
import { Problem } from './problem.mjs';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binaries = join(root, 'node_modules/.bin');

/** The program, once it runs. It gets the signals, too, and cleans up after itself. */
let program;

/**
 * Sets up what is missing, then runs a TypeScript file on Node 24 with this process's input and output.
 *
 * @param {string[]} args - optionally `--emulator`, when the file needs the AWS emulator; the file; its arguments.
 * @returns {Promise<number>} exit code.
 */
export async function main(args) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(signal));
  if (process.platform === 'win32') {
    process.stderr.write(
      'Windows is not supported: run this inside WSL (https://learn.microsoft.com/windows/wsl/install)\n',
    );
    return 1;
  }
  const withEmulator = args[0] === '--emulator';
  try {
    await setUp(root, withEmulator);
    return await runProgram(withEmulator ? args.slice(1) : args);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function runProgram(args) {
  program = spawn(join(binaries, 'node'), ['--import', 'tsx', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` },
  });
  return new Promise((resolve, reject) => {
    program.on('error', () =>
      reject(new Problem('node_modules was made on another kind of machine: remove it, then try again')),
    );
    program.on('exit', (code, signal) => resolve(code ?? stopped(signal)));
  });
}

/** Ends the set-up, or lets the program end itself. */
async function stop(signal) {
  if (program) {
    program.kill(signal);
    return;
  }
  await stopAll();
  process.exit(stopped(signal));
}

/** Tells that a signal has ended it. @returns the exit code that says the same. */
function stopped(signal) {
  process.stderr.write('Stopped.\n');
  return 128 + constants.signals[signal];
}
