import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { describe } from './problem';
import { Processes } from './processes';
import { removeDirectory } from './state-directory';

const SHOW_CURSOR = '\u001b[?25h';

/** Runs a command; an error is told on standard error and is the exit code 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(describe(error));
    process.exitCode = 1;
  }
}

/**
 * Runs a command that works at a stack. A signal, at any moment, stops the stack and removes it; an error stops it and
 * leaves its logs.
 *
 * @param makeDirectory - makes the stack's folder.
 */
export function runStackCommand(
  makeDirectory: () => Promise<string>,
  command: (directory: string, processes: Processes) => Promise<void>,
): Promise<void> {
  return runCommand(async () => {
    const directory = await makeDirectory();
    const processes = new Processes(directory);
    const isStopping = stopOnSignal(async () => {
      await processes.stopAll();
      removeDirectory(directory);
    });
    try {
      await command(directory, processes);
    } catch (error) {
      await processes.stopAll();
      if (!isStopping()) throw error;
    }
  });
}

/** @returns whether a signal has come. */
function stopOnSignal(stop: () => Promise<void>): () => boolean {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm passes a Ctrl-C on although the terminal has sent it already
      if (stopping) return;
      stopping = true;
      void stop().finally(() => {
        // past the live steps, which hold back what others print and hide the cursor
        writeSync(process.stdout.fd, process.stdout.isTTY ? `${SHOW_CURSOR}\nStopped.\n` : 'Stopped.\n');
        process.exit(128 + constants.signals[signal]);
      });
    });
  }
  return () => stopping;
}
