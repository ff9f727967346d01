import { spawn } from 'node:child_process';

/** Time that a stopped command has to end on its own. */
const GRACE_MS = 3000;

const running = new Set();
let stopping = false;

/**
 * Runs a command out of sight, in a process group of its own so that it can be stopped with all it started.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ ok: boolean, output: string }>} how it ended and everything that it printed; never settles when
 *   {@link stopAll} ended it.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      running.delete(child);
      if (!stopping) resolve({ ok: code === 0, output });
    });
  });
}

/** Stops every command that still runs, and what they started. */
export async function stopAll() {
  stopping = true;
  const ended = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  signalGroups('SIGTERM');
  const timer = setTimeout(() => signalGroups('SIGKILL'), GRACE_MS);
  await Promise.all(ended);
  clearTimeout(timer);
}

function signalGroups(signal) {
  for (const child of running) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // it has just ended
    }
  }
}
