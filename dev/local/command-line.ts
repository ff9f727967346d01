import { constants } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { Listr, PRESET_TIMER, type ListrTask } from 'listr2';
import { describe } from './problem';

/** Shows the cursor, which the live steps hide. */
const SHOW_CURSOR = '\u001b[?25h\n';

/** Reads the port of an option such as `--port 8787`. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port number.');
  return port;
}

/** Runs steps one after the other and shows them: live in a terminal, line by line elsewhere. @returns what they found. */
export function runSteps<Context extends object>(steps: ListrTask<Context>[]): Promise<Context> {
  const rendererOptions = { collapseSubtasks: false, showErrorMessage: false, timer: PRESET_TIMER };
  return new Listr<Context>(steps, {
    rendererOptions,
    fallbackRendererOptions: { timer: PRESET_TIMER },
    registerSignalListeners: false, // see `stopOnSignal`
  }).run();
}

/** Takes what is to be done should the command be broken off. */
export type OnBreak = (stop: () => Promise<void>) => void;

/**
 * Runs a command that starts processes. When a signal, at any moment, or an error breaks it off, what it has started is
 * stopped. An error is told on standard error.
 */
export async function runCommand(command: (onBreak: OnBreak) => Promise<void>): Promise<void> {
  let stop = (): Promise<void> => Promise.resolve();
  stopOnSignal(() => stop());
  try {
    await command((newStop) => (stop = newStop));
  } catch (error) {
    await stop();
    console.error(describe(error));
    process.exitCode = 1;
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm passes a Ctrl-C on although the terminal has sent it already
      if (stopping) return;
      stopping = true;
      void stop().finally(() => {
        if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR);
        console.log('Stopped.');
        process.exit(128 + constants.signals[signal]);
      });
    });
  }
}
