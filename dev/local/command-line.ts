import { InvalidArgumentError } from 'commander';
import {
  LISTR_LOGGER_STDERR_LEVELS,
  Listr,
  ListrLogger,
  PRESET_TIMER,
  ProcessOutput,
  type ListrDefaultRendererLogLevels,
  type ListrTask,
} from 'listr2';

/** Reads the port of an option such as `--port 8787`. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port number.');
  return port;
}

/**
 * Runs steps one after the other and shows them, live in a terminal.
 *
 * @param output - where they are shown.
 * @returns what they found out.
 */
export function runSteps<Context extends object>(
  steps: ListrTask<Context>[],
  output: NodeJS.WriteStream = process.stdout,
): Promise<Context> {
  const processOutput = new ProcessOutput(output);
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput });
  const simpleLogger = new ListrLogger({ processOutput, toStderr: LISTR_LOGGER_STDERR_LEVELS });
  return new Listr<Context>(steps, {
    rendererOptions: { collapseSubtasks: false, showErrorMessage: false, timer: PRESET_TIMER, logger },
    fallbackRendererOptions: { timer: PRESET_TIMER, logger: simpleLogger },
    registerSignalListeners: false, // it would end the process before the stack is stopped
  }).run();
}

/** Steps of which two run at any time, as a small machine has two cores. */
export function together<Context extends object>(title: string, steps: ListrTask<Context>[]): ListrTask<Context> {
  return { title, task: (_, task) => task.newListr(steps, { concurrent: 2 }) };
}
