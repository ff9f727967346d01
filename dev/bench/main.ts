import { CommanderError } from 'commander';
import { makeDirectory, removeDirectory } from '../local/state-directory';
import { runCommand, runStackCommand } from '../local/run-command';
import { measureBackfill } from './backfill';
import { measureIncrement } from './increment';
import { makeProgram } from './options';
import {
  incrementResultOf,
  problemsOf,
  problemsOfIncrement,
  problemsOfSimulated,
  resultOf,
  simulatedResultOf,
} from './result';
import { measureSimulated, measureSimulatedIncrement } from './simulated/measure';

const program = makeProgram({
  backfill: (options) =>
    runStackCommand(makeDirectory, async (directory, processes) => {
      const { measured, serial } = await measureBackfill(directory, processes, options);
      await processes.stopAll();
      removeDirectory(directory);
      report(problemsOf(measured), resultOf(options, measured, serial));
    }),
  increment: (options) => {
    if (options.simulate) {
      return runCommand(async () => {
        const measured = await measureSimulatedIncrement(options);
        report(problemsOfIncrement(options, measured), incrementResultOf(options, measured));
      });
    }
    return runStackCommand(makeDirectory, async (directory, processes) => {
      const measured = await measureIncrement(directory, processes, options);
      await processes.stopAll();
      removeDirectory(directory);
      report(problemsOfIncrement(options, measured), incrementResultOf(options, measured));
    });
  },
  simulated: (options) =>
    runCommand(async () => {
      const measured = await measureSimulated(options);
      report(problemsOfSimulated(measured), simulatedResultOf(options, measured));
    }),
});

function report(problems: readonly string[], result: object): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  console.log(JSON.stringify(result));
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.code === 'commander.helpDisplayed' ? 0 : 2; // commander has said what is wrong
}
